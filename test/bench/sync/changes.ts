import { membersOf, ofPair, type FactKind } from "../../../lambdas/core/domain/inventory/facts.ts";
import { AccountIdSchema, GroupIdSchema, PermissionSetArnSchema } from "../../../lambdas/core/domain/ids.ts";
import { groupIdOf, membershipIdOf, permissionSetArnOf, userIdOf } from "../../../local/identity/ids.ts";
import type { IdentityServices } from "../../../local/identity/identity-services.ts";
import type { OrganizationAssignment, OrganizationFile } from "../../../local/organization-file.ts";
import { randomFrom } from "../../../local/organization-generator/random.ts";
import type { JsonObject } from "../../../local/wire/json.ts";

/** A change that an administrator makes in AWS, and the item of the inventory that has to say so. */
export interface Change {
  readonly what: string;
  readonly service: "identityCenter" | "identityStore" | "organizations";
  readonly operation: string;
  readonly input: JsonObject;
  readonly fact: { readonly kind: FactKind; readonly id: string; readonly isGone: boolean };
}

type Names = Pick<IdentityServices, "instanceArn" | "identityStoreId">;

/** How often each kind of change comes in ten: most are about who has what. */
const TENTHS = [
  "assign",
  "assign",
  "assign",
  "assign",
  "unassign",
  "unassign",
  "join",
  "leave",
  "rename",
  "configure",
] as const;

/** So many changes of everyday work in the organization; of a small one, more people are renamed. */
export const someChanges = (
  { accounts, identityCenter }: OrganizationFile,
  names: Names,
  { count, seed }: { readonly count: number; readonly seed: number },
): readonly Change[] => {
  const random = randomFrom(seed);
  const { assignments, groups, users, permissionSets } = identityCenter;
  const active = accounts.filter(({ state }) => state === "ACTIVE").map(({ id }) => id);
  const isActive = new Set(active);
  /** What is still as it was: each assignment is changed, or changed from, once. */
  const untouched = random.some(
    assignments.filter(({ account, group }) => isActive.has(account) && group !== undefined),
    count,
  );
  const assigned = new Set(assignments.map(keyOf));
  const members = new Map(groups.map(({ displayName, members: before }) => [displayName, [...before]]));

  /** Of their memberships only AWS knows the ids: they stay. */
  const joined = new Map<string, readonly string[]>();

  /** Undefined when the organization is too small for that. */
  const wanted = (index: number): Change | undefined => {
    const group = at(groups, random.below(groups.length))?.displayName ?? "";
    switch (at(TENTHS, index)) {
      case "assign": {
        const place = untouched.pop();
        if (place === undefined) return undefined;
        const { account, permissionSet } = place;
        const candidates = groups.map(({ displayName }) => ({ account, permissionSet, group: displayName }));
        const added = candidates.find((candidate) => !assigned.has(keyOf(candidate)));
        if (added === undefined) return undefined;
        assigned.add(keyOf(added));
        return assigning(names, added, "CreateAccountAssignment");
      }
      case "unassign": {
        const removed = untouched.pop();
        return removed === undefined ? undefined : assigning(names, removed, "DeleteAccountAssignment");
      }
      case "join": {
        const inGroup = [...(members.get(group) ?? []), ...(joined.get(group) ?? [])];
        const other = users.find(({ userName }) => !inGroup.includes(userName));
        if (other === undefined) return undefined;
        joined.set(group, [...(joined.get(group) ?? []), other.userName]);
        return joining(names, group, other.userName);
      }
      case "leave": {
        const [left, [userName, ...staying] = []] = [...members].find(([, some]) => some.length > 1) ?? [];
        if (left === undefined || userName === undefined) return undefined;
        members.set(left, staying);
        return leaving(names, left, userName);
      }
      case "configure": {
        const account = at(active, index);
        const set = at(permissionSets, index);
        if (index % 20 < 10) return account === undefined ? undefined : tagging(account, index);
        return set === undefined ? undefined : configuring(names, set.name, index);
      }
      default:
        return undefined;
    }
  };

  return Array.from(
    { length: count },
    (_, index) => wanted(index) ?? renaming(names, at(users, index)?.userName ?? "", index),
  );
};

