import type { Sync, SyncedAccount, SyncId } from "../../../lambdas/core/domain/sync.ts";
import type { WriteOutcome } from "../../../lambdas/core/ports/stores.ts";
import type { AccountRange, SyncStore } from "../../../lambdas/core/ports/sync.ts";

/** Accounts of a page: few, so that tests see more than one. */
const PAGE = 10;

/** The passes in memory, with the conditions of the real store. */
export class FakeSyncStore implements SyncStore {
  private readonly items = new Map<SyncId, Sync>();
  private readonly synced = new Map<SyncId, Map<string, SyncedAccount>>();

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
    { limit, before }: Parameters<SyncStore["list"]>[1],
  ): ReturnType<SyncStore["list"]> {
    const newestFirst = this.all
      .filter((sync) => sync.integration === integration && sync.scope === scope)
      .filter(({ id }) => before === undefined || id < before)
      .reverse();
    return Promise.resolve({ items: newestFirst.slice(0, limit), more: newestFirst.length > limit });
  }

  putAccount(id: SyncId, account: SyncedAccount): Promise<WriteOutcome> {
    const accounts = this.synced.get(id) ?? new Map<string, SyncedAccount>();
    const isDone = accounts.get(account.accountId)?.status === "done";
    if (isDone && account.status !== "done") return Promise.resolve("conflict");
    this.synced.set(id, accounts.set(account.accountId, structuredClone(account)));
    return Promise.resolve("written");
  }

  async *accounts(id: SyncId, range?: AccountRange): AsyncGenerator<readonly SyncedAccount[]> {
    const within = [...(this.synced.get(id)?.values() ?? [])]
      .filter(
        ({ accountId }) => range === undefined || (range.from <= accountId && accountId <= range.through),
      )
      .sort((a, b) => (a.accountId < b.accountId ? -1 : 1));
    for (let from = 0; from < within.length; from += PAGE)
      yield await Promise.resolve(structuredClone(within.slice(from, from + PAGE)));
  }
}
