import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { downloadRoots } from "../../../cli/audit/download-roots.ts";
import { exportEntries } from "../../../cli/audit/export-entries.ts";
import { linesOf } from "../../../cli/audit/lines.ts";
import { counted, progressOn } from "../../../cli/audit/progress.ts";
import { scanAudit, type KeptEntry } from "../../../lambdas/adapters/dynamodb/audit-scan.ts";
import { sealDay, textOfRoot } from "../../../lambdas/core/domain/audit-root.ts";
import type { Day } from "../../../lambdas/core/domain/day.ts";
import { chainOf, goodSample, sampleRequest } from "../../support/audit-samples.ts";
import { FakeAuditRoots } from "../../support/fakes/audit-roots.ts";
import { EagerClock } from "../../support/fakes/eager-clock.ts";
import { scriptedAws, type ScriptedAnswer } from "../../support/fakes/scripted-aws.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), "lockstep-export-"));
});
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const file = () => join(directory, "export.jsonl");
const keptEntries = (number: number): KeptEntry[] =>
  chainOf(number, 4).map((content) => ({
    chain: content.requestId,
    sequence: content.sequence,
    content: { ...content },
  }));

// eslint-disable-next-line @typescript-eslint/require-await -- what a table gives is asynchronous
async function* inPages(entries: readonly KeptEntry[], size: number) {
  for (let begin = 0; begin < entries.length; begin += size) yield entries.slice(begin, begin + size);
}

const everyLine = async () => {
  const lines: string[] = [];
  for await (const line of linesOf(file())) lines.push(line);
  return lines;
};

describe("an export", () => {
  const shuffled = [3, 1, 2].flatMap(keptEntries).toSorted((a, b) => b.sequence - a.sequence);
  const read: [number, number][] = [];
  const write = (pages: AsyncIterable<readonly KeptEntry[]>) =>
    exportEntries({ pages, file: file(), onProgress: (...done) => read.push(done) });

  beforeEach(() => {
    read.length = 0;
  });

  it("is in order and canonical, whatever order the table gives", async () => {
    expect(await write(inPages(shuffled, 5))).toMatchObject({ entries: 12, requests: 3 });
    expect(await everyLine()).toEqual(goodSample.lines);
    expect(readFileSync(file(), "utf8").endsWith("}\n")).toBe(true);
    expect(read.slice(0, 3)).toEqual([
      [5, 0],
      [10, 0],
      [12, 0],
    ]);
  });

  it("orders requests in different parts as those in one, and sequences as numbers", async () => {
    const odd = ["r-b", "r-", "r-aaa", "a", "r-aab", "r-\u{1F600}", "r-\uFB33", "access-flow/a"].flatMap(
      (chain) => [10, 9, 2].map((sequence) => ({ chain, sequence, content: { chain, sequence } })),
    );
    await write(inPages(odd, 4));
    const order = (await everyLine()).map((line) => JSON.parse(line) as KeptEntry);
    const sorted = odd.toSorted((a, b) =>
      a.chain === b.chain ? a.sequence - b.sequence : a.chain < b.chain ? -1 : 1,
    );
    expect(order).toEqual(sorted.map(({ chain, sequence }) => ({ chain, sequence })));
  });

  it("shows what somebody altered as it is", async () => {
    const [entry, ...others] = shuffled;
    if (entry === undefined) throw new Error("expected an entry");
    const altered = { ...entry, content: { ...entry.content, surprise: true } };
    await write(inPages([altered, ...others], 100));
    expect((await everyLine()).filter((line) => line.includes('"surprise":true'))).toHaveLength(1);
  });

  it("of nothing is an empty file", async () => {
    expect(await write(inPages([], 1))).toEqual({ entries: 0, requests: 0, configured: 0, bytes: 0 });
    expect(readFileSync(file(), "utf8")).toBe("");
  });

  it("that fails leaves what was there, and nothing else", async () => {
    await write(inPages(shuffled, 5));
    // eslint-disable-next-line @typescript-eslint/require-await -- as above
    const failing = async function* () {
      yield shuffled.slice(0, 3);
      throw new Error("gone");
    };
    await expect(write(failing())).rejects.toThrow("gone");
    expect(await everyLine()).toEqual(goodSample.lines);
    expect(readdirSync(directory)).toEqual(["export.jsonl"]);
  });
});

