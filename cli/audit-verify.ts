import { access } from "node:fs/promises";
import { systemClock } from "../lambdas/adapters/system-clock.ts";
import { HELP, runCommand } from "../local/cli/command.ts";
import { UsageError } from "../local/cli/arguments.ts";
import { nameOfAll } from "./audit/chain-names.ts";
import { troubleOf } from "./audit/file-trouble.ts";
import { textOfFinding } from "./audit/finding.ts";
import { linesOf } from "./audit/lines.ts";
import { counted, progressOn } from "./audit/progress.ts";
import { readRoots } from "./audit/read-roots.ts";
import { sealedHeads } from "./audit/sealed-heads.ts";
import { verifyEntries, type VerifiedEntries } from "./audit/verify-entries.ts";
import { verifyRoots } from "./audit/verify-roots.ts";

/** Says in a sentence that the export cannot be read: that is not a finding about it. */
const readingExport = async <T>(file: string, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    const trouble = troubleOf(error);
    if (trouble === undefined) throw error;
    throw new UsageError(
      `The export ${file} cannot be read: found ${trouble}, expected a file; make one with 'npm run audit:export'.`,
    );
  }
};

/** Refuses a file of which nothing can be said. An empty one can be: when roots seal what is missing, that is a finding. */
const refuseWithoutEntries = (file: string, { entries, finding, isForeign }: VerifiedEntries) => {
  if (isForeign === true)
    throw new UsageError(`${file} holds no audit entries: make an export with 'npm run audit:export'.`);
  if (entries > 0 || finding !== undefined) return;
  throw new UsageError(
    `${file} is empty and holds no audit entries: make an export with 'npm run audit:export' once a request was made.`,
  );
};

/** Verifies, prints what was found, and gives the exit code. Throws UsageError when it cannot be verified. */
const verify = async (file: string, directory: string | undefined): Promise<number> => {
  await readingExport(file, () => access(file));
  const { roots, finding: wrongRoot } =
    directory === undefined ? { roots: [] } : verifyRoots(await readRoots(directory));
  const say = progressOn(process.stderr, systemClock);
  const verified = await readingExport(file, () =>
    verifyEntries({
      lines: () => linesOf(file),
      heads: sealedHeads(roots),
      onProgress: (done) => {
        say(() => `Verified ${counted(done, "entry")}`);
      },
    }),
  );
  if (wrongRoot === undefined) refuseWithoutEntries(file, verified);
  const { finding, entries, sealed } = verified;
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
    `OK: ${counted(entries, "entry")} of ${nameOfAll(verified)}, each as it was written and in order.\n${bySeal}\n`,
  );
  return 0;
};

await runCommand(
  {
    name: "npm run audit:verify --",
    summary:
      "Says whether an export of the audit trail is as it was written, and names the first entry that was altered, " +
      "removed, inserted or reordered. Exit code 1 when there is one, 2 when it cannot be verified.",
    options: {
      export: { kind: "text", placeholder: "FILE", help: "What npm run audit:export wrote." },
      roots: { kind: "text", placeholder: "DIR", help: "The daily roots that it downloaded." },
      help: HELP,
    },
  },
  async ({ options: { export: file, roots: directory } }) => {
    if (file === undefined)
      throw new UsageError("Option --export is missing: it names the export to verify.");
    try {
      return await verify(file, directory);
    } catch (error) {
      if (error instanceof UsageError) throw error;
      // A fault of this program: exit code 1 would say that somebody tampered with the trail.
      process.stderr.write(`${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
      return 2;
    }
  },
);
