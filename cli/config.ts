import { systemClock } from "../lambdas/adapters/system-clock.ts";
import { UsageError } from "../local/cli/arguments.ts";
import { CommandError, HELP, runCommand } from "../local/cli/command.ts";
import { counted, progressOn } from "./audit/progress.ts";
import { applySteps } from "./config/apply.ts";
import { comparable } from "./config/compare.ts";
import { exportTo } from "./config/export.ts";
import { lintDocuments, type LintedPlace } from "./config/lint-documents.ts";
import { byPlace, findingLine, lintDirectory, whatWasRead } from "./config/lint.ts";
import { planOf, textOfPlan, type Step } from "./config/plan.ts";
import type { Documents } from "./config/read-documents.ts";
import { findingsOfPlan, findingsOfServer } from "./config/server-findings.ts";
import { serverAt, type Server } from "./config/server.ts";

/** There is something to change, and nothing went wrong. */
const CHANGES = 2;

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Throws what is wrong with the files, a line each. */
const withoutFindings = ({ documents, findings }: Documents): Documents["documents"] => {
  if (findings.length === 0) return documents;
  throw new CommandError(
    `${findings.map(findingLine).join("\n")}\n${String(findings.length)} to put right; nothing was done.`,
  );
};

/** What is only a warning; throws errors, and the warnings with them. */
const withoutErrors = (found: readonly LintedPlace[]): readonly LintedPlace[] => {
  if (found.some(({ severity }) => severity === "error"))
    withoutFindings({ documents: [], misfits: [], findings: found });
  return found;
};

/** The documents of files with nothing wrong, and what lint warns of; throws its errors, and its warnings with them. */
const soundDocuments = async (dir: string) => {
  const linted = lintDirectory(dir);
  // Beside the answer, which others may read: a plan's is what a review looks at.
  process.stderr.write(`${whatWasRead(linted)}\n`);
  const documents = withoutFindings(linted);
  return { documents, warnings: withoutErrors(await lintDocuments(documents)) };
};

/** What the server warns of beside what lint warns of without it. */
const warningsOfServer = async (
  { documents, warnings }: Awaited<ReturnType<typeof soundDocuments>>,
  server: Server,
) => {
  const known = new Set(warnings.map(findingLine));
  const found = withoutErrors(await findingsOfServer(documents, server));
  return found.filter((finding) => !known.has(findingLine(finding)));
};

const serverOf = ({
  url,
  token,
}: {
  readonly url: string | undefined;
  readonly token: string | undefined;
}): Server => {
  const address = url ?? process.env["LOCKSTEP_URL"];
  const credential = token ?? process.env["LOCKSTEP_TOKEN"];
  if (address === undefined || address === "")
    throw new UsageError("The API's address is missing: expected --url URL, or LOCKSTEP_URL.");
  if (credential === undefined || credential === "")
    throw new UsageError("A token is missing: expected LOCKSTEP_TOKEN, or --token TOKEN.");
  return serverAt({ url: address, token: credential });
};

const readServer = async (server: Server) => {
  const progress = progressOn(process.stderr, systemClock);
  return comparable(
    await server.documents((read) => {
      progress(() => `Read ${counted(read, "document")} of the server`);
    }),
  );
};

interface Options {
  readonly dir?: string | undefined;
  readonly url: string | undefined;
  readonly token: string | undefined;
  readonly prune: boolean;
  readonly force: boolean;
}

const planFor = async (dir: string, server: Server, prune: boolean) =>
  planOf(await comparable((await soundDocuments(dir)).documents), await readServer(server), prune);

/** Integrations give nobody access, and what is deleted neither. */
const waitsForAnother = ({ action, document }: Step): boolean =>
  action !== "delete" && document.kind !== "integration";

const CONFIRMATION =
  "What was applied serves everybody else now, and whoever applied it once another administrator has confirmed it (POST /access-flows/{name}/confirm; not where the setting secondAdministrator is off).";

const actions: Readonly<Record<string, (dir: string, options: Options) => Promise<number>>> = {
  lint: async (dir, options) => {
    const sound = await soundDocuments(dir);
    const { documents } = sound;
    const asked = options.url === undefined ? [] : await warningsOfServer(sound, serverOf(options));
    const warnings = [...sound.warnings, ...asked].toSorted(byPlace);
    warnings.map(findingLine).forEach(say);
    say(
      `${counted(documents.length, "document")} in ${dir}: ${warnings.length === 0 ? "nothing" : `no error, ${counted(warnings.length, "warning")}`} to put right.`,
    );
    return 0;
  },
  plan: async (dir, options) => {
    const server = serverOf(options);
    const plan = await planFor(dir, server, options.prune);
    say(textOfPlan(plan));
    withoutErrors(await findingsOfPlan(plan.steps, server))
      .map(findingLine)
      .forEach(say);
    return plan.steps.length === 0 ? 0 : CHANGES;
  },
  apply: async (dir, options) => {
    const server = serverOf(options);
    const { steps } = await planFor(dir, server, options.prune);
    if (steps.length === 0) {
      say("Nothing to change.");
      return 0;
    }
    if (!(await applySteps(steps, server, say))) return 1;
    say(`${counted(steps.length, "change")} made.`);
    if (steps.some(waitsForAnother)) say(CONFIRMATION);
    return 0;
  },
  export: async (dir, options) => {
    const items = await readServer(serverOf(options));
    const files = exportTo(dir, items, options);
    say(
      files.length === 0
        ? `The files in ${dir} say what the server has already: nothing was written.`
        : `Written to ${dir}: ${files.join(", ")}. Its files have ${counted(items.length, "document")}: all that the server has.`,
    );
    return 0;
  },
};

await runCommand(
  {
    name: "npm run config --",
    summary:
      "Keeps Lockstep's configuration in files (docs/configuration.md). ACTION is lint (checks the files: without a " +
      "server, or with --url also what that knows), plan (shows what apply would change, and what the server says of it; " +
      "exit code 2 where there is something, 1 where it would be refused), apply (changes it) or export (writes the files " +
      "from what the server has).",
    positionals: ["ACTION"],
    options: {
      dir: { kind: "text", placeholder: "DIR", help: "The directory of the files (default config)." },
      url: { kind: "text", placeholder: "URL", help: "The HTTP API (default LOCKSTEP_URL)." },
      token: {
        kind: "text",
        placeholder: "TOKEN",
        help: "Who you are (default LOCKSTEP_TOKEN, which no list of processes shows).",
      },
      prune: { kind: "flag", help: "plan, apply: delete what the server has and no file." },
      force: { kind: "flag", help: "export: write over files that say something else than the server." },
      help: HELP,
    },
  },
  ({ options, positionals: [name = ""] }) => {
    const act = Object.hasOwn(actions, name) ? actions[name] : undefined;
    if (act === undefined)
      throw new UsageError(`Action '${name}' is unknown: expected ${Object.keys(actions).join(", ")}.`);
    return act(options.dir ?? "config", options);
  },
);