describe("a scan of the Audit table", () => {
  const item = (sequence: number) => ({
    pk: { S: sampleRequest(1) },
    sk: { N: String(sequence) },
    recordedOn: { S: "2026-01-01" },
    type: { S: "Approved" },
  });
  const throttled: ScriptedAnswer = { error: "ThrottlingException" };
  const pageFrom = (sequence: number, last: boolean): ScriptedAnswer => ({
    body: {
      Items: [item(sequence)],
      ...(last ? {} : { LastEvaluatedKey: { pk: item(sequence).pk, sk: item(sequence).sk } }),
    },
  });
  const scan = async (answers: readonly ScriptedAnswer[]) => {
    const left = [...answers];
    const { clientsFor, calls } = scriptedAws(() => left.shift() ?? throttled);
    const pages: KeptEntry[] = [];
    const scanning = scanAudit({ clientsFor, tableName: "audit", clock: new EagerClock() });
    for await (const page of scanning) pages.push(...page);
    return { pages, calls };
  };

  it("gives every page, each entry as it is without what the table adds", async () => {
    const { pages, calls } = await scan([pageFrom(1, false), pageFrom(2, true)]);
    expect(pages).toEqual(
      [1, 2].map((sequence) => ({ chain: sampleRequest(1), sequence, content: { type: "Approved" } })),
    );
    expect(calls.map(({ input }) => input["ConsistentRead"])).toEqual([true, true]);
    expect(calls[1]?.input["ExclusiveStartKey"]).toEqual({ pk: item(1).pk, sk: item(1).sk });
  });

  it("waits out throttling, where it left off", async () => {
    const { pages } = await scan([pageFrom(1, false), throttled, throttled, pageFrom(2, true)]);
    expect(pages.map(({ sequence }) => sequence)).toEqual([1, 2]);
  });

  it("gives up on a table that stays throttled, and at once on one that never answered", async () => {
    await expect(scan([pageFrom(1, false)])).rejects.toMatchObject({ name: "StoreUnavailable" });
    await expect(scan([])).rejects.toMatchObject({ name: "StoreUnavailable" });
  });
});

describe("the lines of a file", () => {
  it("end at line feeds only, and are no text where they are not UTF-8", async () => {
    writeFileSync(file(), Buffer.concat([Buffer.from('"\u2028"\r\n\nlast'), Buffer.from([0x0a, 0xff])]));
    expect(await everyLine()).toEqual(['"\u2028"\r', "", "last", "\u{FFFD}"]);
  });
});

describe("a download of the roots", () => {
  it("writes what was first kept, and tells of days that were written over", async () => {
    const roots = new FakeAuditRoots();
    const first = sealDay("2026-01-01" as Day, [], undefined);
    const second = sealDay("2026-01-02" as Day, [], first);
    await roots.put(first);
    await roots.put(second);
    await roots.overwrite(first.day, "another");
    const place = join(directory, "roots");
    const expected = { days: [first.day, second.day], meddledWith: [first.day] };
    expect(await downloadRoots(roots, place, () => undefined)).toEqual(expected);
    expect(readFileSync(join(place, "2026-01-01.json"), "utf8")).toBe(textOfRoot(first));
    expect(await downloadRoots(roots, place, () => undefined)).toEqual(expected);
    rmSync(place, { recursive: true });
  });
});

describe("progress", () => {
  it("is said every two seconds, and not of what is faster", async () => {
    const clock = new VirtualClock();
    const said: string[] = [];
    const say = progressOn({ write: (text) => said.push(String(text)) > 0 }, clock);
    say(() => "at once");
    await clock.advanceBy(2_500);
    say(() => counted(1_204, "entry"));
    await clock.advanceBy(1_000);
    say(() => "too soon");
    expect(said).toEqual(["1,204 entries (3 s)\n"]);
  });

  it("counts one thing as one", () => {
    expect([counted(1, "entry"), counted(0, "root"), counted(2, "request")]).toEqual([
      "1 entry",
      "0 roots",
      "2 requests",
    ]);
  });
});
