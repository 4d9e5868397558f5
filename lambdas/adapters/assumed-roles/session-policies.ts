import type { ClientPurpose } from "../aws-clients.ts";

/** What other accounts are entered for: everything but Lockstep's own state, which is at home. */
export type SessionPurpose = Exclude<ClientPurpose, "state">;

const LOOK_AT_ASSIGNMENTS = ["sso:ListAccountAssignments"];

/**
 * Identity Center makes the role of a permission set in the management account with its caller's permissions, see
 * lib/permissions/identity-center.ts.
 */
const PROVISION_ROLES = [
  "iam:AttachRolePolicy",
  "iam:CreateRole",
  "iam:GetRole",
  "iam:GetSAMLProvider",
  "iam:ListAttachedRolePolicies",
  "iam:ListPolicies",
  "iam:ListRolePolicies",
  "iam:ListRoles",
  "iam:PutRole*",
  "iam:Update*Role*",
  "iam:UpdateSAMLProvider",
];

const READ_PEOPLE = ["identitystore:Describe*", "identitystore:Get*", "identitystore:List*"];
const READ_ORGANIZATION = ["organizations:Describe*", "organizations:List*"];

/**
 * A role that assumes itself narrower: IAM allows what both the role's policy and the session's allow
 * (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session). The two functions' separation
 * outlives the one connector role: with `manage` it may create and delete, and no session of it may both.
 */
const ALLOWED: Readonly<Record<SessionPurpose, readonly string[]>> = {
  grant: [
    ...LOOK_AT_ASSIGNMENTS,
    "sso:CreateAccountAssignment",
    "sso:DescribeAccountAssignmentCreationStatus",
    "sso:ListAccountAssignmentCreationStatus",
    ...PROVISION_ROLES,
  ],
  revoke: [
    ...LOOK_AT_ASSIGNMENTS,
    "sso:DeleteAccountAssignment",
    "sso:DescribeAccountAssignmentDeletionStatus",
    "sso:ListAccountAssignmentDeletionStatus",
    // Whether the principal of an assignment that cannot be deleted is there at all.
    "identitystore:DescribeGroup",
    "identitystore:DescribeUser",
  ],
  observe: LOOK_AT_ASSIGNMENTS,
  identity: [...READ_PEOPLE, ...READ_ORGANIZATION],
  sync: [
    ...READ_PEOPLE,
    ...READ_ORGANIZATION,
    "sso:Describe*",
    "sso:Get*",
    "sso:List*",
    "iam:Get*",
    "iam:List*",
    "resource-explorer-2:BatchGetView",
    "resource-explorer-2:Get*",
    "resource-explorer-2:List*",
    // ListResources' own page asks for this one (https://docs.aws.amazon.com/resource-explorer/latest/apireference/API_ListResources.html).
    "resource-explorer-2:Search",
    "tag:GetResources",
    "account:ListRegions",
    "rds:Describe*",
    "redshift:DescribeClusters",
    "s3:GetEncryptionConfiguration",
    "ssm:DescribeInstanceInformation",
  ],
};

/** What a session may not do, whatever its purpose allows. */
export interface SessionLimits {
  /** Accounts into which nothing is granted; at most MOST_PROTECTED_ACCOUNTS (lambdas/core/contracts/connector-roles.ts). */
  readonly neverGrantInto?: readonly string[];
  /** Absent: `aws`. */
  readonly partition?: string | undefined;
}

/**
 * The policy of a session for `purpose`, below the 2,048 characters that AssumeRole takes
 * (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html). A grant's denies what Lockstep's own roles
 * deny where they grant by themselves (lib/permissions/identity-center.ts).
 */
export const sessionPolicyFor = (
  purpose: SessionPurpose,
  { neverGrantInto = [], partition = "aws" }: SessionLimits = {},
): string =>
  JSON.stringify({
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ALLOWED[purpose], Resource: "*" },
      ...(purpose === "grant" && neverGrantInto.length > 0
        ? [denyGrantsInto(neverGrantInto, partition)]
        : []),
    ],
  });

/** It binds grants only: a revoke in an account that was listed after the grant must still be possible. */
const denyGrantsInto = (accountIds: readonly string[], partition: string) => ({
  Effect: "Deny",
  Action: "sso:CreateAccountAssignment",
  Resource: accountIds.map((id) => `arn:${partition}:sso:::account/${id}`),
});
