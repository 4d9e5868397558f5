import { describe, expect, it } from "vitest";
import {
  STATUSES,
  isOver,
  type AccessRequest,
  type Status,
} from "../../../../lambdas/core/domain/access-request.ts";
import {
  beginningOf,
  firstLookAt,
  isOverdue,
  nextLookAt,
  revokeLagMilliseconds,
} from "../../../../lambdas/core/domain/due.ts";
import { commonOf } from "../../../../lambdas/core/domain/evolve.ts";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { aPendingRequest } from "../../../support/builders.ts";

const made = new Date("2026-01-01T00:00:00.000Z");
const after = (seconds: number): Date => new Date(secondsAfter(made, seconds));
const HOUR = 3600;

const pending = aPendingRequest({ deadline: timestamp(after(2 * HOUR)) }, made);
const common = { ...commonOf(pending), version: 1, trail: pending.trail };
const granted = { activeAt: timestamp(made), expiresAt: timestamp(after(HOUR)) };
const ended = { reason: "expired", at: timestamp(after(HOUR)) } as const;
const ending = { reason: "expired" } as const;

/** A request that was made, and last changed, at 00:00 and expires at 01:00. */
const requests: { readonly [S in Status]: Extract<AccessRequest, { status: S }> } = {
  pending,
  approved: { ...common, status: "approved" },
  scheduled: { ...common, status: "scheduled", startAt: timestamp(after(3 * HOUR)) },
  granting: { ...common, status: "granting", expiresAt: granted.expiresAt },
  active: { ...common, ...granted, status: "active" },
  revoking: { ...common, ...granted, status: "revoking", ending },
  stuck: { ...common, ...granted, status: "stuck", ending, lastError: "no answer" },
  ended: { ...common, ...granted, status: "ended", ended },
  failed: { ...common, status: "failed", ended: { ...ended, reason: "grant-failed" } },
  rejected: { ...common, status: "rejected", ended: { ...ended, reason: "rejected" } },
  cancelled: { ...common, status: "cancelled", ended: { ...ended, reason: "cancelled" } },
  lapsed: { ...common, status: "lapsed", ended: { ...ended, reason: "lapsed" } },
};

/** Its access was seen gone at 00:00; a late Create could bring it back until 00:16, and a grace of five minutes follows. */
const verifying = {
  request: {
    ...requests.revoking,
    entitlements: requests.revoking.entitlements.map((one) => ({ ...one, status: "verifying" as const })),
  },
  overdue: 16 * 60 + 300,
};

describe("the sweep's next look at a request", () => {
  it("comes two minutes after a change, for the trail, whatever the request waits for", () => {
    for (const status of STATUSES) expect(firstLookAt(requests[status])).toBe(timestamp(after(120)));
  });

  it("is never made again at one that is over", () => {
    for (const status of STATUSES)
      if (isOver(requests[status])) expect(nextLookAt(requests[status], after(10)), status).toBeUndefined();
  });

  it.each([
    ["pending", 2 * HOUR + 60],
    ["scheduled", 3 * HOUR + 300],
    ["active", HOUR + 60],
    ["approved", 300],
    ["granting", 900],
    ["revoking", 300],
  ] as const)("at a %s one is when its next step is overdue", (status, seconds) => {
    const request = requests[status];
    expect(nextLookAt(request, after(30))).toBe(timestamp(after(seconds)));
    expect(isOverdue(request, after(seconds - 0.001))).toBe(false);
    expect(isOverdue(request, after(seconds))).toBe(true);
  });

  it("at one whose attempts fail is when it has been silent for longer than they are apart", () => {
    const delay = {
      since: timestamp(made),
      attemptsSince: timestamp(made),
      at: timestamp(made),
      lastError: "Conflict",
    };
    const failing = { ...requests.revoking, delay };
    expect(isOverdue(failing, after(55 * 60 - 1))).toBe(false);
    expect(isOverdue(failing, after(55 * 60))).toBe(true);
  });

  it("at one whose access was seen gone is when it must have been looked for once more", () => {
    const { overdue } = verifying;
    expect(nextLookAt(verifying.request, after(301))).toBe(timestamp(after(overdue)));
    expect(isOverdue(verifying.request, after(overdue - 0.001))).toBe(false);
    expect(isOverdue(verifying.request, after(overdue))).toBe(true);
  });

  it("at a stuck one is due at once: its own execution has ended", () => {
    expect(isOverdue(requests.stuck, made)).toBe(true);
  });

  it("comes after twice the time while it stays overdue, within five minutes and an hour", () => {
    expect(nextLookAt(requests.revoking, after(301))).toBe(timestamp(after(601 + 1)));
    expect(nextLookAt(requests.revoking, after(HOUR / 2))).toBe(timestamp(after(HOUR)));
    expect(nextLookAt(requests.revoking, after(48 * HOUR))).toBe(timestamp(after(49 * HOUR)));
    expect(nextLookAt(requests.active, after(HOUR + 60))).toBe(timestamp(after(HOUR + 360)));
  });

  it("begins where the request stands: what may have been granted is taken back, not granted again", () => {
    expect(beginningOf(requests.pending)).toBe("grant");
    expect(beginningOf(requests.granting)).toBe("grant");
    for (const status of ["active", "revoking", "stuck"] as const)
      expect(beginningOf(requests[status])).toBe("revoke");
  });
});

describe("the lag of a revoke that has not ended", () => {
  it("counts from the expiry", () => {
    expect(revokeLagMilliseconds(requests.active, after(HOUR))).toBe(0);
    expect(revokeLagMilliseconds(requests.active, after(HOUR + 5))).toBe(5000);
    expect(revokeLagMilliseconds(requests.stuck, after(HOUR + 5))).toBe(5000);
  });

  it("counts from when somebody ended it early, and goes on counting when the reason for the delay changes", () => {
    expect(revokeLagMilliseconds(requests.revoking, after(90))).toBe(90_000);
    const delay = {
      since: timestamp(after(20)),
      attemptsSince: timestamp(after(50)),
      at: timestamp(after(80)),
      lastError: "Conflict",
    };
    expect(revokeLagMilliseconds({ ...requests.revoking, delay }, after(90))).toBe(70_000);
    const stuck = { ...requests.stuck, since: timestamp(after(20)) };
    expect(revokeLagMilliseconds(stuck, after(90))).toBe(70_000);
  });

  it("is none while access that was seen gone is only looked for once more", () => {
    expect(revokeLagMilliseconds(verifying.request, after(16 * 60))).toBe(0);
    expect(revokeLagMilliseconds(verifying.request, after(16 * 60 + 5))).toBe(5000);
    const delay = {
      since: timestamp(after(20)),
      attemptsSince: timestamp(after(20)),
      at: timestamp(after(80)),
      lastError: "Conflict",
    };
    expect(revokeLagMilliseconds({ ...verifying.request, delay }, after(90))).toBe(70_000);
  });

  it("is none before the access, and after it", () => {
    for (const status of ["pending", "granting", "ended", "failed"] as const)
      expect(revokeLagMilliseconds(requests[status], after(9 * HOUR)), status).toBe(0);
  });
});
