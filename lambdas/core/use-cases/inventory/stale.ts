import type { AccountId } from "../../domain/ids.ts";
import { inAccount, type StaleAccountFact } from "../../domain/inventory/facts.ts";
import type { InventoryReader } from "../../ports/inventory.ts";

/** Why the last look into each account failed, where it did: what is known of it is as it was before. By one batch. */
export const staleAccounts = async (
  inventory: Pick<InventoryReader, "getAll">,
  accounts: readonly AccountId[],
  scopes: readonly StaleAccountFact["scope"][],
): Promise<(account: AccountId) => readonly StaleAccountFact[]> => {
  const ids = [...new Set(accounts)].flatMap((account) =>
    scopes.map((scope) => `${inAccount(account)}${scope}`),
  );
  const stale = (await inventory.getAll("stale-account", ids)).map(({ fact }) => fact);
  const byAccount = Map.groupBy(stale, ({ accountId }) => accountId);
  return (account) => byAccount.get(account) ?? [];
};
