import { MOST_SHOWN, type Preview } from "../../contracts/http/access-scopes.ts";
import type { AccessScope } from "../../domain/access-scope.ts";
import type { ScopeName } from "../../domain/ids.ts";
import type { AccountFact } from "../../domain/inventory/facts.ts";
import { matchingAccounts } from "../../domain/inventory/matching-accounts.ts";
import { parseQuery } from "../../domain/query/parse-query.ts";
import { saysWhichPermissions } from "../../domain/query/says-which-permissions.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import type { AccessScopeStore } from "../../ports/stores.ts";
import type { IntegrationStore } from "../../ports/sync.ts";
import { getItem } from "./named-items.ts";
import { loadGrantable } from "../inventory/subjects.ts";

interface Dependencies {
  readonly accessScopes: Pick<AccessScopeStore, "get" | "list">;
  readonly inventory: Pick<InventoryReader, "page">;
  readonly integrations: Pick<IntegrationStore, "list">;
}

interface PreviewInput {
  readonly name: ScopeName;
  /** Looked with instead of the scope's own, whether there is such a scope or not. */
  readonly query?: string | undefined;
}

/**
 * What an access scope's query, or another one, finds of what may be granted now: how many, and the first of them. Throws
 * DomainError `not-found` or `invalid-query`.
 */
export const previewAccessScope =
  ({ accessScopes, inventory, integrations }: Dependencies) =>
  async ({ name, query: given }: PreviewInput): Promise<Preview> => {
    const text =
      given ?? (await getItem<AccessScope>({ kind: "access-scope", store: accessScopes })(name)).query;
    const query = parseQuery(text, { about: "permissions on resources" });
    const items: Preview["items"] = [];
    // Of most permission sets the same accounts are left: each such list is counted once, and not account by account.
    const lists = new Set<readonly AccountFact[]>();
    let found = 0;
    let permissionSets = 0;
    for (const match of matchingAccounts(query, await loadGrantable({ inventory, integrations }))) {
      const { permissionSet, accounts } = match;
      found += accounts.length;
      permissionSets += 1;
      lists.add(accounts);
      for (const account of accounts.slice(0, MOST_SHOWN - items.length)) {
        items.push({
          account: { id: account.id, name: account.name },
          permissionSet: { arn: permissionSet.arn, name: permissionSet.name },
        });
      }
    }
    const accounts = new Set([...lists].flatMap((list) => list.map(({ id }) => id))).size;
    return {
      query: text,
      found,
      accounts,
      permissionSets,
      saysWhichPermissions: saysWhichPermissions(query),
      items,
    };
  };
