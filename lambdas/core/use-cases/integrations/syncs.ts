import { DomainError } from "../../domain/errors.ts";
import type { Sync, SyncId } from "../../domain/sync.ts";
import type { SyncStore } from "../../ports/sync.ts";

/** One pass; throws DomainError `not-found`. */
export const findSync =
  ({ syncs }: { readonly syncs: Pick<SyncStore, "get"> }) =>
  async (id: SyncId): Promise<Sync> => {
    const sync = await syncs.get(id);
    if (sync === undefined) throw new DomainError("not-found", `There is no sync ${id}.`);
    return sync;
  };
