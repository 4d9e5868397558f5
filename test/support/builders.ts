import { resolveSteps, type RequestStep } from "../../lambdas/core/domain/approval-step.ts";
import type { AccessFlow } from "../../lambdas/core/domain/access-flow.ts";
import type { AccessRequest, RequestIn } from "../../lambdas/core/domain/access-request.ts";
import type { Entitlement } from "../../lambdas/core/domain/entitlement.ts";
import { begin, commonOf, evolve } from "../../lambdas/core/domain/evolve.ts";
import { frozenHash } from "../../lambdas/core/domain/frozen.ts";
import { hashOf, shortHashOf } from "../../lambdas/core/domain/hash.ts";
import {
  secondsAfter,
  timestamp,
  type AccountId,
  type FlowName,
  type GroupId,
  type OrganizationalUnitId,
  type PermissionSetArn,
  type RequestId,
  type UserId,
} from "../../lambdas/core/domain/ids.ts";
import type { Person } from "../../lambdas/core/domain/principal.ts";

const uuid = (name: string): string => {
  const text = hashOf({ name }).slice(0, 32);
  return [
    text.slice(0, 8),
    text.slice(8, 12),
    text.slice(12, 16),
    text.slice(16, 20),
    text.slice(20, 32),
  ].join("-");
};

export const aUserId = (name: string): UserId => uuid(`user ${name}`) as UserId;
export const aGroupId = (name: string): GroupId => uuid(`group ${name}`) as GroupId;
export const aRequestId = (name: string): RequestId => `r-${shortHashOf({ name }, 26)}` as RequestId;
export const aPerson = (name: string): Person => ({ userId: aUserId(name), userName: name });
export const anAccountId = (digit: number): AccountId => String(digit % 10).repeat(12) as AccountId;
export const anOrganizationalUnitId = (name: string): OrganizationalUnitId =>
  `ou-abcd-${shortHashOf({ name }, 8)}` as OrganizationalUnitId;
export const aPermissionSetArn = (name: string): PermissionSetArn =>
  `arn:aws:sso:::permissionSet/ssoins-1234567890abcdef/ps-${shortHashOf({ name }, 16)}` as PermissionSetArn;

export const identityCenter = {
  region: "eu-west-1",
  instanceArn: "arn:aws:sso:::instance/ssoins-1234567890abcdef",
  identityStoreId: "d-1234567890",
  accessPortalUrl: "https://d-1234567890.awsapps.com/start",
} as const;

export const anEntitlement = (overrides: Partial<Entitlement> = {}): Entitlement => ({
  provider: "identity-center/account-assignment",
  region: identityCenter.region,
  instanceArn: identityCenter.instanceArn,
  identityStoreId: identityCenter.identityStoreId,
  accountId: anAccountId(2),
  permissionSetArn: aPermissionSetArn("PowerUser"),
  principalType: "USER",
  principalId: aUserId("alice"),
  ...overrides,
});

/** A flow by which payments engineers get PowerUser in account 2 for up to eight hours, approved by the payments leads. */
export const aFlow = (overrides: Partial<AccessFlow> = {}): AccessFlow => ({
  name: "prod-power" as FlowName,
  version: 1,
  requestors: { anyOf: [{ type: "group", id: aGroupId("payments-engineers"), name: "payments-engineers" }] },
  targets: [
    {
      accounts: [{ id: anAccountId(2), name: "payments-prod" }],
      organizationalUnits: [],
      permissionSets: [{ id: aPermissionSetArn("PowerUser"), name: "PowerUser" }],
    },
  ],
  duration: { max: "PT8H", maxSeconds: 8 * 3600 },
  approval: {
    steps: [
      {
        anyOf: [{ type: "group", id: aGroupId("payments-leads"), name: "payments-leads" }],
        withinSeconds: 24 * 3600,
      },
    ],
  },
  settings: { requesterCanApproveSelf: false },
  updatedAt: timestamp(new Date("2026-01-01T00:00:00.000Z")),
  updatedBy: "test",
  ...overrides,
});

