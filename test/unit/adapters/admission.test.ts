import { beforeEach, describe, expect, it } from "vitest";
import { pacedAdmission } from "../../../lambdas/adapters/admission.ts";
import type { Admission, CallPurpose } from "../../../lambdas/core/ports/provider.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

describe("admission", () => {
  let clock: VirtualClock;
  let admission: Admission;
  let admitted: { readonly purpose: CallPurpose; readonly second: number }[];

  beforeEach(() => {
    clock = new VirtualClock();
    const begin = clock.now().getTime();
    const paced = pacedAdmission({ clock });
    admitted = [];
    admission = {
      admit: async (purpose) => {
        await paced.admit(purpose);
        admitted.push({ purpose, second: (clock.now().getTime() - begin) / 1000 });
      },
    };
  });

  it("lets the calls of one grant or revoke through at once", async () => {
    await admission.admit("grant");
    await admission.admit("grant");
    await admission.admit("grant");
    expect(admitted.map(({ second }) => second)).toEqual([0, 0, 0]);
  });

  it("keeps a process under six calls in any second, and three a second in the long run", async () => {
    const calls = Array.from({ length: 60 }, () => admission.admit("observe"));
    await clock.runUntilIdle();
    await Promise.all(calls);
    const seconds = admitted.map(({ second }) => second);
    for (const second of seconds) {
      expect(seconds.filter((other) => other >= second && other < second + 1).length).toBeLessThanOrEqual(6);
    }
    expect(Math.max(...seconds)).toBeGreaterThanOrEqual(19);
    expect(Math.max(...seconds)).toBeLessThan(21);
  });

  it("ends access before it begins any, and keeps house last", async () => {
    const begin = ["catalogue", "observe", "grant"] as const;
    const busy = begin.map((purpose) => admission.admit(purpose));
    await clock.advanceBy(0);
    const waiting = (["catalogue", "observe", "grant", "revoke"] as const).map((purpose) =>
      admission.admit(purpose),
    );
    await clock.runUntilIdle();
    await Promise.all([...busy, ...waiting]);
    expect(admitted.slice(3).map(({ purpose }) => purpose)).toEqual([
      "revoke",
      "grant",
      "observe",
      "catalogue",
    ]);
  });

  it("saves no more than a burst while nothing happens", async () => {
    await clock.advanceBy(3_600_000);
    const calls = Array.from({ length: 4 }, () => admission.admit("grant"));
    await clock.advanceBy(0);
    expect(admitted).toHaveLength(3);
    await clock.runUntilIdle();
    await Promise.all(calls);
  });
});
