import * as z from "zod/mini";
import { LONGEST_ACCOUNT, LONGEST_DIRECTORY_NAME, nameOrId } from "./fields.ts";
import {
  AccountListSchema,
  AccountsQuerySchema,
  AssignmentListSchema,
  AssignmentsQuerySchema,
  GroupListSchema,
  GroupsQuerySchema,
  IamGroupListSchema,
  IamRoleListSchema,
  IamRolesQuerySchema,
  IamUserListSchema,
  OrganizationalUnitListSchema,
  OrganizationalUnitsQuerySchema,
  PermissionSetListSchema,
  PermissionSetsQuerySchema,
  ResourceListSchema,
  ResourcesQuerySchema,
  StandingAccessQuerySchema,
  UserListSchema,
  UsersQuerySchema,
  WithinAccountsQuerySchema,
} from "./inventory.ts";
import {
  AccessQuerySchema,
  AccountAccessSchema,
  StandingAccessListSchema,
  UserAccessSchema,
} from "./inventory-access.ts";

const nothing = z.strictObject({});

/** Said of every list that filters: what an answer without items means. */
const BOUNDED =
  "an answer reads at most 1,000 of them and may come back short, or empty, with a cursor: only one without a cursor is the last";

const list = <Query extends z.ZodMiniType, Answer extends z.ZodMiniType>(
  what: string,
  query: Query,
  schema: Answer,
) =>
  ({
    summary: `${what}; ${BOUNDED}`,
    path: nothing,
    query,
    answer: { status: 200, schema },
    problems: ["invalid-cursor", "unknown-name", "ambiguous-name"],
  }) as const;

/** What the routes below `/inventory` take and answer. */
export const inventoryOperations = {
  "GET /inventory/accounts": list(
    "The accounts that Lockstep has seen, by id",
    AccountsQuerySchema,
    AccountListSchema,
  ),
  "GET /inventory/organizational-units": list(
    "The organizational units, by id",
    OrganizationalUnitsQuerySchema,
    OrganizationalUnitListSchema,
  ),
  "GET /inventory/users": list("The directory's users, by id", UsersQuerySchema, UserListSchema),
  "GET /inventory/groups": list("The directory's groups, by id", GroupsQuerySchema, GroupListSchema),
  "GET /inventory/permission-sets": list(
    "The permission sets with what they amount to, by ARN",
    PermissionSetsQuerySchema,
    PermissionSetListSchema,
  ),
  "GET /inventory/assignments": list(
    "Who has which permission set in which account; those of one permission set with the oldest first, else by account",
    AssignmentsQuerySchema,
    AssignmentListSchema,
  ),
  "GET /inventory/resources": list(
    "The resources within accounts, by account, type and ARN; with a query the accounts themselves first, as resources of the type aws-account (unless type, region or problem=true ask for what no account has), then the resources, by type where the query leaves only some",
    ResourcesQuerySchema,
    ResourceListSchema,
  ),
  "GET /inventory/iam-users": list(
    "The IAM users within accounts, by account",
    WithinAccountsQuerySchema,
    IamUserListSchema,
  ),
  "GET /inventory/iam-groups": list(
    "The IAM groups within accounts with their members, by account",
    WithinAccountsQuerySchema,
    IamGroupListSchema,
  ),
  "GET /inventory/iam-roles": list(
    "The IAM roles within accounts with the IAM users and roles that may assume them, by account",
    IamRolesQuerySchema,
    IamRoleListSchema,
  ),
  "GET /inventory/users/{id}/access": {
    summary:
      "Everything that a user can reach, as their own and through groups; readers (auditors, policy authors and administrators) may ask for anybody's, everyone else for their own. A page may come back short, or empty, with a cursor",
    path: z.strictObject({ id: nameOrId(LONGEST_DIRECTORY_NAME, "Id or user name") }),
    query: AccessQuerySchema,
    answer: { status: 200, schema: UserAccessSchema },
    problems: ["invalid-cursor", "role-missing", "not-found", "ambiguous-name"],
  },
  "GET /inventory/accounts/{id}/access": {
    summary:
      "Everybody who can reach an account, the members of groups one by one. A page may come back short, or empty, with a cursor",
    path: z.strictObject({ id: nameOrId(LONGEST_ACCOUNT, "Id or name; one with a slash only by its id") }),
    query: AccessQuerySchema,
    answer: { status: 200, schema: AccountAccessSchema },
    problems: ["invalid-cursor", "not-found", "ambiguous-name"],
  },
  "GET /inventory/standing-access": list(
    "Who holds what for good, with the access flow that would replace it: the most powerful permission set first, and of each the oldest first",
    StandingAccessQuerySchema,
    StandingAccessListSchema,
  ),
} as const;

/** The answers' names in the OpenAPI document. */
export const inventoryAnswers = {
  AccountList: AccountListSchema,
  OrganizationalUnitList: OrganizationalUnitListSchema,
  UserList: UserListSchema,
  GroupList: GroupListSchema,
  PermissionSetList: PermissionSetListSchema,
  AssignmentList: AssignmentListSchema,
  ResourceList: ResourceListSchema,
  IamUserList: IamUserListSchema,
  IamGroupList: IamGroupListSchema,
  IamRoleList: IamRoleListSchema,
  UserAccess: UserAccessSchema,
  AccountAccess: AccountAccessSchema,
  StandingAccessList: StandingAccessListSchema,
} as const;
