import { expect, it } from "vitest";
import { commonOf, evolve } from "../../../lambdas/core/domain/evolve.ts";
import { secondsAfter, timestamp } from "../../../lambdas/core/domain/ids.ts";
import { measure } from "../../../lambdas/record/measure.ts";
import { aReview } from "../../support/break-glass.ts";
import { aPendingRequest, aPerson } from "../../support/builders.ts";

const start = new Date("2026-01-01T00:00:00.000Z");
const at = (seconds: number) => new Date(start.getTime() + seconds * 1000);
const actor = { type: "lockstep", name: "workflow" } as const;
const expiresAt = secondsAfter(start, 4000);

const pending = aPendingRequest({}, start);
const decision = { step: 0, by: aPerson("bob"), decision: "approve" as const, at: timestamp(at(100)) };
const approved = evolve(
  "RequestApproved",
  pending,
  { ...commonOf(pending), approval: { ...pending.approval, decisions: [decision] } },
  { actor, now: at(100) },
);
const granting = evolve(
  "GrantStarted",
  approved,
  { ...commonOf(approved), expiresAt },
  { actor, now: at(101) },
);
const active = evolve(
  "AccessGranted",
  granting,
  { ...commonOf(granting), activeAt: timestamp(at(103)), expiresAt },
  { actor, now: at(103) },
);
const revoking = evolve(
  "RevocationStarted",
  active,
  { ...commonOf(active), activeAt: active.activeAt, expiresAt, ending: { reason: "expired" } },
  { actor, now: at(4001) },
);
const endedAfter = (seconds: number) =>
  evolve(
    "AccessEnded",
    revoking,
    { ...commonOf(revoking), expiresAt, ended: { reason: "expired", at: timestamp(at(seconds)) } },
    { actor, now: at(seconds) },
  );

const measured = (request: Parameters<typeof measure>[0]) => {
  const metrics: Record<string, number> = {};
  const addMetric = (name: string, _unit: string, value: number) => {
    metrics[name] = value;
  };
  measure(request, { addMetric } as Parameters<typeof measure>[1]);
  return metrics;
};

it("counts every transition by its name", () => {
  expect(measured(pending)).toEqual({ ApprovalNeeded: 1 });
});

it("measures the grant from the last approval, not from the request", () => {
  expect(measured(active)).toEqual({ AccessGranted: 1, GrantLag: 3000 });
});

it("measures the revoke from the expiry to the confirmed end", () => {
  expect(measured(endedAfter(4005))).toEqual({ AccessEnded: 1, RevokeLag: 5000 });
});

it("does not count the time in which a removed access is looked for once more", () => {
  const verifying = evolve(
    "VerificationStarted",
    revoking,
    { ...commonOf(revoking), activeAt: active.activeAt, expiresAt, ending: { reason: "expired" } },
    { actor, now: at(4002) },
  );
  const ended = evolve(
    "AccessEnded",
    verifying,
    { ...commonOf(verifying), expiresAt, ended: { reason: "expired", at: timestamp(at(5000)) } },
    { actor, now: at(5000) },
  );
  expect(measured(ended)).toMatchObject({ RevokeLag: 2000 });
});

it("sees no lag in an early revoke", () => {
  expect(measured(endedAfter(200))).toEqual({ AccessEnded: 1, RevokeLag: 0 });
});

it("measures the end of an access once, not again when somebody reviews it", () => {
  const ended = endedAfter(4002);
  const review = aReview("bob");
  const reviewed = evolve(
    "AccessReviewed",
    ended,
    { ...commonOf(ended), expiresAt, ended: ended.ended, review },
    { actor, now: at(9000) },
  );
  expect(measured(reviewed)).toEqual({ AccessReviewed: 1 });
});
