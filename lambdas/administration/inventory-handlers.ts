import type { ProtectedAccount } from "../core/contracts/environment.ts";
import type { RouteKey } from "../core/contracts/routes.ts";
import type { Guardrails } from "../core/domain/guardrails.ts";
import type { Directory } from "../core/ports/directory.ts";
import type { InventoryReader } from "../core/ports/inventory.ts";
import type { AccessFlowStore, EntitlementReader, Page } from "../core/ports/stores.ts";
import type { RolesOf } from "../core/use-cases/directory-roles.ts";
import type { IntegrationStore } from "../core/ports/sync.ts";
import { accountAccess } from "../core/use-cases/inventory/account-access.ts";
import { findResources } from "../core/use-cases/inventory/find-resources.ts";
import { listAccounts, listOrganizationalUnits } from "../core/use-cases/inventory/list-accounts.ts";
import { listAssignments } from "../core/use-cases/inventory/list-assignments.ts";
import { listGroups, listUsers } from "../core/use-cases/inventory/list-people.ts";
import { listPermissionSets } from "../core/use-cases/inventory/list-permission-sets.ts";
import {
  listIamGroups,
  listIamRoles,
  listIamUsers,
} from "../core/use-cases/inventory/list-within-accounts.ts";
import { notCovered } from "../core/use-cases/inventory/not-covered.ts";
import { standingAccess } from "../core/use-cases/inventory/standing-access.ts";
import { userAccess } from "../core/use-cases/inventory/user-access.ts";
import type { HandlersOf } from "../http/call.ts";
import { pageOf, pageView } from "../http/pages.ts";
import { accountAccessView, standingAccessView, userAccessView } from "./views/inventory-access-view.ts";
import {
  accountView,
  assignmentView,
  foundResourceView,
  groupView,
  iamGroupView,
  iamRoleView,
  iamUserView,
  organizationalUnitView,
  permissionSetView,
  userView,
} from "./views/inventory-view.ts";

/** What the routes below `/inventory` work with. */
interface InventoryDependencies {
  readonly inventory: InventoryReader;
  readonly integrations: Pick<IntegrationStore, "list">;
  readonly directory: Pick<Directory, "userByName">;
  readonly entitlements: EntitlementReader;
  readonly flows: Pick<AccessFlowStore, "list">;
  readonly protectedAccounts: readonly ProtectedAccount[];
  readonly guardrails: Guardrails;
  readonly administratorGroups: readonly string[];
  readonly rolesOf: RolesOf;
}

type InventoryRoute = Extract<RouteKey, `GET /inventory/${string}`>;

/** What each route below `/inventory` answers. */
export const inventoryHandlers = (dependencies: InventoryDependencies): HandlersOf<InventoryRoute> => {
  const { inventory } = dependencies;
  const standing = standingAccess(dependencies);
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
    "GET /inventory/resources": listing(findResources(dependencies), foundResourceView),
    "GET /inventory/iam-users": listing(listIamUsers(dependencies), iamUserView),
    "GET /inventory/iam-groups": listing(listIamGroups(dependencies), iamGroupView),
    "GET /inventory/iam-roles": listing(listIamRoles(dependencies), iamRoleView),
    "GET /inventory/standing-access": async ({ query }) => ({
      body: {
        notCovered: [...(await notCovered(inventory))],
        ...pageView(await standing(query), standingAccessView),
      },
    }),
    "GET /inventory/users/{id}/access": async ({ caller, path, query }) => ({
      body: userAccessView(
        await ofUser({ caller, user: path.id, page: pageOf(query) }),
        await notCovered(inventory),
      ),
    }),
    "GET /inventory/accounts/{id}/access": async ({ path, query }) => ({
      body: accountAccessView(
        await ofAccount({ account: path.id, page: pageOf(query) }),
        await notCovered(inventory),
      ),
    }),
  };
};

const listing =
  <Query, Item, View>(list: (query: Query) => Promise<Page<Item>>, view: (item: Item) => View) =>
  async ({ query }: { readonly query: Query }) => ({ body: pageView(await list(query), view) });
