/**
 * What the connector's role may do, and where it comes from. `fromSources` is the policy that ConductorOne publishes for
 * its connector (checklist 57 to 59 of the sources), action for action; `added` is what Lockstep's own calls need beyond
 * it, each with its reason. Resources are as narrow as the Service Authorization Reference allows:
 * https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
 */
export interface Actions {
  readonly fromSources: readonly string[];
  readonly added: Readonly<Record<string, string>>;
}

/** A kind of resource, which a statement names; see `resourcesOf` in connector-policies.ts. */
export type ResourceKind =
  | "any"
  | "assignments"
  | "instance"
  | "permission-sets"
  | "directory"
  | "organization"
  | "groups"
  | "saml-providers"
  | "reserved-roles"
  | "account"
  | "views"
  | "buckets"
  | "databases"
  | "warehouses";

/** Actions on one kind of resource. */
export interface ConnectorStatement extends Actions {
  readonly sid: string;
  readonly on: ResourceKind;
}

/** Both profiles. */
export const READING: readonly ConnectorStatement[] = [
  {
    sid: "ReadAssignments",
    on: "assignments",
    fromSources: ["sso:ListAccountAssignments", "sso:ListPermissionSetsProvisionedToAccount"],
    added: {
      "sso:ListAccountsForProvisionedPermissionSet":
        "Assignments by permission set: fewer calls than by account where few sets are in many accounts.",
    },
  },
  {
    sid: "ReadPermissionSets",
    on: "permission-sets",
    fromSources: ["sso:DescribePermissionSet", "sso:ListPermissionSets"],
    added: {
      "sso:GetInlinePolicyForPermissionSet": "What a permission set allows: its inline policy.",
      "sso:ListCustomerManagedPolicyReferencesInPermissionSet":
        "What a permission set allows: the names of the accounts' own policies.",
      "sso:ListManagedPoliciesInPermissionSet": "What a permission set allows: AWS's managed policies.",
      "sso:ListTagsForResource": "A permission set's tags, by which flows and owners name it.",
    },
  },
  {
    sid: "ReadByPrincipal",
    on: "instance",
    fromSources: [],
    added: {
      "sso:ListAccountAssignmentsForPrincipal":
        "Assignments by user or group: the fewest calls of all, and AWS answers it in the management account only.",
    },
  },
  {
    sid: "FollowOperations",
    on: "instance",
    fromSources: [],
    added: {
      "sso:DescribeAccountAssignmentCreationStatus":
        "Whether a creation that an event tells of has ended: before, the assignment is not there to be seen.",
      "sso:DescribeAccountAssignmentDeletionStatus": "The same of deletions.",
    },
  },
  { sid: "FindIdentityCenter", on: "any", fromSources: ["sso:ListInstances"], added: {} },
  {
    sid: "ReadDirectory",
    on: "directory",
    fromSources: [
      "identitystore:GetGroupMembershipId",
      "identitystore:ListGroupMemberships",
      "identitystore:ListGroups",
      "identitystore:ListUsers",
    ],
    added: {
      "identitystore:DescribeGroup":
        "One group, after an event says that it changed, and before it is granted to.",
      "identitystore:DescribeUser":
        "One person, after an event says that they changed, and before they are granted to.",
      "identitystore:GetGroupId": "The group that a flow or a setting names.",
      "identitystore:GetUserId": "The person that a token names.",
      "identitystore:ListGroupMembershipsForMember": "Whose groups let them ask or approve, at that moment.",
    },
  },
  {
    sid: "ReadOrganization",
    on: "organization",
    fromSources: [],
    added: {
      "organizations:DescribeAccount":
        "One account's state, before a grant and after an event says that it changed.",
      "organizations:ListOrganizationalUnitsForParent": "The tree of organizational units.",
      "organizations:ListParents": "The organizational units above one account.",
      "organizations:ListTagsForResource":
        "The tags of an account or a unit, by which flows and owners name it.",
    },
  },
  {
    sid: "ListOrganization",
    on: "any",
    fromSources: ["organizations:ListAccounts"],
    added: { "organizations:ListRoots": "Where the tree of organizational units begins." },
  },
  {
    sid: "ListIam",
    on: "any",
    fromSources: ["iam:ListAccountAliases", "iam:ListGroups", "iam:ListRoles", "iam:ListUsers"],
    added: {},
  },
  { sid: "ReadIamGroups", on: "groups", fromSources: ["iam:GetGroup"], added: {} },
  { sid: "ReadSignIn", on: "saml-providers", fromSources: ["iam:GetSAMLProvider"], added: {} },
];

