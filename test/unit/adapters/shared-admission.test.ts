import * as fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import type { Share } from "../../../lambdas/adapters/admission.ts";
import { sharedAdmission } from "../../../lambdas/adapters/shared-admission.ts";
import { RetryableError } from "../../../lambdas/core/domain/errors.ts";
import { FakePaceItem } from "../../support/fakes/pace-item.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const share: Share = { perSecond: 4, burst: 2 };
const SECOND = 1000;

let clock: VirtualClock;
let pace: FakePaceItem;
let begin: number;

beforeEach(() => {
  clock = new VirtualClock();
  pace = new FakePaceItem();
  begin = clock.now().getTime();
});

/** One process, whose clock may be off by so much. */
const process = (offBy = 0) =>
  sharedAdmission({
    pace,
    share,
    clock: {
      now: () => new Date(clock.now().getTime() + offBy),
      sleep: (milliseconds) => clock.sleep(milliseconds),
    },
  });

/** What a promise has come to by now. */
const settled = async <T>(promise: Promise<T>): Promise<T | "still waiting"> => {
  let outcome: T | "still waiting" = "still waiting";
  void promise.then((value) => {
    outcome = value;
  });
  await clock.advanceBy(0);
  return outcome;
};

/** When each of so many calls is admitted, in milliseconds from the beginning, one right after the other. */
const admissions = async (admission: ReturnType<typeof process>, calls: number): Promise<number[]> => {
  const at: number[] = [];
  const made = (async () => {
    for (let call = 0; call < calls; call += 1) {
      await admission.admit("grant");
      at.push(clock.now().getTime() - begin);
    }
  })();
  await clock.runUntilIdle();
  await made;
  return at;
};

describe("setting calls apart", () => {
  it("is one write, however many they are, and making them takes none", async () => {
    const one = process();
    expect(await settled(one.setApart(15))).toBe("ready");
    await admissions(one, 15);
    expect(pace.calls).toEqual(["write"]);
  });

  it("is a read and a write more for whoever believed wrongly, and then one write while its own calls are ahead", async () => {
    await process().setApart(3);
    const before = pace.calls.length;
    const one = process();
    const setTwoApart = async () => {
      const set = one.setApart(2);
      await clock.runUntilIdle();
      await set;
    };
    await setTwoApart();
    expect(pace.calls.slice(before)).toEqual(["write", "read", "write"]);
    await setTwoApart();
    expect(pace.calls.slice(before)).toEqual(["write", "read", "write", "write"]);
    expect(pace.value).toBe(begin + 7 * 250);
  });

  it("lets a burst through at once, and the rest at the rate", async () => {
    const one = process();
    await one.setApart(5);
    expect(await admissions(one, 5)).toEqual([0, 0, 250, 500, 750]);
  });

  it("waits for its own first call behind the calls of others", async () => {
    await process().setApart(4);
    const ready = process().setApart(3);
    expect(await settled(ready)).toBe("still waiting");
    await clock.advanceBy(749);
    expect(await settled(ready)).toBe("still waiting");
    await clock.advanceBy(1);
    expect(await settled(ready)).toBe("ready");
  });

  it("answers later when the wait would be longer than a second, and sets nothing apart then", async () => {
    await process().setApart(5);
    expect(await settled(process().setApart(1))).toBe("still waiting");
    const before = pace.calls.length;
    expect(await settled(process().setApart(1))).toBe("later");
    // Believed to be idle, which the condition of the write is not, and then read.
    expect(pace.calls.slice(before)).toEqual(["write", "read"]);
    expect(pace.value).toBe(begin + 6 * 250);
  });

  it("serves a request with more calls than fit into ten seconds, when nobody else waits", async () => {
    const one = process();
    expect(await settled(one.setApart(60))).toBe("ready");
    const at = await admissions(one, 60);
    expect(at.at(-1)).toBe(58 * 250);
  });

  it("leaves what another request did not need", async () => {
    const one = process();
    await one.setApart(3);
    await clock.advanceBy(2 * SECOND);
    await one.setApart(1);
    await admissions(one, 1);
    await admissions(one, 1);
    // One write each: the third call was set apart for nobody.
    expect(pace.calls).toEqual(["write", "write", "write"]);
  });
});

