import { describe, expect, it } from "vitest";
import { runSeeds } from "../simulation/run-seeds.ts";

/**
 * What only shows when invocations crash, overlap and arrive late: a few of the histories that `npm run simulate` runs by
 * the thousand. They come last, after every test that names what is wrong.
 */
describe("a few histories of the simulation", () => {
  it.each([1, 5, 9, 13, 17])("violate no invariant: from seed %i", async (seed) => {
    const { ran, failed } = await runSeeds({
      seed,
      histories: 4,
      offset: 0,
      stride: 1,
      faults: "all",
      untilFirst: true,
    });
    expect(failed).toEqual([]);
    expect(ran).toBe(4);
  });
});
