import type { AccountSlice } from "../../contracts/sync-workflow.ts";
import type { InventoryReader } from "../../ports/inventory.ts";

/**
 * Accounts of a slice. Three listings of IAM and eleven types of resources take an account some ten seconds; 25 accounts are
 * about four of the function's 15 minutes, and 10,000 accounts are 400 executions.
 */
const ACCOUNTS_OF_SLICE = 25;

/** Cuts the accounts that the inventory knows into slices, in the order of their ids. */
export const accountSlices = async (inventory: InventoryReader): Promise<readonly AccountSlice[]> => {
  const slices: AccountSlice[] = [];
  let from: string | undefined;
  do {
    const start = from === undefined ? {} : { from };
    const page = await inventory.page({ kind: "account" }, { limit: ACCOUNTS_OF_SLICE, ...start });
    if (page.facts.length > 0) slices.push({ ...start, accounts: page.facts.length });
    from = page.next;
  } while (from !== undefined);
  return slices;
};
