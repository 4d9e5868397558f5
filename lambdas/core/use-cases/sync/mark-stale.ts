import { inAccount, type StaleAccountFact } from "../../domain/inventory/facts.ts";
import type { Problem } from "../../domain/inventory/problem.ts";
import type { Inventory } from "../../ports/inventory.ts";
import type { Look } from "../../ports/sync.ts";
import { differencesWithin, type WritesDifferences } from "./reconcile.ts";

/**
 * Marks what the inventory says of an account as old, with the problem that the last look at it met, or takes the mark away
 * where it met none. That a look failed is no change in AWS: it counts among none.
 */
export const markStale = async (
  { inventory, write }: { readonly inventory: Inventory; readonly write: WritesDifferences },
  { accountId, scope }: Pick<StaleAccountFact, "accountId" | "scope">,
  problem: Problem | undefined,
  seenAt: Look,
): Promise<void> => {
  const found: readonly StaleAccountFact[] =
    problem === undefined ? [] : [{ kind: "stale-account", accountId, scope, problem }];
  const within = `${inAccount(accountId)}${scope}`;
  await write(await differencesWithin(inventory, { kind: "stale-account", within }, found), seenAt);
};
