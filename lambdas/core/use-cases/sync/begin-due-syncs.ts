import { lacksConnector, type Deployment } from "../../domain/integration.ts";
import { isDue, scopesOf } from "../../domain/sync-schedule.ts";
import type { SyncId } from "../../domain/sync.ts";
import type { Clock } from "../../ports/clock.ts";
import type { IntegrationStore, SyncStarter, SyncStore } from "../../ports/sync.ts";
import { beginSync } from "../integrations/begin-sync.ts";

interface Dependencies {
  readonly integrations: Pick<IntegrationStore, "list">;
  readonly syncs: Pick<SyncStore, "get" | "put" | "list">;
  readonly starter: SyncStarter;
  readonly deployment: Deployment;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Begins every pass that is due, of every integration that Lockstep has a way into, and takes silent ones up again. Answers
 * what was begun.
 */
export const beginDueSyncs = (dependencies: Dependencies) => async (): Promise<readonly SyncId[]> => {
  const { integrations, syncs, deployment, clock } = dependencies;
  const begin = beginSync(dependencies);
  const begun: SyncId[] = [];
  for (const integration of await integrations.list()) {
    // What Lockstep's own permissions show is another organization.
    if (lacksConnector(integration, deployment)) continue;
    for (const scope of scopesOf(integration)) {
      const of = { integration: integration.name, scope };
      const { items } = await syncs.list(of, { limit: 1 });
      if (!isDue(integration, scope, items[0], clock.now())) continue;
      const { sync, outcome } = await begin({ ...of, reason: "schedule" });
      if (outcome !== "already-begun") begun.push(sync.id);
    }
  }
  return begun;
};
