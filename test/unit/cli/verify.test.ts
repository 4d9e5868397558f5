import { describe, expect, it } from "vitest";
import * as fc from "fast-check";
import { rootOfText } from "../../../lambdas/core/domain/audit-root.ts";
import { sealedHeads } from "../../../cli/audit/sealed-heads.ts";
import { textOfFinding, type Finding } from "../../../cli/audit/finding.ts";
import { verifyEntries } from "../../../cli/audit/verify-entries.ts";
import { verifyRoots } from "../../../cli/audit/verify-roots.ts";
import {
  goodSample,
  mixedSample,
  sampleChain,
  tamperings,
  unsealedSample,
  type Sample,
} from "../../support/audit-samples.ts";

// eslint-disable-next-line @typescript-eslint/require-await -- what a file gives is asynchronous
async function* each(lines: readonly string[]) {
  yield* lines;
}

const verify = async ({ lines, roots: files }: Sample) => {
  const { roots, finding: wrongRoot } = verifyRoots(files);
  const entries = await verifyEntries({ lines: () => each(lines), heads: sealedHeads(roots) });
  return { ...entries, finding: wrongRoot ?? entries.finding };
};

const shortened = (finding: Finding | undefined) =>
  finding && [
    "line" in finding.place ? finding.place.line : finding.place.root,
    finding.tampering,
    ...(finding.entry === undefined ? [] : [finding.entry.chain, finding.entry.sequence]),
  ];

const expected = (found: readonly [number | string, string, (number | string)?, number?] | undefined) =>
  found && [found[0], found[1], ...(found[2] === undefined ? [] : [sampleChain(found[2]), found[3]])];

describe("an export as it was written", () => {
  it("is found to be so, with its roots and without", async () => {
    expect(await verify({ ...goodSample, roots: [] })).toEqual({
      entries: 12,
      requests: 3,
      configured: 0,
      sealed: 0,
    });
    expect(await verify(goodSample)).toEqual({ entries: 12, requests: 3, configured: 0, sealed: 12 });
  });

  it("may hold the chains of configuration beside those of requests", async () => {
    expect(await verify({ ...mixedSample, roots: [] })).toMatchObject({
      entries: 14,
      configured: 1,
      sealed: 0,
    });
    expect(await verify(mixedSample)).toEqual({ entries: 14, requests: 3, configured: 1, sealed: 14 });
  });

  it("may hold what no root seals yet", async () => {
    expect(await verify(unsealedSample)).toEqual({ entries: 15, requests: 5, configured: 0, sealed: 12 });
  });

  it("may be empty", async () => {
    expect(await verify({ lines: [], roots: [] })).toEqual({
      entries: 0,
      requests: 0,
      configured: 0,
      sealed: 0,
    });
  });
});

describe("a file that is no export", () => {
  it("is told from one whose first line is bad", async () => {
    const garbage = ["{", '  "name": "lockstep"', "}"];
    expect(await verify({ lines: garbage, roots: [] })).toMatchObject({ entries: 0, isForeign: true });
    const spoiled = await verify({ lines: [...garbage, ...goodSample.lines], roots: [] });
    expect(spoiled.isForeign).toBeUndefined();
    expect(spoiled.finding).toMatchObject({ place: { line: 1 }, tampering: "altered" });
  });
});

describe("the first entry that is not as it was written is named", () => {
  it.each(tamperings)("$name", async ({ sample, byEntries, byRoots }) => {
    const alone = await verify({ ...sample, roots: [] });
    expect(shortened(alone.finding)).toEqual(expected(byEntries));
    const withRoots = await verify(sample);
    expect(shortened(withRoots.finding)).toEqual(expected(byRoots ?? byEntries));
  });

  it("in words, with what was found and what was expected", async () => {
    const { finding } = await verify({ ...goodSample, lines: goodSample.lines.toSpliced(5, 1) });
    if (finding === undefined) throw new Error("expected a finding");
    expect(textOfFinding(finding)).toBe(
      [
        `Line 6: entry 2 of request ${sampleChain(2)} was removed.`,
        `  found:    entry 3 of request ${sampleChain(2)}`,
        `  expected: entry 2 of request ${sampleChain(2)}`,
      ].join("\n"),
    );
  });

  it("on the line that it moved from, with the line that it is on", async () => {
    const { lines } = goodSample;
    const moved = [...lines.toSpliced(5, 1), lines[5] ?? ""];
    const { finding } = await verify({ lines: moved, roots: [] });
    expect(finding?.found).toBe(`entry 3 of request ${sampleChain(2)}; it is on line 12`);
  });

  it("whatever is done to whole lines: removed, put in twice or moved", async () => {
    const { lines } = goodSample;
    const line = fc.nat({ max: lines.length - 1 });
    await fc.assert(
      fc.asyncProperty(line, line, fc.constantFrom("remove", "repeat", "move"), async (from, to, what) => {
        const one = lines[from] ?? "";
        const without = lines.toSpliced(from, 1);
        const done = {
          remove: without,
          repeat: lines.toSpliced(to, 0, one),
          move: without.toSpliced(to, 0, one),
        }[what];
        const { finding } = await verify({ lines: done, roots: goodSample.roots });
        const isSame = done.join("\n") === lines.join("\n");
        expect(finding === undefined).toBe(isSame);
        if (finding === undefined || !("line" in finding.place)) return;
        // Nothing before the line that is named differs from what was written.
        const untouched = done.findIndex((text, index) => text !== lines[index]);
        const first = untouched === -1 ? done.length : untouched;
        expect(finding.place.line).toBeGreaterThanOrEqual(Math.min(first, from, to) + 1);
      }),
    );
  });

  it("whatever character is changed, wherever", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.nat(),
        fc.nat(),
        fc.string({ minLength: 1, maxLength: 1 }),
        async (at, where, text) => {
          const index = at % goodSample.lines.length;
          const line = goodSample.lines[index] ?? "";
          const position = where % line.length;
          const changed = line.slice(0, position) + text + line.slice(position + 1);
          const { finding } = await verify({
            lines: goodSample.lines.with(index, changed),
            roots: goodSample.roots,
          });
          expect(finding === undefined).toBe(changed === line);
          if (finding !== undefined) expect(finding.place).toEqual({ line: index + 1 });
        },
      ),
    );
  });
});

describe("roots", () => {
  it("up to the first one that is wrong are believed", () => {
    const { roots, finding } = verifyRoots(goodSample.roots.toSpliced(2, 1));
    expect(roots.map(({ day }) => day)).toEqual(["2026-01-01", "2026-01-02"]);
    expect(finding).toMatchObject({ place: { root: "2026-01-03" }, tampering: "removed" });
  });

  it("are read only as they were written", () => {
    const [first] = goodSample.roots;
    expect(rootOfText(first?.text ?? "")?.day).toBe("2026-01-01");
    expect(rootOfText(`${first?.text ?? ""} `)).toBeUndefined();
    expect(rootOfText("garbage")).toBeUndefined();
    expect(
      rootOfText((first?.text ?? "").replace(/"previousRoot":"0/, '"previousRoot":"\\ud800')),
    ).toBeUndefined();
  });
});
