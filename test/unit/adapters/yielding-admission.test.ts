import { beforeEach, describe, expect, it } from "vitest";
import type { Share } from "../../../lambdas/adapters/admission.ts";
import { yieldingAdmission } from "../../../lambdas/adapters/yielding-admission.ts";
import { RetryableError } from "../../../lambdas/core/domain/errors.ts";
import type { Admission } from "../../../lambdas/core/ports/provider.ts";
import { FakePaceItem } from "../../support/fakes/pace-item.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const SECOND = 1000;

const usual: Share = { perSecond: 10, burst: 1 };
const meanwhile: Share = { perSecond: 1, burst: 1 };

let clock: VirtualClock;
let pace: FakePaceItem;
let begin: number;
/** From when until when somebody needs the room, in milliseconds from the beginning. */
let needed: readonly [from: number, until: number];
let questions: number;

beforeEach(() => {
  clock = new VirtualClock();
  pace = new FakePaceItem();
  begin = clock.now().getTime();
  needed = [Infinity, Infinity];
  questions = 0;
});

const elapsed = () => clock.now().getTime() - begin;
const isNeeded = (moment: number) => moment >= needed[0] && moment < needed[1];

/** One process, that sets so many calls apart when it needs one. */
const process = (ahead?: number): Admission =>
  yieldingAdmission({
    pace,
    usual,
    meanwhile,
    mustYield: () => {
      questions += 1;
      return Promise.resolve(isNeeded(elapsed()));
    },
    clock,
    ...(ahead === undefined ? {} : { ahead }),
  });

/** When a process's calls are admitted that are made one after another, each so long after the one before. */
const callsOf = async (admission: Admission, calls: number, each = 0): Promise<readonly number[]> => {
  const at: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    await admission.admit("sync");
    at.push(elapsed());
    await clock.sleep(each);
  }
  return at;
};

/** The same of several processes together, in milliseconds from the beginning. */
const admissions = async (...work: readonly Promise<readonly number[]>[]): Promise<readonly number[]> => {
  await clock.runUntilIdle();
  return (await Promise.all(work)).flat().toSorted((a, b) => a - b);
};

/** The most of them that any second has. */
const mostInASecond = (at: readonly number[]): number =>
  Math.max(...at.map((from) => at.filter((moment) => moment >= from && moment < from + SECOND).length));

describe("an admission that yields", () => {
  it("keeps its usual pace while nobody needs the room", async () => {
    expect(await admissions(callsOf(process(10), 5))).toEqual([0, 100, 200, 300, 400]);
  });

  it("sets many calls apart by one write, and asks before each whether somebody needs the room", async () => {
    await admissions(callsOf(process(10), 20));
    expect(pace.calls).toEqual(["write", "write"]);
    expect(questions).toBe(20);
  });

  it("goes at the slower pace from the very call on before which somebody began to need it", async () => {
    needed = [150, Infinity];
    const at = await admissions(callsOf(process(10), 5));
    expect(at.slice(0, 2)).toEqual([0, 100]);
    // The call at 200 ms was not made, and the whole second after it belongs to whoever needs it.
    expect(at.slice(2)).toEqual([1_200, 2_200, 3_200]);
  });

  it("takes its usual pace up again when the room is free", async () => {
    needed = [0, 2.5 * SECOND];
    // The call at 3 s finds the room free, and has that second to itself.
    expect(await admissions(callsOf(process(10), 6))).toEqual([1_000, 2_000, 3_000, 4_000, 4_100, 4_200]);
  });

  it("sets nothing apart at the slower pace for who waits, so that they are in nobody's way when the room is free", async () => {
    needed = [0, 2.5 * SECOND];
    const one = process(10);
    const at = await admissions(...Array.from({ length: 8 }, () => callsOf(one, 1)));
    expect(at.slice(0, 4)).toEqual([1_000, 2_000, 3_000, 4_000]);
    expect(at.at(-1)).toBe(4_400);
  });
});

describe("processes that read beside one another", () => {
  const three = (calls: number, each = 0) => [
    callsOf(process(10), calls, each),
    callsOf(process(), calls, each),
    callsOf(process(), calls, each),
  ];

  it("make no more calls together in any second than the usual share", async () => {
    expect(mostInASecond(await admissions(...three(30)))).toBe(usual.perSecond);
  });

  it("make no more together than the slower share while somebody needs the room, and all of them get on", async () => {
    needed = [0, 30 * SECOND];
    const each = three(9);
    const at = await admissions(...each);
    expect(mostInASecond(at)).toBe(meanwhile.perSecond);
    // None of 27 seconds is left out, but for those in which each of them noticed.
    expect(at.at(-1)).toBeLessThan(28 * SECOND);
    for (const calls of await Promise.all(each)) expect(calls.at(-1)).toBeGreaterThan(20 * SECOND);
  });

  it("make no more in the seconds in which the need begins and ends, nor soon after it", async () => {
    needed = [2_150, 7_250];
    const at = await admissions(...three(60));
    expect(mostInASecond(at)).toBe(usual.perSecond);
    expect(mostInASecond(at.filter(isNeeded))).toBe(meanwhile.perSecond);
    const before = at.filter((moment) => moment < needed[0]);
    const after = at.filter((moment) => moment >= needed[0]);
    expect((after[0] ?? 0) - (before.at(-1) ?? 0)).toBeGreaterThanOrEqual(SECOND);
  });

  it("never make up for what they were too late for: by then others have their moments", async () => {
    const late = process(10);
    const work = (async () => {
      const first = await callsOf(late, 1, 700);
      const together = await Promise.all(Array.from({ length: 9 }, () => callsOf(late, 1)));
      return [...first, ...together.flat()];
    })();
    const at = await admissions(work, callsOf(process(10), 30));
    expect(at).toHaveLength(40);
    expect(mostInASecond(at)).toBe(usual.perSecond);
  });
});

describe("a pace that cannot be asked", () => {
  class TroubledPace extends FakePaceItem {
    isThrottled = false;
    isCrowded = (): boolean => false;

    override begin(...asked: Parameters<FakePaceItem["begin"]>) {
      if (this.isThrottled) return Promise.reject(new RetryableError("StoreUnavailable", "throttled"));
      return this.isCrowded() ? Promise.resolve("conflict" as const) : super.begin(...asked);
    }
  }

  let troubled: TroubledPace;

  beforeEach(() => {
    troubled = new TroubledPace();
    pace = troubled;
  });

  it("lets no call through that was not set apart, and keeps nobody from theirs once it can be asked again", async () => {
    const one = process();
    troubled.isThrottled = true;
    await expect(one.admit("sync")).rejects.toMatchObject({ name: "StoreUnavailable" });
    expect(questions).toBe(0);
    troubled.isThrottled = false;
    expect(await admissions(callsOf(one, 2))).toEqual([0, 100]);
  });

  it("is asked again a second later after too many lost races", async () => {
    troubled.isCrowded = () => elapsed() < SECOND;
    expect(await admissions(callsOf(process(), 1))).toEqual([1_000]);
  });
});
