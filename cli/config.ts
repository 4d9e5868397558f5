import { CommandError, HELP, runCommand } from "../local/cli/command.ts";
import { UsageError } from "../local/cli/arguments.ts";
import { findingLine, lintDirectory } from "./config/lint.ts";
import type { Documents } from "./config/read-documents.ts";

/** Throws what is wrong with the files, a line each. */
const withoutFindings = ({ documents, findings }: Documents): Documents["documents"] => {
  if (findings.length === 0) return documents;
  throw new CommandError(
    `${findings.map(findingLine).join("\n")}\n${String(findings.length)} to put right; nothing was done.`,
  );
};

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

await runCommand(
  {
    name: "npm run config --",
    summary: "Checks Lockstep's configuration in files (docs/configuration.md). ACTION is lint.",
    positionals: ["ACTION"],
    options: {
      dir: { kind: "text", placeholder: "DIR", help: "The directory of the files (default config)." },
      help: HELP,
    },
  },
  async ({ options: { dir = "config" }, positionals: [action = ""] }) => {
    if (action !== "lint") throw new UsageError(`Action '${action}' is unknown: expected lint.`);
    const documents = withoutFindings(lintDirectory(dir));
    say(`${String(documents.length)} documents in ${dir} are as they should be.`);
    return Promise.resolve(0);
  },
);
