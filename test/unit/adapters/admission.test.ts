import { beforeEach, describe, expect, it } from "vitest";
import { SHARES, pacedAdmission, type Share } from "../../../lambdas/adapters/admission.ts";
import type { Admission, CallPurpose } from "../../../lambdas/core/ports/provider.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

describe("the shares of sso-admin's 20 requests a second", () => {
  const { revoke, grant, sweep, sync, syncBesideRemovals } = SHARES;
  const whileSomebodyRemoves: readonly Share[] = [revoke, grant, sweep, syncBesideRemovals];
  const whileNobodyDoes: readonly Share[] = [grant, sweep, sync];
  const sum = (shares: readonly Share[], of: (share: Share) => number) =>
    shares.reduce((total, share) => total + of(share), 0);

  it("are these, and no others", () => {
    expect(new Set([...whileSomebodyRemoves, ...whileNobodyDoes])).toEqual(new Set(Object.values(SHARES)));
  });

  it("leave one a second to people and other tools, in the long run, and more while nobody removes", () => {
    expect(sum(whileSomebodyRemoves, ({ perSecond }) => perSecond)).toBe(19);
    expect(sum(whileNobodyDoes, ({ perSecond }) => perSecond)).toBe(16);
  });

  it.each([
    ["while somebody removes", whileSomebodyRemoves, 20],
    ["while nobody does", whileNobodyDoes, 17],
  ])("are no more than 20 in any one second %s, when all of them are used up", (_when, shares, most) => {
    expect(sum(shares, ({ perSecond, burst }) => perSecond + burst - 1)).toBe(most);
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
    const first = paced.admit("sync");
    const waiting = (["sync", "observe", "grant", "revoke"] as const).map((purpose) => paced.admit(purpose));
    await clock.runUntilIdle();
    await Promise.all([first, ...waiting]);
    expect(admitted.slice(1).map(({ purpose }) => purpose)).toEqual(["revoke", "grant", "observe", "sync"]);
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
