import { beforeEach, describe, expect, it } from "vitest";
import type { Share } from "../../../lambdas/adapters/admission.ts";
import { sharedAdmission } from "../../../lambdas/adapters/shared-admission.ts";
import { yieldingAdmission } from "../../../lambdas/adapters/yielding-admission.ts";
import { FakePaceItem } from "../../support/fakes/pace-item.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const SECOND = 1000;

const usual: Share = { perSecond: 10, burst: 1 };

let clock: VirtualClock;
let begin: number;
/** From when until when somebody needs the room, in milliseconds from the beginning. */
let needed: readonly [from: number, until: number];
let questions: number;

beforeEach(() => {
  clock = new VirtualClock();
  begin = clock.now().getTime();
  needed = [Infinity, Infinity];
  questions = 0;
});

const elapsed = () => clock.now().getTime() - begin;

const underTest = () =>
  yieldingAdmission({
    usual: sharedAdmission({ pace: new FakePaceItem(), share: usual, clock, ahead: usual.perSecond }),
    alone: usual,
    meanwhile: { perSecond: 1, burst: 1 },
    mustYield: () => {
      questions += 1;
      return Promise.resolve(elapsed() >= needed[0] && elapsed() < needed[1]);
    },
    clock,
  });

/** When each of so many calls is admitted, in milliseconds from the beginning. */
const admissions = async (calls: number): Promise<readonly number[]> => {
  const admission = underTest();
  const at: number[] = [];
  const made = (async () => {
    for (let call = 0; call < calls; call += 1) {
      await admission.admit("sync");
      at.push(elapsed());
    }
  })();
  await clock.runUntilIdle();
  await made;
  return at;
};

describe("an admission that yields", () => {
  it("keeps its usual pace while nobody needs the room", async () => {
    expect(await admissions(5)).toEqual([0, 100, 200, 300, 400]);
  });

  it("goes at the slower pace from the very call on before which somebody began to need it", async () => {
    needed = [150, Infinity];
    const at = await admissions(5);
    expect(at.slice(0, 2)).toEqual([0, 100]);
    for (const [index, moment] of at.slice(3).entries())
      expect(moment - (at[index + 2] ?? 0)).toBeGreaterThanOrEqual(SECOND);
  });

  it("makes no more than the slower share in any second while somebody needs the room", async () => {
    needed = [0, 10 * SECOND];
    const at = (await admissions(30)).filter((moment) => moment < 10 * SECOND);
    for (const from of at)
      expect(at.filter((moment) => moment >= from && moment < from + SECOND)).toHaveLength(1);
  });

  it("takes its usual pace up again when the room is free", async () => {
    needed = [0, 2.5 * SECOND];
    const at = (await admissions(8)).filter((moment) => moment >= 3 * SECOND);
    const gaps = at.slice(1).map((moment, index) => moment - (at[index] ?? 0));
    expect(gaps.length).toBeGreaterThan(2);
    expect(new Set(gaps)).toEqual(new Set([100]));
  });

  it("never makes up for what it could not make meanwhile", async () => {
    needed = [150, 2.5 * SECOND];
    const at = await admissions(40);
    for (const from of at)
      expect(at.filter((moment) => moment >= from && moment < from + SECOND).length).toBeLessThanOrEqual(
        usual.perSecond,
      );
  });

  it("asks before each call", async () => {
    await admissions(7);
    expect(questions).toBe(7);
  });
});