describe("a call that was not set apart", () => {
  it("is set apart by itself, and waits for its place in line, however long that is", async () => {
    await process().setApart(50);
    const one = process();
    const at = await admissions(one, 2);
    expect(at).toEqual([49 * 250, 50 * 250]);
  });

  it("takes the place of one that was set apart and is long over", async () => {
    const one = process();
    await one.setApart(8);
    await clock.advanceBy(12 * SECOND);
    const at = await admissions(one, 8);
    // The moments of all eight are more than ten seconds ago.
    expect(at).toEqual(
      [0, 0, 250, 500, 750, 1000, 1250, 1500].map((milliseconds) => 12 * SECOND + milliseconds),
    );
  });

  it("comes a second later when the pace cannot be asked: an attempt is not lost over that", async () => {
    pace.begin = () => Promise.reject(new RetryableError("StoreUnavailable", "throttled"));
    expect(await admissions(process(), 3)).toEqual([1000, 2000, 3000]);
    await expect(process().setApart(1)).rejects.toMatchObject({ name: "StoreUnavailable" });
  });

  it("comes a second later after too many lost races", async () => {
    pace.begin = () => Promise.resolve("conflict");
    expect(await admissions(process(), 1)).toEqual([1000]);
    expect(await settled(process().setApart(1))).toBe("later");
  });
});

describe("a pace that a wrong clock wrote", () => {
  it("is begun anew, and not waited for", async () => {
    await process(10 * 60 * SECOND).setApart(3);
    expect(pace.value).toBeGreaterThan(begin + 9 * 60 * SECOND);
    const one = process();
    expect(await settled(one.setApart(3))).toBe("ready");
    expect(pace.value).toBe(begin + 750);
  });

  it("is not waited for either by whoever believes that its own calls are the last", async () => {
    const one = process();
    expect(await admissions(one, 1)).toEqual([0]);
    // Less than a burst further ahead than anything is set apart.
    pace.value = begin + 60 * SECOND + 100;
    expect(await admissions(one, 1)).toEqual([0]);
    expect(pace.value).toBe(begin + 250);
  });

  it("is begun anew by a clock that is behind", async () => {
    await process().setApart(3);
    expect(await settled(process(-10 * 60 * SECOND).setApart(3))).toBe("ready");
    expect(await settled(process().setApart(3))).toBe("ready");
  });
});

describe("any schedule of many processes", () => {
  it("makes no more calls in any second than the rate and the burst, and loses none", async () => {
    const asks = fc.array(
      fc.record({ after: fc.integer({ min: 0, max: 2_000 }), calls: fc.integer({ min: 1, max: 9 }) }),
      { minLength: 1, maxLength: 25 },
    );
    await fc.assert(
      fc.asyncProperty(asks, async (schedule) => {
        clock = new VirtualClock();
        pace = new FakePaceItem();
        const made: number[] = [];
        let wanted = 0;
        const work = schedule.map(async ({ after, calls }) => {
          await clock.sleep(after);
          const one = process();
          if ((await one.setApart(calls)) === "later") return;
          // And one more, as a look at a slow operation.
          wanted += calls + 1;
          for (let call = 0; call < calls + 1; call += 1) {
            await one.admit("grant");
            made.push(clock.now().getTime());
          }
        });
        await clock.runUntilIdle();
        await Promise.all(work);
        expect(made).toHaveLength(wanted);
        for (const from of made) {
          const within = made.filter((at) => at >= from && at < from + SECOND).length;
          expect(within).toBeLessThan(share.perSecond + share.burst);
        }
      }),
      { numRuns: 40 },
    );
  });
});