type PendingDraft = Omit<RequestIn<"pending">, "version" | "trail" | "status" | "frozen">;

/** Alice's pending request for an hour of PowerUser in account 2, made at `now`. */
export const aPendingRequest = (
  overrides: Partial<PendingDraft> = {},
  now = new Date("2026-01-01T00:00:00.000Z"),
): RequestIn<"pending"> => {
  const requester = overrides.requester ?? aPerson("alice");
  const flow = aFlow();
  const content: PendingDraft = {
    id: aRequestId("one"),
    requester,
    principal: { type: "USER", id: requester.userId, name: requester.userName },
    entitlements: [
      {
        entitlement: anEntitlement({ principalId: requester.userId }),
        accountName: "payments-prod",
        permissionSetName: "PowerUser",
        status: "requested",
        standing: false,
      },
    ],
    flow: { name: flow.name, version: flow.version },
    duration: "PT1H",
    durationSeconds: 3600,
    justification: "incident 42",
    createdAt: timestamp(now),
    approval: {
      steps: requestStepsOf(flow),
      asked: [aUserId("bob")],
      requesterCanApproveSelf: false,
      decisions: [],
    },
    answered: [],
    deadline: secondsAfter(now, 24 * 3600),
    ...overrides,
  };
  return begin(
    "ApprovalNeeded",
    { ...content, frozen: frozenHash(content) },
    { actor: { type: "user", userId: requester.userId }, now },
  );
};

/** A flow's steps as a request has them, where they name users and groups alone. */
const requestStepsOf = ({ approval }: Pick<AccessFlow, "approval">): RequestStep[] => {
  const nobody = { owners: [], manager: { nobody: "nobody was looked up" } };
  const resolved = resolveSteps(approval.steps, nobody);
  if ("unresolved" in resolved) throw new Error("The flow's steps name more than users and groups");
  return [...resolved.steps];
};

/** Alice's active request for an hour of PowerUser in account 2, from midnight on 2026-01-01, approved by bob. */
export const anActiveRequest = (
  overrides: Partial<Omit<RequestIn<"active">, "version" | "trail" | "status">> = {},
): RequestIn<"active"> => {
  const pending = aPendingRequest();
  const now = new Date(pending.createdAt);
  const bob = aPerson("bob");
  const decision = { step: 0, by: bob, decision: "approve" as const, at: timestamp(now) };
  const common = {
    ...commonOf(pending),
    approval: { ...pending.approval, decisions: [decision] },
    entitlements: pending.entitlements.map((one) => ({ ...one, status: "granted" as const })),
    ...overrides,
  };
  const expiresAt = overrides.expiresAt ?? secondsAfter(now, 3600);
  const occasion = { actor: { type: "lockstep", name: "workflow" } as const, now };
  const approved = evolve("RequestApproved", pending, common, {
    ...occasion,
    actor: { type: "user", userId: bob.userId },
  });
  const granting = evolve("GrantStarted", approved, { ...common, expiresAt }, occasion);
  const activeAt = overrides.activeAt ?? timestamp(now);
  return evolve("AccessGranted", granting, { ...common, activeAt, expiresAt }, occasion);
};

/** That request in every status in which it is over. */
export const everyEndOf = (active: RequestIn<"active">): readonly AccessRequest[] => {
  const at = timestamp(new Date(active.activeAt));
  const { version, trail } = active;
  const common = { ...commonOf(active), version, trail };
  return [
    { ...active, status: "ended", ended: { reason: "expired", at } },
    { ...common, status: "failed", ended: { reason: "grant-failed", at } },
    { ...common, status: "rejected", ended: { reason: "rejected", at } },
    { ...common, status: "cancelled", ended: { reason: "cancelled", at } },
    { ...common, status: "lapsed", ended: { reason: "lapsed", at } },
  ];
};
