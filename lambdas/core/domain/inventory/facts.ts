import * as z from "zod/mini";
import {
  AccountIdSchema,
  GroupIdSchema,
  OrganizationalUnitIdSchema,
  PermissionSetArnSchema,
  UserIdSchema,
  type AccountId,
  type PermissionSetArn,
} from "../ids.ts";
import { ProblemSchema } from "./problem.ts";

const TagsSchema = z.record(z.string(), z.string());

/** An account of the organization, or the account of an `aws-account` integration. */
export const AccountFactSchema = z.strictObject({
  kind: z.literal("account"),
  id: AccountIdSchema,
  name: z.string(),
  /** `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE`, … as AWS names it. */
  state: z.string(),
  /** The organizational units above it and the root, nearest first; empty outside of an organization. */
  organizationalUnits: z.array(OrganizationalUnitIdSchema),
  /** Absent until AWS has been asked for them: a listing shows none, and that is not the same as having none. */
  tags: z.optional(TagsSchema),
});
export type AccountFact = z.infer<typeof AccountFactSchema>;

export const OrganizationalUnitFactSchema = z.strictObject({
  kind: z.literal("organizational-unit"),
  id: OrganizationalUnitIdSchema,
  name: z.string(),
  /** Absent for the root. */
  parent: z.optional(OrganizationalUnitIdSchema),
  /** Names from the root down, such as `/Workloads/Prod`; `/` is the root. */
  path: z.string(),
  /** Absent until a sync has asked for them, as it is of units that were seen before units' tags were asked for. */
  tags: z.optional(TagsSchema),
});
export type OrganizationalUnitFact = z.infer<typeof OrganizationalUnitFactSchema>;

export const UserFactSchema = z.strictObject({
  kind: z.literal("user"),
  id: UserIdSchema,
  userName: z.string(),
  displayName: z.optional(z.string()),
  email: z.optional(z.string()),
  /** False only when AWS says that the user is disabled. */
  enabled: z.boolean(),
  /** What the directory holds as the manager: usually another user's id, as the identity provider sent it. */
  manager: z.optional(z.string()),
});
export type UserFact = z.infer<typeof UserFactSchema>;

export const GroupFactSchema = z.strictObject({
  kind: z.literal("group"),
  id: GroupIdSchema,
  displayName: z.string(),
  description: z.optional(z.string()),
});
export type GroupFact = z.infer<typeof GroupFactSchema>;

export const MembershipFactSchema = z.strictObject({
  kind: z.literal("membership"),
  groupId: GroupIdSchema,
  userId: UserIdSchema,
  /** AWS's own id of it: an event about its end has nothing else. */
  membershipId: z.optional(z.string()),
});
export type MembershipFact = z.infer<typeof MembershipFactSchema>;

export const PermissionSetFactSchema = z.strictObject({
  kind: z.literal("permission-set"),
  arn: PermissionSetArnSchema,
  name: z.string(),
  description: z.optional(z.string()),
  /** ISO 8601, as Identity Center gives it. */
  sessionDuration: z.string(),
  /** ARNs of AWS managed policies. */
  managedPolicies: z.array(z.string()),
  /** Path and name of customer managed policies, which each account has for itself. */
  customerManagedPolicies: z.array(z.string()),
  /** JSON, as Identity Center gives it. */
  inlinePolicy: z.optional(z.string()),
  tags: TagsSchema,
});
export type PermissionSetFact = z.infer<typeof PermissionSetFactSchema>;

/** A permission set has a role in an account: only there can it be assigned to somebody. */
export const ProvisioningFactSchema = z.strictObject({
  kind: z.literal("provisioning"),
  accountId: AccountIdSchema,
  permissionSetArn: PermissionSetArnSchema,
});
export type ProvisioningFact = z.infer<typeof ProvisioningFactSchema>;

export const AssignmentFactSchema = z.strictObject({
  kind: z.literal("assignment"),
  accountId: AccountIdSchema,
  permissionSetArn: PermissionSetArnSchema,
  principalType: z.enum(["USER", "GROUP"]),
  principalId: z.string(),
});
export type AssignmentFact = z.infer<typeof AssignmentFactSchema>;

export const IamUserFactSchema = z.strictObject({
  kind: z.literal("iam-user"),
  accountId: AccountIdSchema,
  arn: z.string(),
  name: z.string(),
});
export type IamUserFact = z.infer<typeof IamUserFactSchema>;

export const IamGroupFactSchema = z.strictObject({
  kind: z.literal("iam-group"),
  accountId: AccountIdSchema,
  arn: z.string(),
  name: z.string(),
  /** Names of the account's IAM users. */
  members: z.array(z.string()),
});
export type IamGroupFact = z.infer<typeof IamGroupFactSchema>;

export const IamRoleFactSchema = z.strictObject({
  kind: z.literal("iam-role"),
  accountId: AccountIdSchema,
  arn: z.string(),
  name: z.string(),
  description: z.optional(z.string()),
  /** ARNs of the IAM users and roles, and sessions of roles, that its trust policy lets assume it. */
  assumableBy: z.array(z.string()),
});
export type IamRoleFact = z.infer<typeof IamRoleFactSchema>;

/** The kinds of resources that a sync looks for. */
export const ResourceTypes = [
  "s3-bucket",
  "ec2-instance",
  "rds-instance",
  "rds-cluster",
  "redshift-cluster",
  "eks-cluster",
  "lambda-function",
  "sns-topic",
  "sqs-queue",
  "secret",
  "dynamodb-table",
] as const;
export type ResourceType = (typeof ResourceTypes)[number];

