import { beforeEach, describe, expect, it } from "vitest";
import { inBatches } from "../../../../lambdas/core/use-cases/in-batches.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const SECOND = 1000;

let clock: VirtualClock;
/** Which item was begun in which second. */
let began: (readonly [item: number, second: number])[];
let inFlight: number;

beforeEach(() => {
  clock = new VirtualClock(new Date(0));
  began = [];
  inFlight = 0;
});

/** Work that takes as many seconds as its item says, and fails for an item in `failing`. */
const work =
  (failing: readonly number[] = []) =>
  async (item: number): Promise<string> => {
    began.push([item, clock.now().getTime() / SECOND]);
    inFlight += 1;
    await clock.sleep(item * SECOND);
    inFlight -= 1;
    if (failing.includes(item)) throw new Error(`item ${item} failed`);
    return `item ${item}`;
  };
const run = async (items: readonly number[], atATime: number, failing: readonly number[] = []) => {
  const all = inBatches(items, atATime, work(failing)).then(
    (results) => ({ results, left: inFlight }),
    (error: unknown) => ({ message: (error as Error).message, left: inFlight }),
  );
  await clock.runUntilIdle();
  return all;
};

describe("work in batches", () => {
  it("answers in the order of its items, whichever is done first", async () => {
    expect(await run([3, 1, 2, 5, 4], 2)).toEqual({
      results: ["item 3", "item 1", "item 2", "item 5", "item 4"],
      left: 0,
    });
  });

  it("is begun so many at once, and the next ones when all of those have ended", async () => {
    await run([3, 1, 2, 5, 4], 2);
    expect(began).toEqual([
      [3, 0],
      [1, 0],
      [2, 3],
      [5, 3],
      [4, 8],
    ]);
  });

  it.each([[[]], [[1, 2]], [[1, 2, 3, 4]]])("meets each of %j once, two at a time", async (items) => {
    expect(await run(items, 2)).toEqual({ results: items.map((item) => `item ${item}`), left: 0 });
    expect(began.map(([item]) => item)).toEqual(items);
  });

  it("goes on with the rest when one fails, and leaves nothing in flight", async () => {
    expect(await run([3, 1, 2, 4], 2, [1])).toEqual({ message: "item 1 failed", left: 0 });
    expect(began.map(([item]) => item)).toEqual([3, 1, 2, 4]);
  });

  it("fails with the first failure by its items' order, not by time", async () => {
    expect(await run([3, 1, 2], 2, [3, 1, 2])).toEqual({ message: "item 3 failed", left: 0 });
  });
});
