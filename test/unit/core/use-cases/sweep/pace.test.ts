import { beforeEach, describe, expect, it } from "vitest";
import { paceOf, type Pace } from "../../../../../lambdas/core/use-cases/sweep/pace.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const SECOND = 1000;

let clock: VirtualClock;
let pace: Pace;
let began: number;

beforeEach(() => {
  clock = new VirtualClock();
  pace = paceOf(clock, 2);
  began = clock.now().getTime();
});

/** The moment at which each of so many comes to its turn, in milliseconds since the first asked; -1 for one that does not. */
const moments = async (count: number, until: Date): Promise<readonly number[]> => {
  const all = Promise.all(
    Array.from({ length: count }, async () => ((await pace(until)) ? clock.now().getTime() - began : -1)),
  );
  await clock.runUntilIdle();
  return all;
};

describe("a pace of two a second", () => {
  it("lets the first begin at once, and the others half a second apart", async () => {
    expect(await moments(4, new Date(began + 60 * SECOND))).toEqual([0, 500, 1000, 1500]);
  });

  it("lets nobody wait for a turn that comes after the end, and the one at the end begin", async () => {
    expect(await moments(4, new Date(began + SECOND))).toEqual([0, 500, 1000, -1]);
    expect(clock.now().getTime()).toBe(began + SECOND);
  });

  it("saves nothing up while nobody asks", async () => {
    await moments(1, new Date(began + SECOND));
    await clock.advanceBy(10 * SECOND);
    began = clock.now().getTime();
    expect(await moments(3, new Date(began + 60 * SECOND))).toEqual([0, 500, 1000]);
  });
});
