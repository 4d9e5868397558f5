import * as z from "zod/mini";
import { decodeCursor, encodeCursor } from "../../contracts/http/cursor.ts";
import type { IntegrationName, OrganizationIntegration } from "../../domain/integration.ts";
import {
  SyncIdSchema,
  SyncScopes,
  partsOfSyncId,
  syncIdOf,
  type Sync,
  type SyncId,
  type SyncScope,
} from "../../domain/sync.ts";
import type { Page, PageQuery } from "../../ports/stores.ts";
import type { IntegrationStore, SyncStore } from "../../ports/sync.ts";
import { inBatches } from "../in-batches.ts";
import { allIntegrations } from "./all-integrations.ts";
import { findIntegration } from "./integrations.ts";

interface Dependencies {
  readonly integrations: Pick<IntegrationStore, "get" | "list">;
  readonly home: OrganizationIntegration;
  readonly syncs: Pick<SyncStore, "list">;
}

interface Asked {
  readonly integration?: IntegrationName | undefined;
  readonly scope?: SyncScope | undefined;
  readonly page: PageQuery;
}

/** The syncs of one integration and scope, which the store has in their order. */
interface Line {
  readonly integration: IntegrationName;
  readonly scope: SyncScope;
}

/** Lines that are read at once. */
const AT_A_TIME = 10;

const PlaceSchema = z.strictObject({ after: SyncIdSchema });

/**
 * The newest syncs of all integrations, or of what is named; those of one second by their ids. Throws DomainError `not-found`
 * for an integration that is none and never was.
 */
export const listSyncs =
  (dependencies: Dependencies) =>
  async ({ integration, scope, page: { limit, cursor } }: Asked): Promise<Page<Sync>> => {
    const after = cursor === undefined ? undefined : decodeCursor(PlaceSchema, cursor).after;
    const names = integration === undefined ? await namesOf(dependencies) : [integration];
    const lines = names.flatMap((name) =>
      (scope === undefined ? SyncScopes : [scope]).map((one) => ({ integration: name, scope: one })),
    );
    const read = await inBatches(lines, AT_A_TIME, (line) =>
      dependencies.syncs.list(line, { limit, before: after && beginningOf(line, after) }),
    );
    const items = newestOf(read);
    const shown = items.slice(0, limit);
    // Of an integration that was deleted the syncs stay: only one that has none either never was.
    if (shown.length === 0 && integration !== undefined) await findIntegration(dependencies)(integration);
    const last = shown.at(-1);
    const isLast = shown.length === items.length && read.every(({ more }) => !more);
    return {
      items: shown,
      ...(isLast || last === undefined ? {} : { cursor: encodeCursor({ after: last.id }) }),
    };
  };

const namesOf = async ({ integrations, home }: Dependencies): Promise<readonly IntegrationName[]> =>
  (await allIntegrations({ store: integrations, home }).list()).map(({ name }) => name);

/** The newest first; ids tell apart what was begun within one second. */
const byAge = (a: SyncId, b: SyncId): number =>
  partsOfSyncId(b).begunAt.getTime() - partsOfSyncId(a).begunAt.getTime() || (a < b ? -1 : a > b ? 1 : 0);

/** What of a line comes behind a place in all of them is before this id. */
const beginningOf = ({ integration, scope }: Line, after: SyncId): SyncId => {
  const { begunAt } = partsOfSyncId(after);
  const own = syncIdOf(integration, scope, begunAt);
  return byAge(own, after) > 0 ? syncIdOf(integration, scope, new Date(begunAt.getTime() + 1000)) : own;
};

/** The lines put together, as far as all of them are known: behind the last of one that has more there may be others of it. */
const newestOf = (read: readonly Awaited<ReturnType<SyncStore["list"]>>[]): readonly Sync[] => {
  const [end] = read.flatMap(({ items, more }) => (more ? (items.at(-1)?.id ?? []) : [])).toSorted(byAge);
  return read
    .flatMap(({ items }) => items)
    .filter(({ id }) => end === undefined || byAge(id, end) <= 0)
    .toSorted((a, b) => byAge(a.id, b.id));
};
