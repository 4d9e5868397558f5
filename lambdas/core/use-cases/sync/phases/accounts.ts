import { isExcluded } from "../../../domain/integration.ts";
import type { AccountFact } from "../../../domain/inventory/facts.ts";
import type { AccountListing } from "../../../ports/sync.ts";
import { clearAccount, type Clearing } from "../clear.ts";
import type { Phase, RunPhase } from "../phase.ts";
import { reconcileListing, type Listed } from "../reconcile.ts";

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
  phase: Clearing & Pick<Phase, "integration">,
  onPage?: (facts: number) => Promise<void>,
): Promise<Listed> => {
  const { integration, sources } = phase;
  async function* included(): AsyncGenerator<readonly AccountFact[]> {
    for await (const page of sources.organization.accounts()) {
      yield page.filter((account) => !isExcluded(integration, account)).map(withoutTags);
    }
  }
  return reconcileListing(phase)(
    "account",
    {
      pages: included(),
      completed: (account, before) => ({ ...account, tags: before?.tags ?? {} }),
      // Accounts with integrations of their own are in no organization that is known.
      covers: ({ organizationalUnits }) => organizationalUnits.length > 0,
      beforeVanishing: clearAccount(phase, phase.look()),
      ...(onPage && { onPage }),
    },
    phase.look,
  );
};

const withoutTags = (account: AccountListing): AccountFact => ({ ...account, tags: {} });
