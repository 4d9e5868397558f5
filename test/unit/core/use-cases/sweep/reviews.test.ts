import { describe, expect, it } from "vitest";
import type { AccessRequest, RequestIn } from "../../../../../lambdas/core/domain/access-request.ts";
import { reviewBy } from "../../../../../lambdas/core/domain/break-glass.ts";
import { commonOf, evolve } from "../../../../../lambdas/core/domain/evolve.ts";
import { timestamp } from "../../../../../lambdas/core/domain/ids.ts";
import { RetryableError } from "../../../../../lambdas/core/domain/errors.ts";
import { aBreakGlassRequest, aReview } from "../../../../support/break-glass.ts";
import { aGroupId, aPerson, aRequestId, aUserId, anAccountId } from "../../../../support/builders.ts";
import { sweepUnderTest, type SweepUnderTest } from "./world.ts";

const DAY = 24 * 3600;
const actor = { type: "lockstep", name: "workflow" } as const;

/** Alice's emergency, which ended now without having got anything, and has to be reviewed within a day. */
const anEmergency = async (world: SweepUnderTest, person = "alice"): Promise<RequestIn<"failed">> => {
  const now = world.clock.now();
  const used = aBreakGlassRequest({ id: aRequestId(person), requester: aPerson(person) }, now);
  const ended = { reason: "refused" as const, at: timestamp(now) };
  const failed = evolve("RequestRefused", used, { ...commonOf(used), ended }, { actor, now });
  await world.writeAll([used, failed], true);
  return failed;
};

const reviewed = (failed: RequestIn<"failed">, now: Date): AccessRequest =>
  evolve(
    "FailedAccessReviewed",
    failed,
    { ...commonOf(failed), ended: failed.ended, review: aReview("bob") },
    { actor: { type: "user", userId: aUserId("bob") }, now },
  );

describe("an emergency that nobody has reviewed", () => {
  it("is left alone until its time is over, and is never given an execution", async () => {
    const world = sweepUnderTest();
    await anEmergency(world);
    for (const seconds of [180, DAY - 181]) {
      await world.wait(seconds);
      expect((await world.sweep()).report).toMatchObject({ findings: [], overdueReviews: 0 });
    }
    expect(world.events.published).toEqual([]);
    expect(world.workflow.started.size).toBe(0);
  });

  it("is a finding and an event from then on, once a day, and counted by every sweep", async () => {
    const world = sweepUnderTest();
    const { id } = await anEmergency(world);
    await world.wait(180);
    await world.sweep();
    await world.wait(DAY - 180);
    const first = await world.sweep();
    expect(first.report).toMatchObject({
      overdueReviews: 1,
      findings: [{ kind: "unreviewed-break-glass", outcome: "reported", requestId: id }],
    });
    await world.wait(600);
    expect((await world.sweep()).report).toMatchObject({ overdueReviews: 1, findings: [] });
    await world.wait(DAY - 600);
    await world.sweep();
    expect(world.events.published.map((event) => [event.type, event.id])).toEqual([
      ["BreakGlassReviewOverdue", `${id}.review-overdue.0`],
      ["BreakGlassReviewOverdue", `${id}.review-overdue.1`],
    ]);
    expect(world.workflow.started.size).toBe(0);
  });

  it("is told of by ids: who took what, who is to look at it, and by when", async () => {
    const world = sweepUnderTest();
    const request = await anEmergency(world);
    await world.wait(DAY);
    await world.sweep();
    expect(world.events.published).toEqual([
      expect.objectContaining({
        detail: {
          version: 1,
          id: `${request.id}.review-overdue.0`,
          requestId: request.id,
          requesterId: aUserId("alice"),
          flow: "prod-power",
          breakGlass: {
            accountIds: [anAccountId(2)],
            watchers: [`user:${aUserId("wendy")}`, `group:${aGroupId("security")}`],
            reviewBy: timestamp(world.clock.now()),
          },
        },
      }),
    ]);
  });

  it("is told of by the next sweep when the bus did not take it", async () => {
    const world = sweepUnderTest();
    await anEmergency(world);
    await world.wait(DAY);
    world.events.refusing = true;
    expect((await world.sweep()).report).toMatchObject({ requests: { left: 1 }, overdueReviews: 1 });
    world.events.refusing = false;
    await world.sweep();
    expect(world.events.published).toHaveLength(1);
  });

  it("is no finding any more once somebody has reviewed it, and is not looked at again", async () => {
    const world = sweepUnderTest();
    const failed = await anEmergency(world);
    await world.wait(DAY);
    await world.sweep();
    await world.writeAll([reviewed(failed, world.clock.now())], true);
    await world.wait(2 * DAY);
    expect((await world.sweep()).report).toMatchObject({ overdueReviews: 0, findings: [] });
    expect(await world.requests.due(new Date("2100-01-01T00:00:00.000Z"), 10)).toEqual([]);
    expect(world.events.published).toHaveLength(1);
  });

  it("is not counted as none when the list cannot be read", async () => {
    const world = sweepUnderTest();
    const requests = Object.assign(Object.create(world.requests) as typeof world.requests, {
      listUnreviewedBreakGlass: () => Promise.reject(new RetryableError("StoreUnavailable", "throttled")),
    });
    const { report } = await sweepUnderTest({ ...world.dependencies, requests }).sweep();
    expect(report).not.toHaveProperty("overdueReviews");
    expect(report.complete).toBe(false);
  });

  it("is counted beyond the first page", async () => {
    const world = sweepUnderTest();
    for (let one = 0; one < 130; one += 1) await anEmergency(world, `person ${String(one)}`);
    await world.wait(DAY);
    const swept = await world.sweep();
    expect(swept.report.overdueReviews).toBe(130);
  });
});

it("an emergency that is not over is not late: nobody can review it yet", async () => {
  const world = sweepUnderTest();
  const used = aBreakGlassRequest({}, world.clock.now());
  await world.writeAll([used], true);
  await world.wait(9 * DAY);
  expect(Date.parse(reviewBy(used))).toBeLessThan(world.clock.now().getTime());
  expect((await world.sweep()).report.overdueReviews).toBe(0);
});
