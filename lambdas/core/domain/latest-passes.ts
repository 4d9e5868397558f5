import type { FailedSync, FinishedSync, Sync, SyncScope } from "./sync.ts";

export type EndedSync = FinishedSync | FailedSync;

/** The passes of one scope that tell how it is: often several of them are the same one. */
export interface LatestPasses {
  readonly newest?: Sync | undefined;
  readonly newestEnded?: EndedSync | undefined;
  readonly newestFinished?: FinishedSync | undefined;
  /** The first of all that were looked at: none of them was finished, unless one is named here. */
  readonly earliest?: Sync | undefined;
}

export type LatestPassesByScope = Readonly<Partial<Record<SyncScope, LatestPasses>>>;
