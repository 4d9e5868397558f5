import { describe, expect, it } from "vitest";
import { firstBrokenLink } from "../../lambdas/core/domain/audit.ts";
import type { RequestId } from "../../lambdas/core/domain/ids.ts";
import { recordTransition } from "../../lambdas/core/use-cases/record-transition.ts";
import { aFlow } from "../support/builders.ts";
import {
  DAY,
  HOUR,
  MINUTE,
  alice,
  bob,
  carol,
  leads,
  lockstepUnderTest,
  type LockstepUnderTest,
} from "../support/lockstep-under-test.ts";

/** At once and without an approval, watched by the payments leads, reviewed within a day of its end. */
const emergencies = aFlow({
  approval: { steps: [] },
  breakGlass: {
    reviewWithinSeconds: DAY / 1000,
    watchers: [{ type: "group", id: leads, name: "payments-leads" }],
  },
});

const emergency = async () => {
  const lockstep = await lockstepUnderTest({ flow: emergencies, replacesExecutions: true });
  return { lockstep, id: await lockstep.submit(alice, { breakGlass: true }) };
};

/** What the stream does, for all that was written since. */
const record = async ({ requests, audit, events }: LockstepUnderTest, from = 0): Promise<number> => {
  for (const version of requests.history.slice(from)) await recordTransition({ audit, events })(version);
  return requests.history.length;
};

/** Sweeps every five minutes for so long; the kinds of what they found. */
const sweepFor = async (lockstep: LockstepUnderTest, milliseconds: number): Promise<readonly string[]> => {
  const found: string[] = [];
  for (let left = milliseconds; left > 0; left -= 5 * MINUTE) {
    await lockstep.clock.advanceBy(5 * MINUTE);
    found.push(...(await lockstep.sweep()).findings.map(({ kind }) => kind));
  }
  return found;
};

const unreviewed = async ({ requests }: LockstepUnderTest): Promise<readonly RequestId[]> =>
  (await requests.listUnreviewedBreakGlass({ limit: 10 })).items.map(({ id }) => id);

describe("access in an emergency", () => {
  it("is there at once, ends on time, is asked after while nobody has reviewed it, and then is off the list", async () => {
    const { lockstep, id } = await emergency();
    expect(lockstep.has()).toBe(true);
    expect(lockstep.transitions(id).slice(0, 3)).toEqual(["BreakGlassUsed", "GrantStarted", "AccessGranted"]);
    expect(await unreviewed(lockstep)).toEqual([id]);

    await lockstep.clock.advanceBy(HOUR);
    expect(lockstep.has()).toBe(false);
    expect(await lockstep.request(id)).toMatchObject({ status: "ended" });
    let recorded = await record(lockstep);
    expect(lockstep.events.published[0]).toMatchObject({ type: "BreakGlassUsed" });

    expect(await sweepFor(lockstep, DAY - 5 * MINUTE)).toEqual([]);
    expect(await sweepFor(lockstep, 10 * MINUTE)).toEqual(["unreviewed-break-glass"]);
    expect(lockstep.events.published.at(-1)).toMatchObject({ type: "BreakGlassReviewOverdue" });
    expect((await lockstep.sweep()).overdueReviews).toBe(1);

    await lockstep.review(id, bob);
    recorded = await record(lockstep, recorded);
    expect(lockstep.events.published.at(-1)).toMatchObject({
      type: "AccessReviewed",
      detail: { status: "ended", review: { outcome: "justified" } },
    });
    expect(await unreviewed(lockstep)).toEqual([]);
    expect(await sweepFor(lockstep, 2 * DAY)).toEqual([]);
    expect((await lockstep.sweep()).overdueReviews).toBe(0);

    // Nothing was restarted or granted again, and the chain is whole.
    expect(lockstep.requests.history).toHaveLength(recorded);
    expect(lockstep.has()).toBe(false);
    expect(await lockstep.runningExecutions()).toBe(0);
    const entries = lockstep.requests.history.flatMap(({ trail }) => trail.slice(-1));
    expect(firstBrokenLink(entries)).toBeUndefined();
  });

  it("is not reviewed while it lasts, nor by who asked or by a stranger", async () => {
    const { lockstep, id } = await emergency();
    await expect(lockstep.review(id, bob)).rejects.toMatchObject({ code: "not-over" });
    await lockstep.revoke(id);
    expect(lockstep.has()).toBe(false);
    await expect(lockstep.review(id, alice)).rejects.toMatchObject({ code: "self-review" });
    await expect(lockstep.review(id, carol)).rejects.toMatchObject({ code: "not-found" });
    expect(await unreviewed(lockstep)).toEqual([id]);
  });

  it("is reviewed once when two do at the same moment", async () => {
    const { lockstep, id } = await emergency();
    await lockstep.clock.advanceBy(HOUR);
    lockstep.betweenReadAndWrite(() => lockstep.review(id, bob));
    await expect(lockstep.review(id, bob)).rejects.toMatchObject({ code: "already-reviewed" });
    expect(lockstep.transitions(id).filter((name) => name === "AccessReviewed")).toHaveLength(1);
  });

  it("whose grant failed is to be reviewed all the same", async () => {
    const lockstep = await lockstepUnderTest({ flow: emergencies });
    lockstep.provider.failure = "the account has too many roles";
    const id = await lockstep.submit(alice, { breakGlass: true });
    lockstep.provider.failure = undefined;
    await lockstep.clock.runUntilIdle();
    expect(await lockstep.request(id)).toMatchObject({ status: "failed" });
    expect(await unreviewed(lockstep)).toEqual([id]);
    await lockstep.review(id);
    expect(lockstep.transitions(id).at(-1)).toBe("FailedAccessReviewed");
    expect(await unreviewed(lockstep)).toEqual([]);
  });
});
