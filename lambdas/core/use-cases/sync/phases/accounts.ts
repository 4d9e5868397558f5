import { isExcluded } from "../../../domain/integration.ts";
import type { AccountFact } from "../../../domain/inventory/facts.ts";
import { isListed, ownAccountsOf } from "../account-slices.ts";
import { clearAccount, takeOutOfOrganization, type Clearing } from "../clear.ts";
import { excludedAccounts } from "../excluded-accounts.ts";
import { withKnownTags } from "../look-at-tags.ts";
import type { Phase, RunPhase } from "../phase.ts";
import { reconcileListing, sumOf, type Changes, type Listed } from "../reconcile.ts";

/** The organization's accounts but for the excluded ones; their tags are read in a phase of their own. */
export const accounts: RunPhase = async (phase) => {
  const { progress, before } = phase;
  const { facts, ...changes } = await reconcileAccounts(phase, (done) =>
    progress.advance({ done, total: before?.counts["account"] }),
  );
  progress.count(changes);
  progress.found("account", facts);
  return "done";
};

/** Makes the inventory say which accounts there are, their tags apart: a call for 20. */
export const reconcileAccounts = async (
  phase: Clearing & Pick<Phase, "integration" | "integrations">,
  onPage?: (facts: number) => Promise<void>,
): Promise<Listed> => {
  const { integration, inventory, sources } = phase;
  const begun = phase.look();
  const own = ownAccountsOf(await phase.integrations());
  const ownNotListed = new Set(own);
  const excluded = await excludedAccounts(phase);
  async function* included(): AsyncGenerator<readonly AccountFact[]> {
    for await (const page of sources.organization.accounts()) {
      await excluded.note(page);
      const facts = page.filter((account) => !isExcluded(integration, account));
      for (const { id } of facts) ownNotListed.delete(id);
      yield facts;
    }
  }
  const listed = await reconcileListing(phase)(
    "account",
    {
      pages: included(),
      completed: withKnownTags,
      covers: (account) => isListed(account) && !own.has(account.id),
      beforeVanishing: clearAccount(phase, begun),
      ...(onPage && { onPage }),
    },
    phase.look,
  );
  let changes: Changes = listed;
  for (const account of await inventory.getAll("account", [...ownNotListed])) {
    if (isListed(account.fact)) changes = sumOf(changes, await takeOutOfOrganization(phase, account, begun));
  }
  await excluded.end();
  return { ...changes, facts: listed.facts };
};
