import type {
  AccountFact,
  AssignmentFact,
  Fact,
  GroupFact,
  MembershipFact,
  PermissionSetFact,
  ProvisioningFact,
  ResourceFact,
  UserFact,
} from "../../lambdas/core/domain/inventory/facts.ts";
import { timestamp, type Timestamp } from "../../lambdas/core/domain/ids.ts";
import type { Observed } from "../../lambdas/core/ports/inventory.ts";
import { aGroupId, aPermissionSetArn, aUserId, anAccountId } from "./builders.ts";

/** Noon and `minutes` more of the day on which the facts of tests were seen. */
export const afterMinutes = (minutes: number): Timestamp =>
  timestamp(new Date(Date.UTC(2026, 0, 1, 12, minutes)));

/** The fact as it was seen at noon, when it had been there since noon. */
export const seen = <F extends Fact>(
  fact: F,
  about: Partial<Omit<Observed<F>, "fact">> = {},
): Observed<F> => ({ fact, since: afterMinutes(0), observedAt: afterMinutes(0), ...about });

export const anAccountFact = (digit: number, overrides: Partial<AccountFact> = {}): AccountFact => ({
  kind: "account",
  id: anAccountId(digit),
  name: `account-${String(digit)}`,
  state: "ACTIVE",
  organizationalUnits: [],
  tags: {},
  ...overrides,
});

export const aUserFact = (name: string, overrides: Partial<UserFact> = {}): UserFact => ({
  kind: "user",
  id: aUserId(name),
  userName: name,
  enabled: true,
  ...overrides,
});

export const aGroupFact = (name: string, overrides: Partial<GroupFact> = {}): GroupFact => ({
  kind: "group",
  id: aGroupId(name),
  displayName: name,
  ...overrides,
});

export const aMembershipFact = (group: string, user: string): MembershipFact => ({
  kind: "membership",
  groupId: aGroupId(group),
  userId: aUserId(user),
});

export const aPermissionSetFact = (
  name: string,
  overrides: Partial<PermissionSetFact> = {},
): PermissionSetFact => ({
  kind: "permission-set",
  arn: aPermissionSetArn(name),
  name,
  sessionDuration: "PT8H",
  managedPolicies: [],
  customerManagedPolicies: [],
  tags: {},
  ...overrides,
});

export const aProvisioningFact = (digit: number, permissionSet: string): ProvisioningFact => ({
  kind: "provisioning",
  accountId: anAccountId(digit),
  permissionSetArn: aPermissionSetArn(permissionSet),
});

/** `permissionSet` in the account, for the user or group of that name. */
export const anAssignmentFact = (
  digit: number,
  permissionSet: string,
  principal: { readonly user: string } | { readonly group: string },
): AssignmentFact => ({
  kind: "assignment",
  accountId: anAccountId(digit),
  permissionSetArn: aPermissionSetArn(permissionSet),
  ...("user" in principal
    ? { principalType: "USER", principalId: aUserId(principal.user) }
    : { principalType: "GROUP", principalId: aGroupId(principal.group) }),
});

export const aResourceFact = (
  digit: number,
  type: ResourceFact["type"],
  name: string,
  overrides: Partial<ResourceFact> = {},
): ResourceFact => ({
  kind: "resource",
  accountId: anAccountId(digit),
  arn: `arn:aws:${type}:eu-west-1:${anAccountId(digit)}:${name}`,
  type,
  region: "eu-west-1",
  name,
  tags: {},
  details: {},
  ...overrides,
});