/** Round and round. */
const at = <Member>(members: readonly Member[], index: number): Member | undefined =>
  members[index % members.length];

const keyOf = ({ account, permissionSet, group, user }: OrganizationAssignment): string =>
  [account, permissionSet, group, user].join("/");

const assigning = (
  { instanceArn }: Names,
  { account, permissionSet, group = "" }: OrganizationAssignment,
  operation: "CreateAccountAssignment" | "DeleteAccountAssignment",
): Change => {
  const permissionSetArn = PermissionSetArnSchema.parse(permissionSetArnOf(instanceArn, permissionSet));
  const pair = { accountId: AccountIdSchema.parse(account), permissionSetArn };
  const PrincipalId = groupIdOf(group);
  return {
    what: "assignments",
    service: "identityCenter",
    operation,
    input: {
      InstanceArn: instanceArn,
      TargetType: "AWS_ACCOUNT",
      TargetId: account,
      PermissionSetArn: permissionSetArn,
      PrincipalType: "GROUP",
      PrincipalId,
    },
    fact: {
      kind: "assignment",
      id: `${ofPair(pair)}GROUP#${PrincipalId}`,
      isGone: operation === "DeleteAccountAssignment",
    },
  };
};

const membershipFact = (groupId: string, userId: string, isGone: boolean): Change["fact"] => ({
  kind: "membership",
  id: `${membersOf(GroupIdSchema.parse(groupId))}${userId}`,
  isGone,
});

const joining = ({ identityStoreId }: Names, group: string, userName: string): Change => {
  const [groupId, userId] = [groupIdOf(group), userIdOf(userName)];
  return {
    what: "memberships",
    service: "identityStore",
    operation: "CreateGroupMembership",
    input: { IdentityStoreId: identityStoreId, GroupId: groupId, MemberId: { UserId: userId } },
    fact: membershipFact(groupId, userId, false),
  };
};

const leaving = ({ identityStoreId }: Names, group: string, userName: string): Change => {
  const [groupId, userId] = [groupIdOf(group), userIdOf(userName)];
  return {
    what: "memberships",
    service: "identityStore",
    operation: "DeleteGroupMembership",
    input: { IdentityStoreId: identityStoreId, MembershipId: membershipIdOf(groupId, userId) },
    fact: membershipFact(groupId, userId, true),
  };
};

const renaming = ({ identityStoreId }: Names, userName: string, index: number): Change => {
  const id = userIdOf(userName);
  const Operations = [{ AttributePath: "displayName", AttributeValue: `Renamed ${index}` }];
  return {
    what: "users",
    service: "identityStore",
    operation: "UpdateUser",
    input: { IdentityStoreId: identityStoreId, UserId: id, Operations },
    fact: { kind: "user", id, isGone: false },
  };
};

const tagging = (account: string, index: number): Change => ({
  what: "accounts' tags",
  service: "organizations",
  operation: "TagResource",
  input: { ResourceId: account, Tags: [{ Key: "changed", Value: String(index) }] },
  fact: { kind: "account", id: account, isGone: false },
});

const configuring = ({ instanceArn }: Names, permissionSet: string, index: number): Change => {
  const arn = permissionSetArnOf(instanceArn, permissionSet);
  const policy = {
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Action: "s3:GetObject", Resource: `arn:aws:s3:::changed-${index}/*` }],
  };
  return {
    what: "permission sets",
    service: "identityCenter",
    operation: "PutInlinePolicyToPermissionSet",
    input: { InstanceArn: instanceArn, PermissionSetArn: arn, InlinePolicy: JSON.stringify(policy) },
    fact: { kind: "permission-set", id: arn, isGone: false },
  };
};