export const ResourceFactSchema = z.strictObject({
  kind: z.literal("resource"),
  accountId: AccountIdSchema,
  arn: z.string(),
  type: z.enum(ResourceTypes),
  region: z.string(),
  name: z.string(),
  tags: TagsSchema,
  /** What access to it needs beyond its name: a bucket's KMS keys, an instance's SSM status, a database's endpoint. */
  details: z.record(z.string(), z.union([z.string(), z.boolean(), z.array(z.string())])),
  /** Why no access to this one resource can be asked for, and what to do. */
  problem: z.optional(z.strictObject({ code: z.string(), message: z.string(), fix: z.string() })),
});
export type ResourceFact = z.infer<typeof ResourceFactSchema>;

/** The last look into an account failed: what the inventory says of it is as it was before. */
export const StaleAccountFactSchema = z.strictObject({
  kind: z.literal("stale-account"),
  accountId: AccountIdSchema,
  scope: z.enum(["identity", "resources"]),
  problem: ProblemSchema,
});
export type StaleAccountFact = z.infer<typeof StaleAccountFactSchema>;

/** What is looked at by itself within an account. */
export const CoverageSubjects = ["iam-user", "iam-group", "iam-role", ...ResourceTypes] as const;
export type CoverageSubject = (typeof CoverageSubjects)[number];

/**
 * How far a subject was looked at, from nothing to everything. `left`: no integration looks at it any more. `begun`: no look
 * at it has come to its end. `tagged`: a look showed what has a tag, or had one. `whole`: a look showed everything.
 */
export const CoverageDepths = ["left", "begun", "tagged", "whole"] as const;
export type CoverageDepth = (typeof CoverageDepths)[number];

/**
 * How far Lockstep has looked into an account, as no fact about what is there can say: what a look shows that comes further
 * than all before it was there already. Whatever the inventory holds within an account, its subject is listed here first.
 */
export const CoverageFactSchema = z.strictObject({
  kind: z.literal("coverage"),
  accountId: AccountIdSchema,
  subjects: z.partialRecord(z.enum(CoverageSubjects), z.enum(CoverageDepths)),
});
export type CoverageFact = z.infer<typeof CoverageFactSchema>;

/**
 * An account of the organization that its integration leaves out, as it was last listed. It stays beside the account when that
 * comes back, until somebody has looked who is assigned what there: see use-cases/sync/excluded-accounts.ts.
 */
export const ExcludedAccountFactSchema = z.strictObject({
  kind: z.literal("excluded-account"),
  accountId: AccountIdSchema,
  name: z.string(),
});
export type ExcludedAccountFact = z.infer<typeof ExcludedAccountFactSchema>;

/** One thing that AWS showed. Facts are keyed by AWS's own ids, whoever found them. */
export const FactSchema = z.discriminatedUnion("kind", [
  AccountFactSchema,
  OrganizationalUnitFactSchema,
  UserFactSchema,
  GroupFactSchema,
  MembershipFactSchema,
  PermissionSetFactSchema,
  ProvisioningFactSchema,
  AssignmentFactSchema,
  IamUserFactSchema,
  IamGroupFactSchema,
  IamRoleFactSchema,
  ResourceFactSchema,
  StaleAccountFactSchema,
  CoverageFactSchema,
  ExcludedAccountFactSchema,
]);
export type Fact = z.infer<typeof FactSchema>;
export type FactKind = Fact["kind"];
export type FactOf<Kind extends FactKind> = Extract<Fact, { readonly kind: Kind }>;

/** Where a fact is in the inventory: unique within its kind, and sorted by what contains it. */
export const factId = (fact: Fact): string => {
  switch (fact.kind) {
    case "account":
    case "organizational-unit":
    case "user":
    case "group":
      return fact.id;
    case "permission-set":
      return fact.arn;
    case "membership":
      return `${membersOf(fact.groupId)}${fact.userId}`;
    case "provisioning":
      return `${inAccount(fact.accountId)}${fact.permissionSetArn}`;
    case "assignment":
      return `${ofPair(fact)}${fact.principalType}#${fact.principalId}`;
    case "iam-user":
    case "iam-group":
    case "iam-role":
      return `${inAccount(fact.accountId)}${fact.arn}`;
    case "resource":
      return `${ofType(fact)}${fact.arn}`;
    case "stale-account":
      return `${inAccount(fact.accountId)}${fact.scope}`;
    case "coverage":
      return inAccount(fact.accountId);
    case "excluded-account":
      return fact.accountId;
  }
};

/** What the ids of everything within an account begin with. */
export const inAccount = (accountId: AccountId): string => `${accountId}#`;

/** What the ids of a group's memberships begin with. */
export const membersOf = (groupId: string): string => `${groupId}#`;

/** What the ids of the assignments of a permission set in an account begin with. */
export const ofPair = ({
  accountId,
  permissionSetArn,
}: {
  readonly accountId: AccountId;
  readonly permissionSetArn: PermissionSetArn;
}): string => `${inAccount(accountId)}${permissionSetArn}#`;

/** What the ids of the resources of a type in an account begin with. */
export const ofType = ({
  accountId,
  type,
}: {
  readonly accountId: AccountId;
  readonly type: ResourceType;
}): string => `${inAccount(accountId)}${type}#`;
