import { describe, expect, it } from "vitest";
import type { AccessRequest, RequestedEntitlement } from "../../../../lambdas/core/domain/access-request.ts";
import { commonOf } from "../../../../lambdas/core/domain/evolve.ts";
import type { Timestamp } from "../../../../lambdas/core/domain/ids.ts";
import {
  issuedSessions,
  sessionSecondsOf,
  tooLongSessions,
} from "../../../../lambdas/core/domain/sessions.ts";
import { aFlow, anActiveRequest } from "../../../support/builders.ts";

const flowWith = (maxSessionSeconds?: number) =>
  aFlow({
    settings: {
      requesterCanApproveSelf: false,
      ...(maxSessionSeconds === undefined ? {} : { maxSessionSeconds }),
    },
  });
const lasting = (sessionSeconds: number | undefined) => ({ permissionSetName: "PowerUser", sessionSeconds });

describe("a flow's longest session", () => {
  it.each([
    ["exactly as long", 3600, 0],
    ["a second longer", 3601, 1],
    ["shorter", 900, 0],
    ["of unknown length", undefined, 1],
  ])("a session that is %s", (_, seconds, refusals) => {
    expect(tooLongSessions(flowWith(3600), [lasting(seconds)])).toHaveLength(refusals);
  });

  it("says which permission set, how long its sessions are and what is allowed", () => {
    expect(tooLongSessions(flowWith(3600), [lasting(900), lasting(43_200)])).toEqual([
      "permission set PowerUser has sessions of PT12H",
    ]);
  });

  it("is anything where the flow says nothing", () => {
    expect(tooLongSessions(flowWith(), [lasting(43_200), lasting(undefined)])).toEqual([]);
  });
});

it.each([
  ["PT1H", 3600],
  ["PT12H", 43_200],
  ["PT0S", undefined],
  ["an hour", undefined],
  ["", undefined],
])("a session duration of %j is %s seconds", (text, seconds) => {
  expect(sessionSecondsOf(text)).toBe(seconds);
});

describe("sessions that were issued", () => {
  const at = "2026-01-01T00:30:00.000Z" as Timestamp;
  const expiresAt = "2026-01-01T01:00:00.000Z" as Timestamp;
  const common = { ...commonOf(anActiveRequest()), version: 9, trail: anActiveRequest().trail };
  const [granted] = common.entitlements;
  if (granted === undefined) throw new Error("no entitlement");
  const having = (...entitlements: readonly Partial<RequestedEntitlement>[]) => ({
    ...common,
    entitlements: entitlements.map((one) => ({ ...granted, sessionSeconds: 3600, ...one })),
  });
  const active = (...entitlements: readonly Partial<RequestedEntitlement>[]): AccessRequest => ({
    ...having(...entitlements),
    status: "active",
    activeAt: at,
    expiresAt,
  });
  const ended = (...entitlements: readonly Partial<RequestedEntitlement>[]): AccessRequest => ({
    ...having(...entitlements),
    status: "ended",
    expiresAt,
    ended: { reason: "revoked", at },
  });

  it("outlast active access by their length, from its expiry", () => {
    expect(issuedSessions(active({}))).toEqual({
      end: "known",
      stays: "none",
      longestSeconds: 3600,
      until: "2026-01-01T02:00:00.000Z",
    });
  });

  it("outlast ended access by their length, from its end", () => {
    expect(issuedSessions(ended({ status: "removed" }))).toMatchObject({
      end: "over",
      until: "2026-01-01T01:30:00.000Z",
    });
  });

  it("of what stays have no end; of the rest they do", () => {
    expect(issuedSessions(active({ standing: true }))).toEqual({ end: "known", stays: "all" });
    const kept = { status: "kept" as const, sessionSeconds: 43_200 };
    expect(issuedSessions(ended(kept, { status: "removed" }))).toMatchObject({
      stays: "some",
      until: "2026-01-01T01:30:00.000Z",
    });
  });

  it("are none where nothing was granted", () => {
    expect(issuedSessions(ended({ status: "failed" }, { status: "requested" }))).toBeUndefined();
    const rejected = {
      ...having({}),
      status: "rejected" as const,
      ended: { reason: "rejected" as const, at },
    };
    expect(issuedSessions(rejected)).toBeUndefined();
  });

  it("may have begun with what an attempt may have granted", () => {
    const granting = { ...having({ status: "requested" }), status: "granting" as const, expiresAt };
    expect(issuedSessions(granting)).toMatchObject({ until: "2026-01-01T02:00:00.000Z" });
  });
});
