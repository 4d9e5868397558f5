import { expect, it } from "vitest";
import { commonOf, evolve } from "../../../../lambdas/core/domain/evolve.ts";
import { firstBrokenLink } from "../../../../lambdas/core/domain/audit.ts";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { aPendingRequest, aPerson, aUserId } from "../../../support/builders.ts";

const start = new Date("2026-01-01T00:00:00.000Z");
const by = { actor: { type: "user", userId: aUserId("alice") }, now: start } as const;
const startAt = secondsAfter(start, 60);
const expiresAt = secondsAfter(start, 3600);
const pending = aPendingRequest({}, start);

it("numbers a version by its audit entry, which says what happened, and links it to the one before", () => {
  const approved = evolve("RequestApproved", pending, commonOf(pending), { ...by, details: { step: 0 } });
  expect(approved).toMatchObject({ version: 2, status: "approved" });
  expect(approved.trail.at(-1)).toMatchObject({
    requestId: pending.id,
    sequence: 2,
    type: "RequestApproved",
    at: timestamp(start),
    actor: by.actor,
    status: "approved",
    details: { step: 0 },
  });
  expect(firstBrokenLink(approved.trail)).toBeUndefined();
  expect(pending.trail[0]).toMatchObject({ sequence: 1, type: "ApprovalNeeded", details: {} });
});

/** Twelve versions, with so many seconds from each to the next. */
const twelfth = (seconds: number) => {
  const at = (version: number) => ({ ...by, now: new Date(secondsAfter(start, version * seconds)) });
  const approved = evolve("RequestApproved", pending, commonOf(pending), at(1));
  let request = evolve("GrantStarted", approved, { ...commonOf(approved), expiresAt }, at(2));
  for (let version = 3; version < 12; version += 1) {
    request = evolve("RevocationRequested", request, { ...commonOf(request), expiresAt }, at(version));
  }
  return request;
};

it("keeps the newest six entries in the item, however long the chain grows", () => {
  const request = twelfth(400);
  expect(request.version).toBe(12);
  expect(request.trail.map(({ sequence }) => sequence)).toEqual([7, 8, 9, 10, 11, 12]);
});

it("keeps more of them while they are younger than half an hour: the sweep may not have looked yet", () => {
  expect(twelfth(200).trail.map(({ sequence }) => sequence)).toEqual([4, 5, 6, 7, 8, 9, 10, 11, 12]);
  expect(twelfth(1).trail).toHaveLength(12);
});

it("carries from one version to the next what every status has, and nothing that was not there", () => {
  expect(commonOf(pending)).not.toHaveProperty("startAt");
  expect(commonOf(pending)).not.toHaveProperty("extensions");
  expect(commonOf(pending)).not.toHaveProperty("deadline");
  const given = {
    ...{ by: aPerson("alice"), duration: "PT1H", durationSeconds: 3600, justification: "not done" },
    ...{ at: timestamp(start), expiresAt, decisions: [] },
  };
  const whole = { ...pending, startAt, extensions: [given] };
  const { version: _version, trail: _trail, status: _status, deadline: _deadline, ...common } = whole;
  expect(commonOf(whole)).toEqual(common);
});
