import type { AccountId } from "../../domain/ids.ts";
import { HOME_INTEGRATION } from "../../domain/integration.ts";
import { asKnownAt } from "../../domain/inventory/known-tags.ts";
import type { LocatedAccount, Target } from "../../domain/target-coverage.ts";
import type { Organization } from "../../ports/directory.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import { inBatches } from "../in-batches.ts";
import type { NeededOfTargets } from "./needed-facts.ts";

export interface LocateDependencies {
  readonly organization: Pick<Organization, "ancestorsOf">;
  readonly inventory: Pick<InventoryReader, "getAll">;
}

/** Accounts that are located at once. */
const AT_A_TIME = 5;

/**
 * What is known of the targets' accounts now: their units and tags where those matter. Every grant goes through the
 * deployment's own organization.
 */
export const locate = async (
  { organization, inventory }: LocateDependencies,
  { targets, now }: { readonly targets: readonly Target[]; readonly now: Date },
  { located, tagged }: Pick<NeededOfTargets, "located" | "tagged">,
): Promise<ReadonlyMap<AccountId, LocatedAccount>> => {
  const [units, facts] = await Promise.all([
    inBatches(located, AT_A_TIME, async (id) => [id, await organization.ancestorsOf(id)] as const),
    tagged.length === 0 ? [] : inventory.getAll("account", tagged),
  ]);
  const unitsOf = new Map(units);
  const knownNow = asKnownAt(now);
  const tagsOf = new Map(facts.map((account) => [account.fact.id, knownNow(account).tags]));
  const ids = [...new Set(targets.map(({ accountId }) => accountId))];
  return new Map(ids.map((id) => [id, locatedAccount(unitsOf.get(id), tagsOf.get(id))]));
};

const locatedAccount = (
  organizationalUnits: LocatedAccount["organizationalUnits"],
  tags: LocatedAccount["tags"],
): LocatedAccount => ({
  ...(organizationalUnits === undefined ? {} : { organizationalUnits }),
  ...(tags === undefined ? {} : { tags }),
  integration: HOME_INTEGRATION,
});
