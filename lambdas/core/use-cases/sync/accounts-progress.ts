import { timestamp } from "../../domain/ids.ts";
import type { SyncId } from "../../domain/sync.ts";
import type { Clock } from "../../ports/clock.ts";
import type { SyncStore } from "../../ports/sync.ts";

interface Dependencies {
  readonly syncs: Pick<SyncStore, "get" | "put">;
  readonly clock: Pick<Clock, "now">;
}

/** How far one of the invocations is that look into accounts at the same time. */
export interface AccountsProgress {
  /** Another account is done; told now and then. */
  lookedInto(): Promise<void>;
  /** Tells of what is not told yet. */
  tell(): Promise<void>;
}

/** Accounts without a way in are done within a second: twenty executions would write the record a hundred times a second. */
const TOLD_EVERY_MILLISECONDS = 10_000;

/** Executions that tell at the same moment, of those that run at once; who loses every race tells it with the next account. */
const RACES = 5;

/**
 * Says in the pass's record how far it is. It is a sign of life too: a pass that is silent for long is taken up by another.
 * What an invocation that is killed did not tell of is missing there until the pass ends: the accounts themselves are noted
 * one by one.
 */
export const accountsProgress = ({ syncs, clock }: Dependencies, id: SyncId): AccountsProgress => {
  let untold = 0;
  let toldAt = clock.now().getTime();

  const tell = async (): Promise<void> => {
    for (let race = 0; race < RACES && untold > 0; race += 1) {
      const sync = await syncs.get(id);
      if (sync?.status !== "running") return;
      const { version, done } = sync;
      const next = { ...sync, version: version + 1, updatedAt: timestamp(clock.now()), done: done + untold };
      if ((await syncs.put(next)) === "written") untold = 0;
    }
    toldAt = clock.now().getTime();
  };

  return {
    lookedInto: async () => {
      untold += 1;
      if (clock.now().getTime() - toldAt >= TOLD_EVERY_MILLISECONDS) await tell();
    },
    tell,
  };
};
