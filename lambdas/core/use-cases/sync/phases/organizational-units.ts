import type { Clearing } from "../clear.ts";
import type { RunPhase } from "../phase.ts";
import { reconcileListing, type Listed } from "../reconcile.ts";

/** The tree of organizational units. */
export const organizationalUnits: RunPhase = async (phase) => {
  const { progress, before } = phase;
  const { facts, ...changes } = await reconcileOrganizationalUnits(phase, (done) =>
    progress.advance({ done, total: before?.counts["organizational-unit"] }),
  );
  progress.count(changes);
  progress.found("organizational-unit", facts);
  return "done";
};

/** Makes the inventory say which organizational units there are: one call for each unit. */
export const reconcileOrganizationalUnits = (
  phase: Clearing,
  onPage?: (facts: number) => Promise<void>,
): Promise<Listed> =>
  reconcileListing(phase)(
    "organizational-unit",
    { pages: phase.sources.organization.organizationalUnits(), ...(onPage && { onPage }) },
    phase.look,
  );
