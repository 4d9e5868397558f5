import type { Sync, SyncId, SyncSlice } from "../../../lambdas/core/domain/sync.ts";
import { DomainError } from "../../../lambdas/core/domain/errors.ts";
import type { Page, PageQuery, WriteOutcome } from "../../../lambdas/core/ports/stores.ts";
import type { SyncStore } from "../../../lambdas/core/ports/sync.ts";

/** The passes in memory, with the conditions of the real store. */
export class FakeSyncStore implements SyncStore {
  private readonly items = new Map<SyncId, Sync>();
  private readonly sliced = new Map<SyncId, Map<string, SyncSlice>>();

  /** Every pass, the oldest first. */
  get all(): readonly Sync[] {
    return structuredClone([...this.items.values()].sort((a, b) => (a.id < b.id ? -1 : 1)));
  }

  get(id: SyncId): Promise<Sync | undefined> {
    return Promise.resolve(structuredClone(this.items.get(id)));
  }

  put(next: Sync): Promise<WriteOutcome> {
    if ((this.items.get(next.id)?.version ?? 0) !== next.version - 1) return Promise.resolve("conflict");
    this.items.set(next.id, structuredClone(next));
    return Promise.resolve("written");
  }

  list(
    { integration, scope }: Parameters<SyncStore["list"]>[0],
    { limit, cursor }: PageQuery,
  ): Promise<Page<Sync>> {
    const newestFirst = this.all
      .filter((sync) => sync.integration === integration && sync.scope === scope)
      .reverse();
    return Promise.resolve().then(() => {
      const begin = cursor === undefined ? 0 : placeOf(cursor);
      const end = begin + limit;
      return {
        items: newestFirst.slice(begin, end),
        ...(end < newestFirst.length ? { cursor: `after-${String(end)}` } : {}),
      };
    });
  }

  putSlice(id: SyncId, slice: SyncSlice): Promise<void> {
    const slices = this.sliced.get(id) ?? new Map<string, SyncSlice>();
    this.sliced.set(id, slices.set(slice.from, structuredClone(slice)));
    return Promise.resolve();
  }

  slices(id: SyncId): Promise<readonly SyncSlice[]> {
    const slices = [...(this.sliced.get(id)?.values() ?? [])];
    return Promise.resolve(structuredClone(slices.sort((a, b) => (a.from < b.from ? -1 : 1))));
  }
}

const placeOf = (cursor: string): number => {
  const place = /^after-(\d+)$/.exec(cursor)?.[1];
  if (place === undefined)
    throw new DomainError("invalid-cursor", "The cursor is not one that this list gave");
  return Number(place);
};
