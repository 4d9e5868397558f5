import { describe, expect, it } from "vitest";
import { timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { estimatedEnd, isSilent } from "../../../../lambdas/core/domain/sync-progress.ts";
import { aFinishedSync, aRunningSync } from "../../../support/integrations.ts";

const begun = new Date("2026-01-01T00:00:00.000Z");
const minutesAfter = (minutes: number) => new Date(begun.getTime() + minutes * 60_000);

describe("the estimated end of a phase", () => {
  const after = (minutes: number, done: number, total?: number) =>
    aRunningSync(
      {},
      { updatedAt: timestamp(minutesAfter(minutes)), done, ...(total === undefined ? {} : { total }) },
    );

  it("goes on at the pace of the phase so far, from when that was written", () => {
    expect(estimatedEnd(after(10, 100, 400), minutesAfter(10))).toEqual(minutesAfter(40));
    expect(estimatedEnd(after(10, 100, 400), minutesAfter(12))).toEqual(minutesAfter(40));
  });

  it("counts from the phase's begin, not from the pass's", () => {
    const sync = { ...after(10, 100, 400), phaseBegunAt: timestamp(minutesAfter(9)) };
    expect(estimatedEnd(sync, minutesAfter(10))).toEqual(minutesAfter(13));
  });

  it("is never in the past, however much more there turned out to be", () => {
    expect(estimatedEnd(after(10, 400, 400), minutesAfter(11))).toEqual(minutesAfter(11));
    expect(estimatedEnd(after(10, 500, 400), minutesAfter(10))).toEqual(minutesAfter(10));
  });

  it("is unknown before anything is done, and while nobody knows of how much", () => {
    expect(estimatedEnd(after(10, 0, 400), minutesAfter(10))).toBeUndefined();
    expect(estimatedEnd(after(10, 100), minutesAfter(10))).toBeUndefined();
  });
});

describe("a silent pass", () => {
  it("is one that runs and has written nothing for half an hour", () => {
    const sync = aRunningSync({ begunAt: begun });
    expect(isSilent(sync, new Date(minutesAfter(30).getTime() - 1))).toBe(false);
    expect(isSilent(sync, minutesAfter(30))).toBe(true);
    expect(isSilent({ ...sync, updatedAt: timestamp(minutesAfter(5)) }, minutesAfter(30))).toBe(false);
  });

  it("is none that has ended", () => {
    expect(isSilent(aFinishedSync({ begunAt: begun }), minutesAfter(600))).toBe(false);
  });
});
