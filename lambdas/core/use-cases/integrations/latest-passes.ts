import type { Integration } from "../../domain/integration.ts";
import type { EndedSync, LatestPasses, LatestPassesByScope } from "../../domain/latest-passes.ts";
import { behindSince, scopesOf } from "../../domain/sync-schedule.ts";
import type { Sync, SyncId, SyncScope } from "../../domain/sync.ts";
import type { Clock } from "../../ports/clock.ts";
import type { SyncStore } from "../../ports/sync.ts";

interface Dependencies {
  readonly syncs: Pick<SyncStore, "list">;
  readonly clock: Pick<Clock, "now">;
}

/** Passes that are read at once: the newest of them nearly always say it all. */
const AT_ONCE = 5;

/** The passes that tell how the integration is. */
export const latestPasses =
  (dependencies: Dependencies) =>
  async (integration: Integration): Promise<LatestPassesByScope> =>
    Object.fromEntries(
      await Promise.all(
        scopesOf(integration).map(
          async (scope) => [scope, await latestOf(dependencies, integration, scope)] as const,
        ),
      ),
    );

const latestOf = async (
  { syncs, clock }: Dependencies,
  integration: Integration,
  scope: SyncScope,
): Promise<LatestPasses> => {
  const of = { integration: integration.name, scope };
  let latest: LatestPasses = {};
  let before: SyncId | undefined;
  do {
    const { items, more } = await syncs.list(of, { limit: AT_ONCE, before });
    latest = withEarlier(latest, items);
    const { newest, newestFinished, earliest } = latest;
    if (newestFinished !== undefined) return latest;
    // Before a baseline none was ever finished: what is left to know is whether that is too long ago.
    if (newest?.baseline === true && behindSince(integration, scope, latest, clock.now()) !== undefined)
      return latest;
    before = more ? earliest?.id : undefined;
  } while (before !== undefined);
  return latest;
};

/** What is known with these, which were begun before all others. */
const withEarlier = (latest: LatestPasses, passes: readonly Sync[]): LatestPasses => ({
  newest: latest.newest ?? passes[0],
  newestEnded: latest.newestEnded ?? passes.find((sync): sync is EndedSync => sync.status !== "running"),
  newestFinished: passes.find((sync) => sync.status === "finished"),
  earliest: passes.at(-1) ?? latest.earliest,
});
