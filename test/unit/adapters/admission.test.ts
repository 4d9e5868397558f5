import { beforeEach, describe, expect, it } from "vitest";
import { SHARES, pacedAdmission, type Share } from "../../../lambdas/adapters/admission.ts";
import type { Admission, CallPurpose } from "../../../lambdas/core/ports/provider.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

describe("the shares of sso-admin's 20 requests a second", () => {
  const shares: readonly Share[] = Object.values(SHARES);
  const sum = (of: (share: Share) => number) => shares.reduce((total, share) => total + of(share), 0);

  it("leave one a second to people and other tools, in the long run", () => {
    expect(sum(({ perSecond }) => perSecond)).toBe(19);
  });

  it("are no more than 20 in any one second, when all of them are used up", () => {
    expect(sum(({ perSecond, burst }) => perSecond + burst - 1)).toBeLessThanOrEqual(20);
  });
});

describe("admission", () => {
  let clock: VirtualClock;
  let admitted: { readonly purpose: CallPurpose; readonly second: number }[];

  beforeEach(() => {
    clock = new VirtualClock();
    admitted = [];
  });

  const admission = (share: Share): Admission => {
    const begin = clock.now().getTime();
    const paced = pacedAdmission({ clock, share });
    return {
      admit: async (purpose) => {
        await paced.admit(purpose);
        admitted.push({ purpose, second: (clock.now().getTime() - begin) / 1000 });
      },
    };
  };

  it.each(Object.entries(SHARES))(
    "keeps the share of %s in any second, and uses it up",
    async (_name, share) => {
      const paced = admission(share);
      const calls = Array.from({ length: share.perSecond * 20 }, () => paced.admit("observe"));
      await clock.runUntilIdle();
      await Promise.all(calls);
      const seconds = admitted.map(({ second }) => second);
      for (const second of seconds) {
        const within = seconds.filter((other) => other >= second && other < second + 1).length;
        expect(within).toBeLessThanOrEqual(share.perSecond + share.burst - 1);
      }
      // A wait is rounded up to a millisecond.
      expect(Math.max(...seconds)).toBeLessThan(20.5);
    },
  );

  it("ends access before it begins any, and keeps house last", async () => {
    const paced = admission({ perSecond: 3, burst: 1 });
    const first = paced.admit("catalogue");
    const waiting = (["catalogue", "observe", "grant", "revoke"] as const).map((purpose) =>
      paced.admit(purpose),
    );
    await clock.runUntilIdle();
    await Promise.all([first, ...waiting]);
    expect(admitted.slice(1).map(({ purpose }) => purpose)).toEqual([
      "revoke",
      "grant",
      "observe",
      "catalogue",
    ]);
  });

  it("saves no more than a burst while nothing happens", async () => {
    const paced = admission({ perSecond: 3, burst: 3 });
    await clock.advanceBy(3_600_000);
    const calls = Array.from({ length: 4 }, () => paced.admit("grant"));
    await clock.advanceBy(0);
    expect(admitted).toHaveLength(3);
    await clock.runUntilIdle();
    await Promise.all(calls);
  });
});
