import { describe, expect, it } from "vitest";
import { requestView, type Instructions } from "../../../lambdas/api/views/request-view.ts";
import { RequestViewSchema } from "../../../lambdas/core/contracts/http/requests.ts";
import {
  AccessRequestSchema,
  STATUSES,
  isOver,
  type AccessRequest,
  type AskedExtension,
  type Status,
} from "../../../lambdas/core/domain/access-request.ts";
import type { Timestamp } from "../../../lambdas/core/domain/ids.ts";
import { commonOf } from "../../../lambdas/core/domain/evolve.ts";
import { accountAssignmentInstructions } from "../../../lambdas/providers/identity-center-account-assignment/instructions.ts";
import { aPendingRequest, aPerson, identityCenter } from "../../support/builders.ts";

const instructions: Instructions = {
  "identity-center/account-assignment": accountAssignmentInstructions(identityCenter.accessPortalUrl),
};
const view = requestView(instructions);

const at = "2026-01-01T01:00:00.000Z";
const bob = aPerson("bob");

/** More time that waits for the payments leads. */
const anExtension = (): AskedExtension => ({
  by: aPerson("alice"),
  duration: "PT30M",
  durationSeconds: 1800,
  justification: "not done yet",
  askedAt: "2026-01-01T00:30:00.000Z" as Timestamp,
  deadline: at as Timestamp,
  approval: { ...aPendingRequest().approval, decisions: [] },
});

/** What each status has beside the common fields, with every optional field. */
const particulars: Readonly<Record<Status, object>> = {
  pending: { deadline: at },
  approved: {},
  scheduled: { startAt: at },
  granting: { expiresAt: at, revocation: { reason: "revoked", by: bob, message: "secret-revocation" } },
  active: { activeAt: at, expiresAt: at, extension: anExtension() },
  revoking: {
    activeAt: at,
    expiresAt: at,
    ending: { reason: "expired" },
    delay: { since: at, attemptsSince: at, at, lastError: "TypeError: secret-error" },
  },
  stuck: { activeAt: at, expiresAt: at, ending: { reason: "expired" }, lastError: "TypeError: secret-error" },
  ended: { activeAt: at, expiresAt: at, ended: { reason: "revoked", by: bob, at, message: "done" } },
  failed: { activeAt: at, expiresAt: at, ended: { reason: "grant-failed", at } },
  rejected: { ended: { reason: "rejected", by: bob, at } },
  cancelled: { ended: { reason: "cancelled", by: bob, at } },
  lapsed: { ended: { reason: "lapsed", at } },
};

const requestIn = (status: Status): AccessRequest => {
  const pending = aPendingRequest({
    answered: [{ key: "secret-key", body: "secret-body" }],
    approval: {
      ...aPendingRequest().approval,
      decisions: [{ step: 0, by: bob, decision: "approve", reason: "go", at: at as never }],
    },
  });
  const entitlements = pending.entitlements.map((one) => ({
    ...one,
    status: "granted",
    message: "secret-message",
  }));
  const common = { ...commonOf(pending), version: 3, trail: pending.trail, entitlements };
  return AccessRequestSchema.parse({ ...common, status, ...particulars[status] });
};

describe.each(STATUSES)("a request that is %s", (status) => {
  const request = requestIn(status);
  const shown = view(request);

  it("shows what the API promises, and nothing of the item's own bookkeeping", () => {
    expect(RequestViewSchema.safeParse(shown).error?.issues).toBeUndefined();
    expect(JSON.stringify(shown)).not.toMatch(/secret|trail|frozen|answered|"asked"|hash|durationSeconds/);
    expect(JSON.stringify(shown)).not.toContain(request.frozen);
  });

  it("says when it waits until, when it ends, and how it ended, only where that is so", () => {
    expect("deadline" in shown.approval).toBe(status === "pending");
    expect("expiresAt" in shown).toBe("expiresAt" in particulars[status]);
    expect("activeAt" in shown).toBe("activeAt" in particulars[status]);
    expect("startAt" in shown).toBe(status === "scheduled");
    expect("ended" in shown).toBe(isOver(request));
  });

  it("shows more time that waits only while there is access, and how its end gets on only while it does", () => {
    expect("extension" in shown).toBe(status === "active");
    expect("removal" in shown).toBe(status === "revoking" || status === "stuck");
  });

  it("says how to get in exactly while there is access", () => {
    expect("instructions" in shown).toBe(status === "active");
  });
});

it("gives instructions for what was granted, not for what failed", () => {
  const request = requestIn("active");
  const [first] = request.entitlements;
  if (first === undefined) throw new Error("no entitlement");
  const failed = { ...first, permissionSetName: "Failed", status: "failed" as const };
  const { instructions: shown = [] } = view({ ...request, entitlements: [first, failed] });
  expect(shown).toEqual([
    {
      account: "payments-prod",
      permissionSet: "PowerUser",
      portalUrl: expect.stringContaining(identityCenter.accessPortalUrl) as unknown,
      awsProfile: expect.stringContaining("sso_account_id = 222222222222") as unknown,
      steps: expect.any(Array) as unknown,
    },
  ]);
});

