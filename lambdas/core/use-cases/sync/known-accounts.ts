import type { AccountId } from "../../domain/ids.ts";
import type { AssignmentFact, ProvisioningFact } from "../../domain/inventory/facts.ts";
import { isListed } from "./account-slices.ts";
import type { Phase } from "./phase.ts";
import type { Difference } from "./reconcile.ts";

type InAnAccount = AssignmentFact | ProvisioningFact;
type Around = Pick<Phase, "inventory" | "integration">;

/**
 * Those of the ids that the inventory has as accounts of the organization: neither excluded, nor gone, nor so new that no
 * pass has listed them.
 */
export const knownAccounts = async (
  { inventory }: Pick<Phase, "inventory">,
  ids: readonly AccountId[],
): Promise<ReadonlySet<AccountId>> =>
  new Set(
    (await inventory.getAll("account", [...new Set(ids)]))
      .filter(({ fact }) => isListed(fact))
      .map(({ fact }) => fact.id),
  );

/** Without what is in excluded accounts: the inventory holds nothing of them, so that it would seem new in each pass. */
export const inIncludedAccounts = async <F extends InAnAccount>(
  around: Around,
  facts: readonly F[],
): Promise<readonly F[]> => {
  const { exclude } = around.integration;
  if (exclude.accounts.length === 0 && exclude.organizationalUnits.length === 0) return facts;
  return facts.filter(await isHeld(around, facts));
};

/** Without what appeared in an account that the inventory does not know: it would stay there when the account is gone. */
export const inKnownAccounts = async <F extends InAnAccount>(
  around: Around,
  differences: readonly Difference<F>[],
): Promise<readonly Difference<F>[]> => {
  const isKnown = await isHeld(
    around,
    differences.map(({ fact }) => fact),
  );
  return differences.filter(({ change, fact }) => change === "vanished" || isKnown(fact));
};

/** Of the management account the inventory holds the permission sets whether the account is excluded or not. */
const isHeld = async (
  around: Around,
  facts: readonly InAnAccount[],
): Promise<(fact: InAnAccount) => boolean> => {
  const { managementAccountId } = around.integration;
  const known = await knownAccounts(
    around,
    facts.map(({ accountId }) => accountId),
  );
  return ({ kind, accountId }) =>
    known.has(accountId) || (kind === "provisioning" && accountId === managementAccountId);
};
