import { describe, expect, it } from "vitest";
import { requestView, type Instructions } from "../../../lambdas/api/views/request-view.ts";
import { RequestViewSchema } from "../../../lambdas/core/contracts/http/requests.ts";
import {
  AccessRequestSchema,
  STATUSES,
  isOver,
  type AccessRequest,
  type Status,
} from "../../../lambdas/core/domain/access-request.ts";
import { commonOf } from "../../../lambdas/core/domain/evolve.ts";
import { accountAssignmentInstructions } from "../../../lambdas/providers/identity-center-account-assignment/instructions.ts";
import { aPendingRequest, aPerson, identityCenter } from "../../support/builders.ts";

const instructions: Instructions = {
  "identity-center/account-assignment": accountAssignmentInstructions(identityCenter.accessPortalUrl),
};
const view = requestView(instructions);

const at = "2026-01-01T01:00:00.000Z";
const bob = aPerson("bob");

/** What each status has beside the common fields, with every optional field. */
const particulars: Readonly<Record<Status, object>> = {
  pending: { deadline: at },
  approved: {},
  scheduled: { startAt: at },
  granting: { expiresAt: at, revocation: { reason: "revoked", by: bob, message: "secret-revocation" } },
  active: { activeAt: at, expiresAt: at },
  revoking: { activeAt: at, expiresAt: at, ending: { reason: "expired" } },
  stuck: { activeAt: at, expiresAt: at, ending: { reason: "expired" }, lastError: "secret-error" },
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
    expect(JSON.stringify(shown)).not.toMatch(/secret|trail|frozen|answered|asked|hash|durationSeconds/);
    expect(JSON.stringify(shown)).not.toContain(request.frozen);
  });

  it("says when it waits until, when it ends, and how it ended, only where that is so", () => {
    expect("deadline" in shown.approval).toBe(status === "pending");
    expect("expiresAt" in shown).toBe("expiresAt" in particulars[status]);
    expect("activeAt" in shown).toBe("activeAt" in particulars[status]);
    expect("startAt" in shown).toBe(status === "scheduled");
    expect("ended" in shown).toBe(isOver(request));
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
