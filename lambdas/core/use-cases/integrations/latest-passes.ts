import type { Integration, IntegrationName } from "../../domain/integration.ts";
import type { EndedSync, LatestPasses, LatestPassesByScope } from "../../domain/integration-status.ts";
import { scopesOf } from "../../domain/sync-schedule.ts";
import type { SyncScope } from "../../domain/sync.ts";
import type { SyncStore } from "../../ports/sync.ts";

interface Dependencies {
  readonly syncs: Pick<SyncStore, "list">;
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
          async (scope) => [scope, await latestOf(dependencies, integration.name, scope)] as const,
        ),
      ),
    );

const latestOf = async (
  { syncs }: Dependencies,
  integration: IntegrationName,
  scope: SyncScope,
): Promise<LatestPasses> => {
  let latest: LatestPasses = {};
  let cursor: string | undefined;
  do {
    const page = await syncs.list(
      { integration, scope },
      { limit: AT_ONCE, ...(cursor === undefined ? {} : { cursor }) },
    );
    const ended = page.items.filter((sync): sync is EndedSync => sync.status !== "running");
    const newest = latest.newest ?? page.items[0];
    const newestEnded = latest.newestEnded ?? ended[0];
    const newestFinished = ended.find(({ status }) => status === "finished");
    latest = {
      ...(newest === undefined ? {} : { newest }),
      ...(newestEnded === undefined ? {} : { newestEnded }),
      ...(newestFinished === undefined ? {} : { newestFinished }),
    };
    // Before a baseline none was ever finished.
    if (newestFinished !== undefined || newest?.baseline === true) return latest;
    ({ cursor } = page);
  } while (cursor !== undefined);
  return latest;
};
