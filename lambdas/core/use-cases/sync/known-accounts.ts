import type { AccountId } from "../../domain/ids.ts";
import type { AssignmentFact, ProvisioningFact } from "../../domain/inventory/facts.ts";
import type { Phase } from "./phase.ts";
import type { Difference } from "./reconcile.ts";

type InAnAccount = AssignmentFact | ProvisioningFact;

/**
 * Those of the ids that the inventory has as accounts: neither excluded, nor gone, nor so new that no pass has listed them.
 */
export const knownAccounts = async (
  { inventory }: Pick<Phase, "inventory">,
  ids: readonly AccountId[],
): Promise<ReadonlySet<AccountId>> =>
  new Set((await inventory.getAll("account", [...new Set(ids)])).map(({ fact }) => fact.id));

/**
 * Without what appeared in an account that the inventory does not know: it would stay there when the account is gone. Of the
 * management account it holds the permission sets whether the account is excluded or not.
 */
export const inKnownAccounts = async <F extends InAnAccount>(
  phase: Pick<Phase, "inventory" | "integration">,
  differences: readonly Difference<F>[],
): Promise<readonly Difference<F>[]> => {
  const { managementAccountId } = phase.integration;
  const known = await knownAccounts(
    phase,
    differences.map(({ fact }) => fact.accountId),
  );
  return differences.filter(
    ({ change, fact }) =>
      change === "vanished" ||
      known.has(fact.accountId) ||
      (fact.kind === "provisioning" && fact.accountId === managementAccountId),
  );
};
