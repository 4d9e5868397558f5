import { expect, it } from "vitest";
import {
  lastClosedDay,
  rootOfText,
  textOfRoot,
  type AuditRoot,
} from "../../../../lambdas/core/domain/audit-root.ts";
import { daysAfter, type Day } from "../../../../lambdas/core/domain/day.ts";
import { sealAudit } from "../../../../lambdas/core/use-cases/seal-audit.ts";
import { chainOf } from "../../../support/audit-samples.ts";
import { FakeAuditRoots, FakeChainHeads } from "../../../support/fakes/audit-roots.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const HOUR = 3_600_000;
const FIRST = "2026-01-01" as Day;

/** The virtual clock begins on 1 January 2026. */
const setUp = () => {
  const clock = new VirtualClock();
  const heads = new FakeChainHeads(clock);
  const roots = new FakeAuditRoots();
  const seal = sealAudit({ heads, roots, clock });
  const kept = async () => {
    const texts = await Promise.all((await roots.list()).map((reference) => roots.read(reference)));
    return texts.map((text) => rootOfText(text)).filter((root) => root !== undefined);
  };
  return { clock, heads, roots, seal, kept, until: (moment: string) => clock.advanceTo(new Date(moment)) };
};

const summary = (roots: readonly AuditRoot[]) => roots.map(({ day, heads }) => [day, heads.length]);

it.each([
  ["2026-01-02T00:19:59.999Z", "2025-12-31"],
  ["2026-01-02T00:20:00.000Z", "2026-01-01"],
  ["2026-01-02T23:59:59.999Z", "2026-01-01"],
  ["2026-03-01T00:30:00.000Z", "2026-02-28"],
])("at %s the last day to which nothing can be added is %s", (now, day) => {
  expect(lastClosedDay(new Date(now))).toBe(day);
});

it("seals the day that is over, and leaves the one that is not", async () => {
  const { heads, seal, until } = setUp();
  for (const entry of [...chainOf(1, 2), ...chainOf(2, 1)]) await heads.append(entry);
  await until("2026-01-02T00:30:00.000Z");
  for (const entry of chainOf(3, 1)) await heads.append(entry);
  const [root, ...others] = await seal();
  expect(others).toEqual([]);
  expect(root).toMatchObject({ version: 1, day: FIRST, previousRoot: "0".repeat(64) });
  expect(root?.heads.map(({ sequence, hash }) => ({ sequence, hash }))).toEqual([
    { sequence: 2, hash: chainOf(1, 2)[1]?.hash },
    { sequence: 1, hash: chainOf(2, 1)[0]?.hash },
  ]);
});

it("catches up every day that was missed, each on top of the one before, also those without entries", async () => {
  const { heads, seal, kept, until } = setUp();
  for (const entry of chainOf(1, 1)) await heads.append(entry);
  await until("2026-01-03T12:00:00.000Z");
  for (const entry of chainOf(2, 1)) await heads.append(entry);
  await until("2026-01-05T00:30:00.000Z");
  expect(summary(await seal())).toEqual([
    [FIRST, 1],
    ["2026-01-02", 0],
    ["2026-01-03", 1],
    ["2026-01-04", 0],
  ]);
  const roots = await kept();
  for (const [index, { previousRoot }] of roots.entries()) {
    expect(previousRoot).toBe(roots[index - 1]?.hash ?? "0".repeat(64));
  }
  await until("2026-01-06T00:30:00.000Z");
  expect(summary(await seal())).toEqual([["2026-01-05", 0]]);
});

it("changes nothing when it runs again", async () => {
  const { heads, seal, kept, until, clock } = setUp();
  for (const entry of chainOf(1, 1)) await heads.append(entry);
  await until("2026-01-02T00:30:00.000Z");
  await seal();
  const before = await kept();
  await clock.advanceBy(HOUR);
  expect(await seal()).toEqual([]);
  expect(await kept()).toEqual(before);
});

it("begins, where nothing was ever recorded, with the last day that is over", async () => {
  const { seal, until } = setUp();
  await until("2026-01-10T00:30:00.000Z");
  expect(summary(await seal())).toEqual([["2026-01-09", 0]]);
});

it("begins with the first entry, should the first run of all come a month late", async () => {
  const { heads, seal, until } = setUp();
  for (const entry of chainOf(1, 1)) await heads.append(entry);
  await until("2026-02-02T00:30:00.000Z");
  const sealed = await seal();
  expect(sealed[0]).toMatchObject({ day: FIRST });
  expect(sealed).toHaveLength(32);
});

