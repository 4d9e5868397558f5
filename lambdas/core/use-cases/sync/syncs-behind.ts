import type { IntegrationName } from "../../domain/integration.ts";
import { behindSince } from "../../domain/sync-schedule.ts";
import { SyncScopes, type SyncScope } from "../../domain/sync.ts";
import type { Timestamp } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { IntegrationStore, SyncStore } from "../../ports/sync.ts";
import { latestPasses } from "../integrations/latest-passes.ts";

interface Dependencies {
  readonly integrations: Pick<IntegrationStore, "list">;
  readonly syncs: Pick<SyncStore, "list">;
  readonly clock: Pick<Clock, "now">;
}

/** What has not been synced to the end for too long. */
export interface SyncBehind {
  readonly integration: IntegrationName;
  readonly scope: SyncScope;
  readonly since: Timestamp;
}

/**
 * What of every integration is behind, also where Lockstep has no way in any more. What was never begun is not behind: it is
 * waiting for its role.
 */
export const syncsBehind = (dependencies: Dependencies) => async (): Promise<readonly SyncBehind[]> => {
  const { integrations, clock } = dependencies;
  const passesOf = latestPasses(dependencies);
  const found: SyncBehind[] = [];
  for (const integration of await integrations.list()) {
    const passes = await passesOf(integration);
    for (const scope of SyncScopes) {
      const since = behindSince(integration, scope, passes[scope] ?? {}, clock.now());
      if (since !== undefined) found.push({ integration: integration.name, scope, since });
    }
  }
  return found;
};
