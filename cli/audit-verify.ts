import { access, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../lambdas/adapters/system-clock.ts";
import { CommandError, HELP, runCommand } from "../local/cli/command.ts";
import { UsageError } from "../local/cli/arguments.ts";
import { textOfFinding } from "./audit/finding.ts";
import { linesOf } from "./audit/lines.ts";
import { counted, progressOn } from "./audit/progress.ts";
import { sealedHeads } from "./audit/sealed-heads.ts";
import { verifyEntries } from "./audit/verify-entries.ts";
import { verifyRoots, type RootFile } from "./audit/verify-roots.ts";

const readRoots = async (directory: string): Promise<readonly RootFile[]> => {
  const names = await readdir(directory).catch((error: unknown) => {
    throw new CommandError(`The directory ${directory} cannot be read: ${String(error)}`, { cause: error });
  });
  const days = names
    .map((name) => /^(\d{4}-\d{2}-\d{2})\.json$/.exec(name)?.[1])
    .filter((day) => day !== undefined)
    .sort();
  if (days.length === 0) {
    throw new CommandError(
      `The directory ${directory} holds no roots: 'npm run audit:export -- --roots ${directory}' downloads them.`,
    );
  }
  return Promise.all(
    days.map(async (day) => ({ day, text: await readFile(join(directory, `${day}.json`), "utf8") })),
  );
};

await runCommand(
  {
    name: "npm run audit:verify --",
    summary:
      "Says whether an export of the audit trail is as it was written, and names the first entry that was altered, " +
      "removed, inserted or reordered. Exit code 1 when there is one.",
    options: {
      export: { kind: "text", placeholder: "FILE", help: "What npm run audit:export wrote." },
      roots: { kind: "text", placeholder: "DIR", help: "The daily roots that it downloaded." },
      help: HELP,
    },
  },
  async ({ options: { export: file, roots: directory } }) => {
    if (file === undefined)
      throw new UsageError("Option --export is missing: it names the export to verify.");
    await access(file).catch((error: unknown) => {
      throw new CommandError(`The export ${file} cannot be read: ${String(error)}`, { cause: error });
    });
    const { roots, finding: wrongRoot } =
      directory === undefined ? { roots: [] } : verifyRoots(await readRoots(directory));
    const say = progressOn(process.stderr, systemClock);
    const { finding, entries, requests, sealed } = await verifyEntries({
      lines: () => linesOf(file),
      heads: sealedHeads(roots),
      onProgress: (done) => {
        say(() => `Verified ${counted(done, "entry")}`);
      },
    });
    const findings = [wrongRoot, finding].filter((one) => one !== undefined);
    for (const one of findings) process.stdout.write(`${textOfFinding(one)}\n`);
    if (findings.length > 0) {
      process.stdout.write("NOT as it was written. docs/audit-format.md says what each check shows.\n");
      return 1;
    }
    const [oldest, newest] = [roots[0]?.day, roots.at(-1)?.day];
    const bySeal =
      oldest === undefined || newest === undefined
        ? "No roots were given: a chain that was removed, cut short at its end or hashed anew would not show."
        : `${counted(roots.length, "root")} from ${oldest} to ${newest}, unbroken, ${roots.length === 1 ? "seals" : "seal"} ` +
          `${counted(sealed, "entry")}; ${counted(entries - sealed, "entry")} since then will be sealed by the next.`;
    process.stdout.write(
      `OK: ${counted(entries, "entry")} of ${counted(requests, "request")}, each as it was written and in order.\n${bySeal}\n`,
    );
    return 0;
  },
);
