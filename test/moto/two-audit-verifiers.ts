import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  goodSample,
  mixedSample,
  sampleChain,
  tamperings,
  unsealedSample,
  type Sample,
} from "../support/audit-samples.ts";

/** Holds `npm run audit:verify` to a verifier in Python that was written from docs/audit-format.md alone. */

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const directory = mkdtempSync(join(tmpdir(), "lockstep-two-verifiers-"));

interface Verdict {
  readonly code: number | null;
  readonly text: string;
}

const run = (command: string, ...args: readonly string[]): Verdict => {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: ROOT, encoding: "utf8" });
  return { code: status, text: `${stdout}${stderr}`.trim() };
};

/** What ours says, in the words of the other. */
const inShort = (text: string): string => {
  const [first = ""] = text.split("\n");
  if (first.startsWith("OK:")) return "ok";
  const entry = /^Line (\d+): entry (\d+) of (?:request|the configuration) (\S+) was (\w+)\.$/.exec(first);
  if (entry !== null) return `${entry[1] ?? ""} ${entry[4] ?? ""} ${entry[3] ?? ""} ${entry[2] ?? ""}`;
  const other = /^(?:Line (\d+)|The root of (\S+)) was (\w+)\.$/.exec(first);
  return other === null ? text : `${other[1] ?? other[2] ?? ""} ${other[3] ?? ""}`;
};

const write = ({ lines, roots }: Sample) => {
  const place = mkdtempSync(join(directory, "sample-"));
  const [file, folder] = [join(place, "export.jsonl"), join(place, "roots")];
  writeFileSync(file, lines.map((line) => `${line}\n`).join(""));
  mkdirSync(folder);
  for (const { day, text } of roots) writeFileSync(join(folder, `${day}.json`), text);
  return { file, folder };
};

const expectedOf = (
  found: readonly [number | string, string, (number | string)?, number?] | undefined,
): string => {
  if (found === undefined) return "ok";
  const [place, tampering, chain, sequence] = found;
  return [place, tampering, ...(chain === undefined ? [] : [sampleChain(chain), sequence])].join(" ");
};

const cases = [
  { name: "as it was written", sample: goodSample, alone: "ok", withRoots: "ok" },
  { name: "with configuration, as it was written", sample: mixedSample, alone: "ok", withRoots: "ok" },
  { name: "with entries that are not sealed yet", sample: unsealedSample, alone: "ok", withRoots: "ok" },
  ...tamperings.map(({ name, sample, byEntries, byRoots }) => ({
    name,
    sample,
    alone: expectedOf(byEntries),
    withRoots: expectedOf(byRoots ?? byEntries),
  })),
];

let passed = 0;
let failed = 0;
const compare = (name: string, expected: string, ours: Verdict, theirs: Verdict) => {
  const code = expected === "ok" ? 0 : 1;
  const agree =
    inShort(ours.text) === expected && theirs.text === expected && ours.code === code && theirs.code === code;
  if (agree) passed += 1;
  else {
    failed += 1;
    console.log(
      `${name}: expected "${expected}", Lockstep says "${inShort(ours.text)}", Python "${theirs.text}"`,
    );
  }
};

try {
  for (const { name, sample, alone, withRoots } of cases) {
    const { file, folder } = write(sample);
    const ours = ["cli/audit-verify.ts", "--export", file];
    const theirs = ["test/moto/verify_audit.py", file];
    compare(name, alone, run(process.execPath, ...ours), run("python3", ...theirs));
    compare(
      `${name}, with roots`,
      withRoots,
      run(process.execPath, ...ours, "--roots", folder),
      run("python3", ...theirs, folder),
    );
  }
} finally {
  rmSync(directory, { recursive: true });
}
console.log(`${String(passed)} passed, ${String(failed)} failed`);
process.exitCode = failed === 0 ? 0 : 1;
