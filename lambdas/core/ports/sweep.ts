import type { SweepReport } from "../contracts/http/sweep.ts";
import type { Status } from "../domain/access-request.ts";

/** The function that removes, as far as the sweep calls it: the sweep itself can delete nothing. */
export interface Removals {
  /** Asks it to remove everything that is queued, and does not wait for that. Throws RetryableError `WorkflowUnavailable`. */
  drain(): Promise<void>;
}

/** How many requests there are; eventually consistent. */
export interface RequestCounts {
  /** Requests in this status, counted up to some tens of thousands. Throws RetryableError `StoreUnavailable`. */
  countOf(status: Status): Promise<number>;
}

/** A sweep on demand. */
export interface SweepRunner {
  /** Runs one now, for some 20 seconds at most, and answers what it found. Throws RetryableError `SweepUnavailable`. */
  run(): Promise<SweepReport>;
}
