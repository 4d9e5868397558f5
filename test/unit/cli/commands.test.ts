import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { textOfExport } from "../../../cli/audit/export-report.ts";
import { checkTargets } from "../../../cli/audit/export-targets.ts";
import { runNode } from "../../e2e/support/child.ts";
import { goodSample } from "../../support/audit-samples.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "lockstep-commands-"));
  const good = goodSample.lines.map((line) => `${line}\n`).join("");
  writeFileSync(at("good.jsonl"), good);
  writeFileSync(at("first-bad.jsonl"), `garbage\n${good}`);
  writeFileSync(at("last-bad.jsonl"), `${good}garbage\n`);
  writeFileSync(at("empty.jsonl"), "");
  writeFileSync(at("good.jsonl.gz"), gzipSync(good));
  for (const folder of ["no-roots", "roots", "odd-roots/2026-01-01.json", "wrong-roots"])
    mkdirSync(at(folder), { recursive: true });
  for (const { day, text } of goodSample.roots) writeFileSync(at("roots", `${day}.json`), text);
  writeFileSync(at("wrong-roots", "2026-01-01.json"), "{}");
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const at = (...names: readonly string[]) => join(directory, ...names);
const inPlace = (options: readonly string[]) => options.map((option) => option.replace("@", directory));
const verify = (file: string, ...options: readonly string[]) =>
  runNode("cli/audit-verify.ts", "--export", ...inPlace([file, ...options])).ended;

const FIRST_ROOT =
  "the first root is sealed after the day's end, at 00:30 UTC daily by the function lockstep-seal";

describe("what cannot be verified ends with 2 and a sentence", () => {
  const noEntries = /holds no audit entries: make an export with 'npm run audit:export'/;
  it.each([
    [["@/nowhere.jsonl"], /nowhere\.jsonl cannot be read: found nothing there, expected /],
    [["@"], /cannot be read: found a directory, expected /],
    [["@/good.jsonl", "--roots", "@/nowhere"], /nowhere cannot be read: found nothing there, expected /],
    [["@/good.jsonl", "--roots", "@/good.jsonl"], /cannot be read: found a file where a directory should be/],
    [["@/good.jsonl", "--roots", "@/odd-roots"], /2026-01-01\.json cannot be read: found a directory/],
    [["@/empty.jsonl"], noEntries],
    [["README.md"], noEntries],
    [["package.json"], noEntries],
    [["@/good.jsonl.gz"], noEntries],
    [["package.json", "--roots", "@/roots"], noEntries],
  ] as const)("%j", async ([file, ...options], sentence) => {
    const { code, stdout, stderr } = await verify(file, ...options);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd()).not.toContain("\n");
  });

  it("and on the first day says when there will be a root", async () => {
    const { code, stderr } = await verify("@/good.jsonl", "--roots", "@/no-roots");
    expect(code).toBe(2);
    expect(stderr).toContain(FIRST_ROOT);
    expect(stderr).toContain("verify without --roots");
    expect(stderr).not.toContain("audit:export");
  });
});

describe("what is not as it was written ends with 1", () => {
  it.each([
    [["@/first-bad.jsonl"], /^Line 1 was altered\.\n/],
    [["@/last-bad.jsonl"], /^Line 13 was altered\.\n/],
    // What a table gives that was emptied: the roots know better.
    [["@/empty.jsonl", "--roots", "@/roots"], /^Line 1: entry 1 of request \S+ was removed\.\n/],
    // What is known of the roots is said, whatever the export is.
    [["@/empty.jsonl", "--roots", "@/wrong-roots"], /^The root of 2026-01-01 was altered\.\n/],
  ] as const)("%j", async ([file, ...options], finding) => {
    const { code, stdout } = await verify(file, ...options);
    expect(stdout).toMatch(finding);
    expect(code).toBe(1);
  });
});

describe("an export that cannot be written is refused before anything is read", () => {
  it.each([
    [["--out", "@/nowhere/export.jsonl"], /^Option --out is '\S+': found no directory /],
    [["--out", "@/good.jsonl/export.jsonl"], /^Option --out is '\S+': found no directory /],
    [["--out", "@"], /^Option --out is '\S+': found a directory, expected a file/],
    [["--out", "@/new", "--roots", "@/new"], /^Option --out is '\S+': found a directory, expected a file/],
    [["--out", "@/new", "--roots", "@/good.jsonl"], /^Option --roots is '\S+': found a file, expected a dir/],
    [["--out", "@/new", "--roots", "@/good.jsonl/roots"], /^Option --roots is '\S+': found a file/],
    [["--out", "@/new", "--endpoint", "nonsense"], /^Option --endpoint is 'nonsense': expected a URL/],
    [["--out", "@/new", "--endpoint", "localhost:8000"], /^Option --endpoint is 'localhost:8000': expected/],
  ] as const)("%j", async (options, sentence) => {
    const before = readdirSync(directory);
    const { code, stdout, stderr } = await runNode(
      ...["cli/audit-export.ts", "--port", "1"],
      ...inPlace(options),
    ).ended;
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd()).not.toContain("\n");
    expect(readdirSync(directory)).toEqual(before);
  });

  it("but not one beside roots whose directory will be made", async () => {
    const roots = at("audit", "roots");
    const out = at("audit", "export.jsonl");
    expect(await checkTargets({ out, roots })).toEqual({ replaces: false });
    expect(await checkTargets({ out: at("good.jsonl"), roots })).toEqual({ replaces: true });
  });
});

describe("what an export says", () => {
  const exported = { entries: 4, requests: 2, configured: 0, bytes: 2_080 };
  const report = { exported, out: "a.jsonl", replaces: false };

  it("is what was written, and what comes next", () => {
    expect(textOfExport({ ...report, roots: { directory: "roots", count: 1 } }).split("\n")).toEqual([
      "Wrote 4 entries of 2 requests to a.jsonl (2.1 kB).",
      "Downloaded 1 root to roots.",
      "Next: npm run audit:verify -- --export a.jsonl --roots roots",
    ]);
    expect(textOfExport(report).split("\n").slice(1)).toEqual([
      "The daily roots would show more: --roots DIR downloads them.",
      "Next: npm run audit:verify -- --export a.jsonl",
    ]);
  });

  it("on the first day is when there will be a root, and to verify without", () => {
    expect(
      textOfExport({ ...report, roots: { directory: "roots", count: 0 } })
        .split("\n")
        .slice(1),
    ).toEqual([
      `Downloaded 0 roots to roots: ${FIRST_ROOT}.`,
      "Next: npm run audit:verify -- --export a.jsonl",
    ]);
  });

  it("of nothing is that there is nothing to verify", () => {
    const text = textOfExport({ ...report, exported: { entries: 0, requests: 0, configured: 0, bytes: 0 } });
    expect(text).toContain("(0 bytes)");
    expect(text).not.toContain("audit:verify");
  });

  it("names a file that it replaced, and a large size in MB", () => {
    const text = textOfExport({ ...report, replaces: true, exported: { ...exported, bytes: 520e6 } });
    expect(text).toMatch(/ to a\.jsonl \(520\.0 MB\), in place of the file that was there\.\n/);
  });
});