it("shows who may decide on more time, and until when; and every extension that was given", () => {
  const given = {
    by: aPerson("alice"),
    duration: "PT1H",
    durationSeconds: 3600,
    justification: "the first one",
    at: at as Timestamp,
    expiresAt: at as Timestamp,
    decisions: [],
  };
  const request = { ...requestIn("active"), extensions: [given] } as AccessRequest;
  const shown = view(request);
  expect(shown.extension).toEqual({
    by: aPerson("alice"),
    duration: "PT30M",
    justification: "not done yet",
    askedAt: "2026-01-01T00:30:00.000Z",
    approval: {
      deadline: at,
      steps: [
        { anyOf: [expect.objectContaining({ type: "group", name: "payments-leads" })], within: "PT24H" },
      ],
      decisions: [],
    },
  });
  const { durationSeconds: _seconds, ...visible } = given;
  expect(shown.extensions).toEqual([visible]);
});

describe("the removal of an access", () => {
  const removalOf = (request: AccessRequest) => view(request).removal;

  it("that is delayed says why in plain words, since when, and what happens next", () => {
    const request = requestIn("revoking");
    const lastError = "RevokeUnfinished: ConflictException: another operation is in progress";
    const since = "2026-01-01T02:00:00.000Z" as Timestamp;
    const delay = { since, attemptsSince: since, at: at as Timestamp, lastError };
    expect(removalOf({ ...request, delay } as AccessRequest)).toEqual({
      since: "2026-01-01T02:00:00.000Z",
      lastError: "AWS is still busy with an earlier change of the same access (ConflictException)",
      next: expect.stringContaining("goes on trying") as unknown,
    });
  });

  it("that is stuck says since when the access should have been gone, and how to try at once", () => {
    const since = "2026-01-01T01:00:00.000Z" as Timestamp;
    expect(removalOf({ ...requestIn("stuck"), since } as AccessRequest)).toEqual({
      since,
      lastError: "an error that Lockstep has no words for (TypeError); its log says more",
      next: expect.stringContaining("POST …/revoke tries at once") as unknown,
    });
  });

  it("that is being verified says until when", () => {
    const request = requestIn("revoking");
    const [entry] = request.trail;
    if (entry === undefined) throw new Error("no trail");
    const until = "2026-01-01T01:16:00.000Z";
    const shown = removalOf({
      ...request,
      entitlements: request.entitlements.map((one) => ({ ...one, status: "verifying" as const })),
      trail: [entry, { ...entry, type: "VerificationStarted", details: { until } }],
    });
    expect(shown).toMatchObject({ verifyingUntil: until, next: expect.stringContaining(until) as unknown });
    expect(shown).not.toHaveProperty("lastError");
  });
});

it("puts the reason why a grant failed into plain words, and leaves people's words alone", () => {
  const message = "ThrottlingException: Rate exceeded";
  const failed = { ...requestIn("failed"), ended: { reason: "grant-failed", at, message } } as AccessRequest;
  expect(view(failed).ended?.message).toBe(
    "AWS asks to slow down, because too many calls come at once (ThrottlingException)",
  );
  const revoked = { ...requestIn("ended"), ended: { reason: "revoked", at, message } } as AccessRequest;
  expect(view(revoked).ended?.message).toBe(message);
});

describe("until when sessions can last", () => {
  const withSessions = (status: Status, ...seconds: readonly (number | undefined)[]): AccessRequest => {
    const request = requestIn(status);
    const [entitlement] = request.entitlements;
    if (entitlement === undefined) throw new Error("no entitlement");
    return {
      ...request,
      entitlements: seconds.map((sessionSeconds) => ({
        ...entitlement,
        ...(sessionSeconds === undefined ? {} : { sessionSeconds }),
      })),
    };
  };

  it("is told of active access by its expiry, and of the longest of several", () => {
    expect(view(withSessions("active", 3600, 7200))).toMatchObject({
      sessionsUntil: "2026-01-01T03:00:00.000Z",
      sessionsNote:
        "A session that begins just before the access ends goes on for up to PT2H, until 2026-01-01T03:00:00.000Z.",
    });
  });

  it("is not known while the access is being removed, and says how long each can be", () => {
    for (const status of ["revoking", "stuck"] as const) {
      const shown = view(withSessions(status, 3600));
      expect(shown).not.toHaveProperty("sessionsUntil");
      expect(shown.sessionsNote).toContain("each goes on for up to PT1H");
    }
  });

  it("is not claimed where one session's length was not kept", () => {
    for (const status of STATUSES) {
      const shown = view(withSessions(status, 3600, undefined));
      expect(shown).not.toHaveProperty("sessionsUntil");
      expect(shown).not.toHaveProperty("sessionsNote");
    }
  });

  it("says of access that stays that it stays", () => {
    const request = withSessions("active", 3600);
    const entitlements = request.entitlements.map((one) => ({ ...one, standing: true }));
    const shown = view({ ...request, entitlements });
    expect(shown).not.toHaveProperty("sessionsUntil");
    expect(shown.sessionsNote).toContain("This access stays when the request ends");
  });
});
