import type { AccessFlow } from "../domain/access-flow.ts";
import type { OrganizationalUnitId } from "../domain/ids.ts";
import type { AccountFact } from "../domain/inventory/facts.ts";
import type { ProtectedAccount } from "../contracts/environment.ts";
import type { InventoryReader } from "../ports/inventory.ts";
import type { CatalogueAccount } from "../ports/catalogue.ts";

interface Dependencies {
  readonly inventory: Pick<InventoryReader, "page">;
  readonly protectedAccounts: readonly ProtectedAccount[];
}

/** The accounts that a flow's organizational units bring with them. */
export interface RequestableAccounts {
  readonly accounts: readonly CatalogueAccount[];
  /** There are others: the first ones of many are named. */
  readonly more: boolean;
}

/** Accounts that are looked through: some two megabytes of the inventory, which takes a second or two. */
const LOOKED_THROUGH_AT_MOST = 5_000;

/** Accounts that are named for one target. */
const NAMED_AT_MOST = 100;

const PAGE = 1_000;

/**
 * Names the accounts below organizational units, so that people see what they may ask for and not only where. What a grant
 * goes by is asked of AWS when it is granted: this is a list to choose from.
 */
export const requestableAccounts =
  ({ inventory, protectedAccounts }: Dependencies) =>
  async (
    flows: readonly AccessFlow[],
  ): Promise<(units: readonly { readonly id: OrganizationalUnitId }[]) => RequestableAccounts> => {
    const hasUnits = flows.some(({ targets }) =>
      targets.some(({ organizationalUnits }) => organizationalUnits.length > 0),
    );
    if (!hasUnits) return () => ({ accounts: [], more: false });
    const { accounts, more } = await activeAccounts(inventory);
    const refused = new Set<string>(protectedAccounts.map(({ id }) => id));
    const allowed = accounts.filter(({ id }) => !refused.has(id));
    return (units) => {
      const ids = new Set<string>(units.map(({ id }) => id));
      const below = allowed.filter(({ organizationalUnits }) =>
        organizationalUnits.some((id) => ids.has(id)),
      );
      const named = below.slice(0, NAMED_AT_MOST).map(({ id, name }) => ({ id, name }));
      return { accounts: named, more: ids.size > 0 && (more || below.length > named.length) };
    };
  };

const activeAccounts = async (
  inventory: Pick<InventoryReader, "page">,
): Promise<{ readonly accounts: readonly AccountFact[]; readonly more: boolean }> => {
  const accounts: AccountFact[] = [];
  let from: string | undefined;
  for (let read = 0; read < LOOKED_THROUGH_AT_MOST; read += PAGE) {
    const page = await inventory.page(
      { kind: "account" },
      { limit: PAGE, ...(from === undefined ? {} : { from }) },
    );
    accounts.push(...page.facts.map(({ fact }) => fact).filter(({ state }) => state === "ACTIVE"));
    from = page.next;
    if (from === undefined) return { accounts, more: false };
  }
  return { accounts, more: true };
};
