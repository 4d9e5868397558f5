import { Effect } from "aws-cdk-lib/aws-iam";
import {
  partitionOf,
  permission,
  permissionOnAny,
  permissionWithoutResources,
  type Permission,
} from "./permission.ts";

/** Where grants go: `arn:<partition>:sso:::instance/<id>`. */
export interface IdentityCenterInstance {
  readonly instanceArn: string;
}

const permissionSetsOf = (instanceArn: string) => `${instanceArn.replace(":instance/", ":permissionSet/")}/*`;
const account = (instanceArn: string, id: string) => `arn:${partitionOf(instanceArn)}:sso:::account/${id}`;

/**
 * Actions on assignments name the instance, one of its permission sets and the target account, all three.
 * https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsiamidentitycenter.html
 */
const onAssignments = (
  sid: string,
  action: string,
  { instanceArn }: IdentityCenterInstance,
  whyAnyAccount: string,
): Permission =>
  permissionOnAny(
    { sid, actions: [action], resources: [instanceArn] },
    {
      [permissionSetsOf(instanceArn)]:
        "Access flows decide which permission sets of this one instance are given out.",
      [account(instanceArn, "*")]: whyAnyAccount,
    },
  );

/** Sees whether an assignment is there. */
export const observeAssignments = (instance: IdentityCenterInstance): Permission =>
  onAssignments(
    "ObserveAssignments",
    "sso:ListAccountAssignments",
    instance,
    "What may be granted or removed may be looked at.",
  );

/** Creates assignments and asks how creations went, one by one or all that are in progress. Nothing here removes anything. */
export const createAssignments = (instance: IdentityCenterInstance): readonly Permission[] => [
  onAssignments(
    "CreateAssignments",
    "sso:CreateAccountAssignment",
    instance,
    "Access flows decide into which accounts; grants into protected ones are denied beside it.",
  ),
  permission({
    sid: "FollowCreations",
    actions: ["sso:DescribeAccountAssignmentCreationStatus", "sso:ListAccountAssignmentCreationStatus"],
    resources: [instance.instanceArn],
  }),
];

/** Deletes assignments and asks how deletions went, one by one or all that are in progress. Nothing here grants anything. */
export const deleteAssignments = (instance: IdentityCenterInstance): readonly Permission[] => [
  onAssignments(
    "DeleteAssignments",
    "sso:DeleteAccountAssignment",
    instance,
    "A revoke must reach every account into which anything was ever granted.",
  ),
  permission({
    sid: "FollowDeletions",
    actions: ["sso:DescribeAccountAssignmentDeletionStatus", "sso:ListAccountAssignmentDeletionStatus"],
    resources: [instance.instanceArn],
  }),
];

/**
 * Refuses grants into protected accounts whatever the code decides. It binds grants only: a revoke in an account that
 * was listed after the grant must still be possible.
 */
export const denyGrantsInto = (
  instance: IdentityCenterInstance,
  accountIds: readonly string[],
): readonly Permission[] => {
  // A statement without resources is not a policy.
  if (accountIds.length === 0) return [];
  return [
    permission({
      sid: "NeverIntoProtectedAccounts",
      effect: Effect.DENY,
      actions: ["sso:CreateAccountAssignment"],
      resources: accountIds.map((id) => account(instance.instanceArn, id)),
    }),
  ];
};

/**
 * In the management account, Identity Center provisions a permission set's role with the caller's permissions: its
 * own service-linked role is barred from that by a condition. Cleaning up is not barred, so a revoke needs none of this.
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSSSOServiceRolePolicy.html
 */
export const provisionRolesInManagementAccount = (
  instance: IdentityCenterInstance,
  managementAccountId: string,
): Permission =>
  permissionOnAny(
    {
      sid: "ProvisionRolesInManagementAccount",
      actions: [
        "iam:AttachRolePolicy",
        "iam:CreateRole",
        "iam:GetRole",
        "iam:ListAttachedRolePolicies",
        "iam:ListRolePolicies",
        "iam:PutRolePermissionsBoundary",
        "iam:PutRolePolicy",
        "iam:UpdateAssumeRolePolicy",
        "iam:UpdateRole",
        "iam:UpdateRoleDescription",
      ],
    },
    {
      [`arn:${partitionOf(instance.instanceArn)}:iam::${managementAccountId}:role/aws-reserved/sso.amazonaws.com/*`]:
        "Identity Center names these roles itself, with a random suffix, under this path reserved for it.",
    },
  );

/**
 * Reads permission sets with their contents, where they are provisioned, and who is assigned. Which resource types each
 * action names: https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsiamidentitycenter.html
 */
export const readIdentityCenter = (instance: IdentityCenterInstance): readonly Permission[] => [
  permissionOnAny(
    {
      sid: "ReadIdentityCenter",
      actions: [
        "sso:DescribePermissionSet",
        "sso:GetInlinePolicyForPermissionSet",
        "sso:ListAccountAssignments",
        "sso:ListAccountAssignmentsForPrincipal",
        "sso:ListAccountsForProvisionedPermissionSet",
        "sso:ListCustomerManagedPolicyReferencesInPermissionSet",
        "sso:ListManagedPoliciesInPermissionSet",
        "sso:ListPermissionSets",
        "sso:ListPermissionSetsProvisionedToAccount",
        "sso:ListTagsForResource",
      ],
      resources: [instance.instanceArn],
    },
    {
      [permissionSetsOf(instance.instanceArn)]:
        "The inventory holds every permission set of this one instance. Reading only.",
      [account(instance.instanceArn, "*")]: "The inventory holds every account's assignments. Reading only.",
    },
  ),
  permissionWithoutResources({ sid: "FindInstances", actions: ["sso:ListInstances"] }),
];

/** Asks whether an operation that an event tells of has ended. Nothing here grants or removes anything. */
export const followOperations = ({ instanceArn }: IdentityCenterInstance): Permission =>
  permission({
    sid: "FollowOperations",
    actions: ["sso:DescribeAccountAssignmentCreationStatus", "sso:DescribeAccountAssignmentDeletionStatus"],
    resources: [instanceArn],
  });
