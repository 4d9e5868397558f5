import { describe, expect, it } from "vitest";
import type { AccessRequest, RequestIn } from "../../../../lambdas/core/domain/access-request.ts";
import {
  isOwnUse,
  isReviewOverdue,
  isReviewable,
  isUnreviewed,
  isWatcherOf,
  noticeOf,
  reviewBy,
} from "../../../../lambdas/core/domain/break-glass.ts";
import { nextLookAt } from "../../../../lambdas/core/domain/due.ts";
import { commonOf } from "../../../../lambdas/core/domain/evolve.ts";
import { frozenHash } from "../../../../lambdas/core/domain/frozen.ts";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { aBreakGlassRequest, aReview } from "../../../support/break-glass.ts";
import { aGroupId, aPendingRequest, aUserId, anAccountId } from "../../../support/builders.ts";

const made = new Date("2026-01-01T00:00:00.000Z");
const after = (seconds: number): Date => new Date(secondsAfter(made, seconds));
const HOUR = 3600;
const DAY = 24 * HOUR;

/** Made at 00:00 for an hour, to be reviewed within a day of its end. */
const approved = aBreakGlassRequest({}, made);
const common = { ...commonOf(approved), breakGlass: approved.breakGlass, version: 2, trail: approved.trail };
const at = (seconds: number) => timestamp(after(seconds));
const ended: RequestIn<"ended"> & typeof common = {
  ...common,
  status: "ended",
  expiresAt: at(HOUR + 60),
  ended: { reason: "expired", at: at(HOUR + 90) },
};
const failed: RequestIn<"failed"> & typeof common = {
  ...common,
  status: "failed",
  ended: { reason: "grant-failed", at: at(300) },
};
const cancelled: RequestIn<"cancelled"> & typeof common = {
  ...common,
  status: "cancelled",
  ended: { reason: "cancelled", at: at(30) },
};
const active: RequestIn<"active"> & typeof common = {
  ...common,
  status: "active",
  activeAt: at(60),
  expiresAt: at(HOUR + 60),
};

describe("the time within which access in an emergency is to be reviewed", () => {
  it("counts from its end, and before that from the end that is planned", () => {
    expect(reviewBy(approved)).toBe(at(HOUR + DAY));
    expect(reviewBy(active)).toBe(at(HOUR + 60 + DAY));
    expect(reviewBy(ended)).toBe(at(HOUR + 90 + DAY));
    expect(reviewBy(failed)).toBe(at(300 + DAY));
  });

  it("is over for what nobody has reviewed, however it ended", () => {
    for (const request of [ended, failed, cancelled]) {
      const due = new Date(reviewBy(request));
      expect(isReviewOverdue(request, new Date(due.getTime() - 1)), request.status).toBe(false);
      expect(isReviewOverdue(request, due), request.status).toBe(true);
      expect(isReviewOverdue({ ...request, review: aReview("bob") }, due), request.status).toBe(false);
    }
  });

  it("is not over for what is not over itself: nobody can review it yet", () => {
    expect(isReviewable(active)).toBe(false);
    expect(isReviewOverdue(active, after(9 * DAY))).toBe(false);
    expect(isUnreviewed(active)).toBe(true);
  });

  it("is none for what was no emergency", () => {
    const { breakGlass: _none, ...plain } = ended;
    expect(isReviewOverdue(plain, after(9 * DAY))).toBe(false);
    expect(isUnreviewed(plain)).toBe(false);
  });
});

describe("the sweep's next look at access in an emergency that is over", () => {
  it("is when its review is overdue, and from then on a day later, until somebody has reviewed it", () => {
    for (const request of [ended, failed, cancelled]) {
      const due = reviewBy(request);
      expect(nextLookAt(request, after(HOUR + 120)), request.status).toBe(due);
      expect(nextLookAt(request, new Date(due)), request.status).toBe(secondsAfter(new Date(due), DAY));
      expect(nextLookAt({ ...request, review: aReview("bob") }, new Date(due))).toBeUndefined();
    }
  });
});

describe("who may review", () => {
  it("is a watcher whom the flow named when it was asked for, by name or by group", () => {
    const none = new Set<never>();
    expect(isWatcherOf(approved, aUserId("wendy"), none)).toBe(true);
    expect(isWatcherOf(approved, aUserId("walt"), none)).toBe(false);
    expect(isWatcherOf(approved, aUserId("walt"), new Set([aGroupId("security")]))).toBe(true);
    expect(isWatcherOf(aPendingRequest(), aUserId("wendy"), none)).toBe(false);
  });

  it("is never who asked, and never who got it", () => {
    const security = new Set([aGroupId("security")]);
    expect(isOwnUse(approved, aUserId("alice"), security)).toBe(true);
    expect(isOwnUse(approved, aUserId("wendy"), security)).toBe(false);
    const forBob = { ...approved, principal: { type: "USER", id: aUserId("bob"), name: "bob" } } as const;
    expect(isOwnUse(forBob, aUserId("bob"), security)).toBe(true);
    const forGroup = {
      ...approved,
      principal: { type: "GROUP", id: aGroupId("security"), name: "security" },
    } as const;
    expect(isOwnUse(forGroup, aUserId("walt"), security)).toBe(true);
    expect(isOwnUse(forGroup, aUserId("wendy"), new Set())).toBe(false);
  });
});

it("tells by ids where it was used, whom to look at it and by when", () => {
  expect(noticeOf(approved)).toEqual({
    accountIds: [anAccountId(2)],
    watchers: [`user:${aUserId("wendy")}`, `group:${aGroupId("security")}`],
    reviewBy: at(HOUR + DAY),
  });
});

it("is frozen with the request, and changes nothing of what was frozen without it", () => {
  const pending = aPendingRequest();
  expect(frozenHash(pending)).toBe(pending.frozen);
  const promised: AccessRequest = { ...pending, breakGlass: approved.breakGlass };
  expect(frozenHash(promised)).not.toBe(pending.frozen);
  expect(frozenHash({ ...promised, breakGlass: { reviewWithinSeconds: 1, watchers: [] } })).not.toBe(
    frozenHash(promised),
  );
});

it("is carried from one version to the next", () => {
  expect(commonOf(approved)).toMatchObject({ breakGlass: approved.breakGlass });
  expect(commonOf(aPendingRequest())).not.toHaveProperty("breakGlass");
});
