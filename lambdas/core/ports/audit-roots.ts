import type { AuditRoot, ChainHead } from "../domain/audit-root.ts";
import type { Day } from "../domain/day.ts";
import type { WriteOutcome } from "./stores.ts";

/** Which chains grew. Throws RetryableError `StoreUnavailable`. */
export interface ChainHeads {
  /** The newest entry of each chain among those recorded on `day`. */
  changedOn(day: Day): Promise<readonly ChainHead[]>;
}

/** Where a root is. */
export interface RootReference {
  readonly day: Day;
  /** Which of the texts kept for the day: always the first one that was written. */
  readonly version: string;
  /** How often the day was written over since then, or hidden by a deletion. It must be 0. */
  readonly later: number;
}

/** The roots: what is written first for a day stays, and is what counts. All throw RetryableError `StoreUnavailable`. */
export interface AuditRoots {
  /** Every day's root, oldest first. */
  list(): Promise<readonly RootReference[]>;
  /** The root's text as it is kept, unchecked. */
  read(reference: RootReference): Promise<string>;
  /** Keeps a root; `"conflict"` when its day has one. */
  put(root: AuditRoot): Promise<WriteOutcome>;
}
