import * as z from "zod/mini";
import {
  AccountIdSchema,
  OrganizationalUnitIdSchema,
  PermissionSetArnSchema,
  TimestampSchema,
} from "../../domain/ids.ts";
import {
  AccountFactSchema,
  GroupFactSchema,
  IamGroupFactSchema,
  IamRoleFactSchema,
  IamUserFactSchema,
  OrganizationalUnitFactSchema,
  PermissionSetFactSchema,
  ResourceFactSchema,
  ResourceTypes,
  StaleAccountFactSchema,
  UserFactSchema,
} from "../../domain/inventory/facts.ts";
import { PowerLevels } from "../../domain/inventory/power.ts";
import { ACCOUNT_TYPE } from "../../domain/inventory/query-subject.ts";
import { isAssumer } from "../../domain/inventory/trust-policy.ts";
import { LONGEST_QUERY } from "../../domain/query/query.ts";
import {
  LONGEST_ACCOUNT,
  LONGEST_DIRECTORY_NAME,
  LONGEST_PERMISSION_SET,
  LONGEST_UNIT_PATH,
  nameOrId,
} from "./fields.ts";
import { PageQueryFields, listOf } from "./lists.ts";

/*
 * What the inventory holds, as the API shows it: with names beside ids. A filter reads a bounded part of the inventory for
 * each answer, which may therefore come back short, or empty, with a cursor.
 */

/** A place in the inventory names ids of up to 1,024 bytes twice: sort keys have no more. */
const LONGEST_CURSOR = 4_096;

export const InventoryPageFields = {
  ...PageQueryFields,
  cursor: z.optional(z.string().check(z.minLength(1), z.maxLength(LONGEST_CURSOR))),
} as const;

/** Tag keys have up to 128 characters, values 256 (https://docs.aws.amazon.com/tag-editor/latest/userguide/tagging.html). */
const LONGEST_TAG = 128 + 1 + 256;

const q = z.optional(nameOrId(200, "Part of a name, an id, a tag or a description, in upper or lower case"));
const tag = z.optional(nameOrId(LONGEST_TAG, "A tag's key, or its key:value"));
const account = z.optional(nameOrId(LONGEST_ACCOUNT, "Id or name"));
const permissionSet = z.optional(nameOrId(LONGEST_PERMISSION_SET, "ARN or name"));
const principal = z.optional(
  nameOrId(LONGEST_DIRECTORY_NAME, "A user's or group's id, user name, email or display name"),
);
const yesOrNo = z.optional(
  z.pipe(
    z.enum(["true", "false"]),
    z.transform((text) => text === "true"),
  ),
);
const stale = yesOrNo;
const organizationalUnit = z.optional(
  nameOrId(LONGEST_UNIT_PATH, "Id, path or name; what is anywhere below it"),
);

/** https://docs.aws.amazon.com/organizations/latest/APIReference/API_Account.html, `State`. */
const AccountStates: readonly string[] = [
  "PENDING_ACTIVATION",
  "ACTIVE",
  "SUSPENDED",
  "PENDING_CLOSURE",
  "CLOSED",
];
const oneOfStates = `one of ${AccountStates.join(", ")}`;

const state = z.optional(
  z.pipe(
    z.string().check(
      z.refine((text) => AccountStates.includes(text.toUpperCase()), { error: oneOfStates }),
      z.meta({ description: `As AWS names it, in upper or lower case: ${oneOfStates}` }),
    ),
    z.transform((text) => text.toUpperCase()),
  ),
);

const page = { q, ...InventoryPageFields } as const;

export const AccountsQuerySchema = z.strictObject({
  ...page,
  state,
  organizationalUnit,
  tag,
  stale,
});
export const OrganizationalUnitsQuerySchema = z.strictObject({ ...page, organizationalUnit });
export const UsersQuerySchema = z.strictObject({
  ...page,
  enabled: yesOrNo,
  group: z.optional(nameOrId(LONGEST_DIRECTORY_NAME, "Its members; id or display name")),
});
export const GroupsQuerySchema = z.strictObject({
  ...page,
  user: z.optional(
    nameOrId(LONGEST_DIRECTORY_NAME, "The groups that this user is in; id, user name or email"),
  ),
});
export const PermissionSetsQuerySchema = z.strictObject({ ...page, account, tag });
export const AssignmentsQuerySchema = z.strictObject({ ...page, account, permissionSet, principal, stale });
export const ResourcesQuerySchema = z.strictObject({
  ...page,
  account,
  type: z.optional(z.enum(ResourceTypes)),
  region: z.optional(nameOrId(40)),
  tag,
  problem: yesOrNo,
  stale,
  query: z.optional(
    z.string().check(
      z.maxLength(LONGEST_QUERY),
      z.meta({
        description:
          'In the query language, such as resource_tag["env"] = "prod" and resource_name starts_with "pay": of resources and of accounts, which are of the type aws-account (docs/query-language.md)',
      }),
    ),
  ),
});
export const WithinAccountsQuerySchema = z.strictObject({ ...page, account, stale });
export const IamRolesQuerySchema = z.strictObject({
  ...page,
  account,
  stale,
  assumableBy: z.optional(
    nameOrId(2_048, "The ARN of an IAM user, a role or a role's session").check(
      z.refine(isAssumer, { error: "the ARN of an IAM user, a role or a role's session" }),
    ),
  ),
});
export const StandingAccessQuerySchema = z.strictObject({ ...page, account, permissionSet, principal });