it("leaves the work to another run that is at it", async () => {
  const { heads, roots, seal, until } = setUp();
  for (const entry of chainOf(1, 1)) await heads.append(entry);
  await until("2026-01-02T00:30:00.000Z");
  // The other run seals the day after this one has looked which days have a root.
  const behind = sealAudit({
    heads: {
      changedOn: async (day) => {
        if (day === FIRST) await seal().catch(() => undefined);
        return heads.changedOn(day);
      },
    },
    roots,
    clock: { now: () => new Date("2026-01-02T00:30:00.000Z") },
  });
  await expect(behind()).rejects.toMatchObject({ name: "ConcurrentModification" });
  expect(await roots.list()).toHaveLength(1);
});

it("seals nothing on top of a root that is not as it was made", async () => {
  const { roots, clock, heads, until } = setUp();
  await until("2026-01-03T00:30:00.000Z");
  const forged: AuditRoot = { version: 1, day: FIRST, previousRoot: "", heads: [], hash: "0".repeat(64) };
  await roots.put(forged);
  expect(rootOfText(textOfRoot(forged))).toBeUndefined();
  await expect(sealAudit({ heads, roots, clock })()).rejects.toThrow(/root of 2026-01-01/);
  expect(await roots.list()).toHaveLength(1);
});

it("counts days over the ends of months and years", () => {
  expect(daysAfter("2026-12-31" as Day, 1)).toBe("2027-01-01");
  expect(daysAfter("2028-02-28" as Day, 1)).toBe("2028-02-29");
  expect(daysAfter("2026-01-01" as Day, -1)).toBe("2025-12-31");
});

it("looks 31 days back from the last day that is over, should the first run of all come late, and no further", async () => {
  const asked: Day[] = [];
  const sealedFrom = async (recordedOn: Day) => {
    const heads = {
      changedOn: (day: Day) => {
        asked.push(day);
        const { requestId, sequence, hash } = chainOf(1, 1)[0] ?? {
          requestId: "" as never,
          sequence: 0,
          hash: "",
        };
        return Promise.resolve(day === recordedOn ? [{ requestId, sequence, hash }] : []);
      },
    };
    const clock = { now: () => new Date("2026-03-15T00:30:00.000Z") };
    return sealAudit({ heads, roots: new FakeAuditRoots(), clock })();
  };
  expect(summary(await sealedFrom("2026-02-11" as Day)).slice(0, 2)).toEqual([
    ["2026-02-11", 1],
    ["2026-02-12", 0],
  ]);
  asked.length = 0;
  expect(summary(await sealedFrom("2026-02-10" as Day))).toEqual([["2026-03-14", 0]]);
  expect(asked).toHaveLength(32);
  expect(asked[0]).toBe("2026-02-11");
  // The last day that is over is sealed whatever there is: it is asked about once.
  expect(asked.filter((day) => day === "2026-03-14")).toHaveLength(1);
});

it("asks, once there is a root, about the days after it only", async () => {
  const { heads, roots, seal, clock, until } = setUp();
  for (const entry of chainOf(1, 1)) await heads.append(entry);
  await until("2026-01-02T00:30:00.000Z");
  await seal();
  await until("2026-01-04T00:30:00.000Z");
  const asked: Day[] = [];
  const listening = {
    changedOn: (day: Day) => {
      asked.push(day);
      return heads.changedOn(day);
    },
  };
  await sealAudit({ heads: listening, roots, clock })();
  expect(asked).toEqual(["2026-01-02", "2026-01-03"]);
});

it("says which day another run has just sealed, so that the next attempt goes on after it", async () => {
  const { heads, roots, until, clock } = setUp();
  await until("2026-01-03T00:30:00.000Z");
  const contested = {
    list: () => roots.list(),
    read: (reference: Parameters<typeof roots.read>[0]) => roots.read(reference),
    put: () => Promise.resolve("conflict" as const),
  };
  await expect(sealAudit({ heads, roots: contested, clock })()).rejects.toMatchObject({
    name: "ConcurrentModification",
    message: "Another run has just sealed 2026-01-02",
  });
});

it.each([
  ["is no root at all", () => "{}"],
  ["is another day's", textOfRoot],
])("seals nothing on top of what %s, and says which it is", async (_, textInstead) => {
  const { heads, roots, seal, until, clock } = setUp();
  for (const entry of chainOf(1, 1)) await heads.append(entry);
  await until("2026-01-02T00:30:00.000Z");
  const [root] = (await seal()) as [AuditRoot];
  await until("2026-01-04T00:30:00.000Z");
  const replaced = {
    list: () => Promise.resolve([{ day: "2026-01-02" as Day, version: "first", later: 0 }]),
    read: () => Promise.resolve(textInstead(root)),
    put: (next: AuditRoot) => roots.put(next),
  };
  await expect(sealAudit({ heads, roots: replaced, clock })()).rejects.toThrow(
    "The root of 2026-01-02 is not one that Lockstep wrote: nothing is sealed on top of it",
  );
  expect(await roots.list()).toHaveLength(1);
});
