import type { ProtectedAccount } from "../core/contracts/environment.ts";
import type { RouteKey } from "../core/contracts/routes.ts";
import type { Person } from "../core/domain/principal.ts";
import type { InventoryReader } from "../core/ports/inventory.ts";
import type { AccessFlowStore, EntitlementReader, Page, PageQuery } from "../core/ports/stores.ts";
import { accountAccess } from "../core/use-cases/inventory/account-access.ts";
import { listAccounts, listOrganizationalUnits } from "../core/use-cases/inventory/list-accounts.ts";
import { listAssignments } from "../core/use-cases/inventory/list-assignments.ts";
import { listGroups, listUsers } from "../core/use-cases/inventory/list-people.ts";
import { listPermissionSets } from "../core/use-cases/inventory/list-permission-sets.ts";
import {
  listIamGroups,
  listIamRoles,
  listIamUsers,
  listResources,
} from "../core/use-cases/inventory/list-within-accounts.ts";
import { standingAccess } from "../core/use-cases/inventory/standing-access.ts";
import { userAccess } from "../core/use-cases/inventory/user-access.ts";
import type { Handlers } from "./call.ts";
import { accountAccessView, standingAccessView, userAccessView } from "./views/inventory-access-view.ts";
import {
  accountView,
  assignmentView,
  groupView,
  iamGroupView,
  iamRoleView,
  iamUserView,
  organizationalUnitView,
  permissionSetView,
  resourceView,
  userView,
} from "./views/inventory-view.ts";

/** What the routes below `/inventory` work with. */
interface InventoryDependencies {
  readonly inventory: InventoryReader;
  readonly entitlements: EntitlementReader;
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly protectedAccounts: readonly ProtectedAccount[];
  readonly administratorGroups: readonly string[];
  readonly isAdministrator: (person: Person) => Promise<boolean>;
}

type InventoryRoute = Extract<RouteKey, `GET /inventory/${string}`>;

/** What each route below `/inventory` answers. */
export const inventoryHandlers = (dependencies: InventoryDependencies): Pick<Handlers, InventoryRoute> => {
  const ofUser = userAccess(dependencies);
  const ofAccount = accountAccess(dependencies);
  return {
    "GET /inventory/accounts": listing(listAccounts(dependencies), accountView),
    "GET /inventory/organizational-units": listing(
      listOrganizationalUnits(dependencies),
      organizationalUnitView,
    ),
    "GET /inventory/users": listing(listUsers(dependencies), userView),
    "GET /inventory/groups": listing(listGroups(dependencies), groupView),
    "GET /inventory/permission-sets": listing(listPermissionSets(dependencies), permissionSetView),
    "GET /inventory/assignments": listing(listAssignments(dependencies), assignmentView),
    "GET /inventory/resources": listing(listResources(dependencies), resourceView),
    "GET /inventory/iam-users": listing(listIamUsers(dependencies), iamUserView),
    "GET /inventory/iam-groups": listing(listIamGroups(dependencies), iamGroupView),
    "GET /inventory/iam-roles": listing(listIamRoles(dependencies), iamRoleView),
    "GET /inventory/standing-access": listing(standingAccess(dependencies), standingAccessView),
    "GET /inventory/users/{id}/access": async ({ caller, path, query }) => ({
      body: userAccessView(await ofUser({ caller, userId: path.id, page: pageOf(query) })),
    }),
    "GET /inventory/accounts/{id}/access": async ({ path, query }) => ({
      body: accountAccessView(await ofAccount({ accountId: path.id, page: pageOf(query) })),
    }),
  };
};

const listing =
  <Query, Item, View>(list: (query: Query) => Promise<Page<Item>>, view: (item: Item) => View) =>
  async ({ query }: { readonly query: Query }) => {
    const { items, cursor } = await list(query);
    return { body: { items: items.map(view), ...(cursor === undefined ? {} : { cursor }) } };
  };

const pageOf = ({
  limit,
  cursor,
}: {
  readonly limit: number;
  readonly cursor?: string | undefined;
}): PageQuery => ({ limit, ...(cursor === undefined ? {} : { cursor }) });