/** Resources of the account itself: in the management account, and as the member role's in every other one. */
export const READING_RESOURCES: readonly ConnectorStatement[] = [
  {
    sid: "FindResources",
    on: "any",
    fromSources: [],
    added: {
      "resource-explorer-2:BatchGetView": "Whether a view shows tags, and all resources.",
      "resource-explorer-2:GetIndex": "Whether the region's index is the aggregator or local.",
      "resource-explorer-2:ListIndexes": "Where the aggregator index is, if there is one.",
      "resource-explorer-2:ListResources":
        "Every resource with its tags. The Service Authorization Reference has no such action, others' policies do: Search is beside it.",
      "resource-explorer-2:ListViews": "The views to list resources through.",
      "ssm:DescribeInstanceInformation": "Which EC2 instances Session Manager reaches.",
      "tag:GetResources": "Resources by their tags, where Resource Explorer shows none.",
    },
  },
  {
    sid: "ReadViews",
    on: "views",
    fromSources: [],
    added: {
      "resource-explorer-2:GetView": "What reading a view asks for beside BatchGetView.",
      "resource-explorer-2:Search": "What a view is listed by, where ListResources is no action of its own.",
    },
  },
  {
    sid: "ListRegions",
    on: "account",
    fromSources: [],
    added: { "account:ListRegions": "The regions to look for resources in." },
  },
  {
    sid: "ReadBuckets",
    on: "buckets",
    fromSources: [],
    added: { "s3:GetEncryptionConfiguration": "The KMS key that a grant of a bucket has to cover as well." },
  },
  {
    sid: "ReadDatabases",
    on: "databases",
    fromSources: [],
    added: {
      "rds:DescribeDBClusters": "A database cluster's engine and address.",
      "rds:DescribeDBInstances": "A database's engine and address.",
    },
  },
  {
    sid: "ReadWarehouses",
    on: "warehouses",
    fromSources: [],
    added: { "redshift:DescribeClusters": "A warehouse's address and database." },
  },
];

/** Only of the profile `manage`. */
export const MANAGING: readonly ConnectorStatement[] = [
  {
    sid: "ChangeAssignments",
    on: "assignments",
    fromSources: ["sso:CreateAccountAssignment", "sso:DeleteAccountAssignment"],
    added: {},
  },
  {
    sid: "FollowAssignments",
    on: "instance",
    fromSources: [
      "sso:DescribeAccountAssignmentCreationStatus",
      "sso:DescribeAccountAssignmentDeletionStatus",
    ],
    added: {
      "sso:ListAccountAssignmentCreationStatus":
        "Whether a creation whose answer was lost is still under way: it must not be taken for absent.",
      "sso:ListAccountAssignmentDeletionStatus": "The same of deletions.",
    },
  },
  {
    sid: "ChangeMemberships",
    on: "directory",
    fromSources: ["identitystore:CreateGroupMembership", "identitystore:DeleteGroupMembership"],
    added: {},
  },
  {
    sid: "ChangeIamGroups",
    on: "groups",
    fromSources: ["iam:AddUserToGroup", "iam:RemoveUserFromGroup"],
    added: {},
  },
];

/**
 * Only when assignments of the management account are asked for: Identity Center makes the roles there with its caller's
 * permissions (lib/permissions/identity-center.ts).
 */
export const MANAGEMENT_ACCOUNT_ASSIGNMENTS: readonly ConnectorStatement[] = [
  {
    sid: "AccessToSsoProvisionedRoles",
    on: "reserved-roles",
    fromSources: [
      "iam:AttachRolePolicy",
      "iam:CreateRole",
      "iam:DeleteRole",
      "iam:DeleteRolePolicy",
      "iam:DetachRolePolicy",
      "iam:GetRole",
      "iam:ListAttachedRolePolicies",
      "iam:ListRolePolicies",
      "iam:PutRolePolicy",
      "iam:UpdateRole",
      "iam:UpdateRoleDescription",
    ],
    added: {
      "iam:PutRolePermissionsBoundary": "The role of a permission set that has a permissions boundary.",
      "iam:UpdateAssumeRolePolicy": "The role of a permission set whose trust Identity Center renews.",
    },
  },
  {
    sid: "ListForSsoProvisionedRoles",
    on: "any",
    fromSources: ["iam:ListPolicies", "iam:ListRoles"],
    added: {},
  },
];

/** "In certain cases, you may also need to add" it, say the sources: only when it is asked for by itself. */
export const UPDATING_SAML_PROVIDER: readonly ConnectorStatement[] = [
  { sid: "UpdateSignIn", on: "saml-providers", fromSources: ["iam:UpdateSAMLProvider"], added: {} },
];

/** What a sync reads within a member account; nothing is changed there. */
export const MEMBER_READING: readonly ConnectorStatement[] = [
  {
    sid: "ListIam",
    on: "any",
    fromSources: ["iam:ListGroups", "iam:ListRoles", "iam:ListUsers"],
    added: {},
  },
  { sid: "ReadIamGroups", on: "groups", fromSources: ["iam:GetGroup"], added: {} },
  ...READING_RESOURCES,
];
