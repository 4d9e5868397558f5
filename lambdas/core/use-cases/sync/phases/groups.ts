import { clearGroup, type Clearing } from "../clear.ts";
import type { RunPhase } from "../phase.ts";
import { reconcileListing, type Listed } from "../reconcile.ts";

/** The directory's groups. */
export const groups: RunPhase = async (phase) => {
  const { progress, before } = phase;
  const { facts, ...changes } = await reconcileGroups(phase, (done) =>
    progress.advance({ done, total: before?.counts["group"] }),
  );
  progress.count(changes);
  progress.found("group", facts);
  return "done";
};

/** Makes the inventory say which groups there are: a call for 100. */
export const reconcileGroups = (
  phase: Clearing,
  onPage?: (facts: number) => Promise<void>,
): Promise<Listed> =>
  reconcileListing(phase)(
    "group",
    {
      pages: phase.sources.directory.groups(),
      beforeVanishing: clearGroup(phase, phase.look()),
      ...(onPage && { onPage }),
    },
    phase.look,
  );
