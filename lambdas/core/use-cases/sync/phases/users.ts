import { clearUser, type Clearing } from "../clear.ts";
import type { RunPhase } from "../phase.ts";
import { reconcileListing, type Listed } from "../reconcile.ts";

/** Everybody in the directory. */
export const users: RunPhase = async (phase) => {
  const { progress, before } = phase;
  const { facts, ...changes } = await reconcileUsers(phase, (done) =>
    progress.advance({ done, total: before?.counts["user"] }),
  );
  progress.count(changes);
  progress.found("user", facts);
  return "done";
};

/** Makes the inventory say which users there are: a call for 100. */
export const reconcileUsers = (phase: Clearing, onPage?: (facts: number) => Promise<void>): Promise<Listed> =>
  reconcileListing(phase)(
    "user",
    {
      pages: phase.sources.directory.users(),
      beforeVanishing: clearUser(phase),
      ...(onPage && { onPage }),
    },
    phase.look,
  );
