import { lacksConnector, type Deployment, type Integration } from "../../domain/integration.ts";
import { isDue, scopesOf } from "../../domain/sync-schedule.ts";
import type { SyncId, SyncScope } from "../../domain/sync.ts";
import type { Clock } from "../../ports/clock.ts";
import type { IntegrationStore, SyncStarter, SyncStore } from "../../ports/sync.ts";
import { inBatches } from "../in-batches.ts";
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
 * what was begun. One that cannot be begun keeps no other from it: all are tried, and the first failure is thrown then.
 */
export const beginDueSyncs = (dependencies: Dependencies) => async (): Promise<readonly SyncId[]> => {
  const { integrations, deployment } = dependencies;
  const scopes = (await integrations.list())
    // What Lockstep's own permissions show is another organization.
    .filter((integration) => !lacksConnector(integration, deployment))
    .flatMap((integration) => scopesOf(integration).map((scope) => ({ integration, scope })));
  const begun = await inBatches(scopes, 1, beginIfDue(dependencies));
  return begun.flat();
};

const beginIfDue = (dependencies: Dependencies) => {
  const { syncs, clock } = dependencies;
  const begin = beginSync(dependencies);
  return async ({
    integration,
    scope,
  }: {
    readonly integration: Integration;
    readonly scope: SyncScope;
  }): Promise<readonly SyncId[]> => {
    const { items } = await syncs.list({ integration: integration.name, scope }, { limit: 1 });
    if (!isDue(integration, scope, items[0], clock.now())) return [];
    const { sync, outcome } = await begin({ integration, scope, reason: "schedule" });
    return outcome === "already-begun" ? [] : [sync.id];
  };
};