const seen = {
  since: TimestampSchema.check(
    z.meta({ description: "When Lockstep saw it first, or CloudTrail says that it came to be" }),
  ),
  observedAt: TimestampSchema.check(z.meta({ description: "When Lockstep last saw it change" })),
  by: z.optional(z.string().check(z.meta({ description: "Who made it so, where CloudTrail says" }))),
} as const;

const isStale = {
  stale: z
    .boolean()
    .check(z.meta({ description: "The last look into its account failed: it is shown as it was before" })),
} as const;

const named = <Id extends z.ZodMiniType>(id: Id) => z.strictObject({ id, name: z.string() });

export const NamedAccountSchema = named(AccountIdSchema);

const PowerSchema = z.strictObject({ level: z.enum(PowerLevels), why: z.string() });

export const NamedPermissionSetSchema = z.strictObject({
  arn: PermissionSetArnSchema,
  name: z.string(),
  power: z
    .optional(PowerSchema)
    .check(z.meta({ description: "What it lets somebody do; unknown where absent" })),
});

export const NamedPrincipalSchema = z.strictObject({
  type: z.enum(["USER", "GROUP"]),
  id: z.string(),
  name: z.string(),
  enabled: z.optional(z.boolean()).check(
    z.meta({
      description: "False for a user who is disabled; absent where Lockstep does not know who it is",
    }),
  ),
});

const StaleSchema = z.strictObject({
  scope: StaleAccountFactSchema.shape.scope,
  problem: StaleAccountFactSchema.shape.problem,
});

const { kind: _account, ...accountFields } = AccountFactSchema.shape;
const AccountViewSchema = z.strictObject({
  ...accountFields,
  organizationalUnits: z
    .array(named(OrganizationalUnitIdSchema))
    .check(z.meta({ description: "Those above it and the root, nearest first" })),
  stale: z.array(StaleSchema).check(z.meta({ description: "Why the last look into it failed, if it did" })),
  ...seen,
});

const { kind: _unit, ...unitFields } = OrganizationalUnitFactSchema.shape;
const OrganizationalUnitViewSchema = z.strictObject({ ...unitFields, ...seen });

const { kind: _user, ...userFields } = UserFactSchema.shape;
const UserViewSchema = z.strictObject({
  ...userFields,
  managerName: z.optional(z.string().check(z.meta({ description: "Where the manager is a user's id" }))),
  ...seen,
});

const { kind: _group, ...groupFields } = GroupFactSchema.shape;
const GroupViewSchema = z.strictObject({ ...groupFields, ...seen });

const { kind: _permissionSet, ...permissionSetFields } = PermissionSetFactSchema.shape;
const PermissionSetViewSchema = z.strictObject({ ...permissionSetFields, power: PowerSchema, ...seen });

const AssignmentViewSchema = z.strictObject({
  account: NamedAccountSchema,
  permissionSet: NamedPermissionSetSchema,
  principal: NamedPrincipalSchema,
  ...isStale,
  ...seen,
});

const inItsAccount = { account: NamedAccountSchema, ...isStale, ...seen } as const;

const { kind: _resource, accountId: _resourceIn, ...resourceFields } = ResourceFactSchema.shape;
const ResourceViewSchema = z.strictObject({ ...resourceFields, ...inItsAccount });

/** An account among resources. */
const FoundAccountSchema = z.strictObject({
  type: z.literal(ACCOUNT_TYPE),
  id: AccountIdSchema,
  name: z.string(),
  state: AccountFactSchema.shape.state,
  tags: AccountFactSchema.shape.tags,
  path: z.optional(
    z.string().check(
      z.meta({
        description:
          "The names from the organization's root down; absent while no sync has seen the unit that it is in",
      }),
    ),
  ),
  ...inItsAccount,
});

const { kind: _iamUser, accountId: _iamUserIn, ...iamUserFields } = IamUserFactSchema.shape;
const IamUserViewSchema = z.strictObject({ ...iamUserFields, ...inItsAccount });

const { kind: _iamGroup, accountId: _iamGroupIn, ...iamGroupFields } = IamGroupFactSchema.shape;
const IamGroupViewSchema = z.strictObject({ ...iamGroupFields, ...inItsAccount });

const { kind: _iamRole, accountId: _iamRoleIn, ...iamRoleFields } = IamRoleFactSchema.shape;
const IamRoleViewSchema = z.strictObject({ ...iamRoleFields, ...inItsAccount });

export const AccountListSchema = listOf(AccountViewSchema);
export const OrganizationalUnitListSchema = listOf(OrganizationalUnitViewSchema);
export const UserListSchema = listOf(UserViewSchema);
export const GroupListSchema = listOf(GroupViewSchema);
export const PermissionSetListSchema = listOf(PermissionSetViewSchema);
export const AssignmentListSchema = listOf(AssignmentViewSchema);
export const ResourceListSchema = listOf(
  z.discriminatedUnion("type", [ResourceViewSchema, FoundAccountSchema]),
);
export const IamUserListSchema = listOf(IamUserViewSchema);
export const IamGroupListSchema = listOf(IamGroupViewSchema);
export const IamRoleListSchema = listOf(IamRoleViewSchema);
