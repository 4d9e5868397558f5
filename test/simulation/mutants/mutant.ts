import type { Step } from "../history.ts";

/** A text that stands exactly once in a file of the sources, and what stands there instead. */
export interface Patch {
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** A known defect, and what must notice it. */
export interface Mutant {
  readonly name: string;
  /** What it breaks, and which peer did so. */
  readonly breaks: string;
  /** Invariants (oracle/invariants.ts), any of which may be the first to be violated. */
  readonly expected: readonly number[];
  readonly patches: readonly Patch[];
  /** The faults that its histories have, where few of all would bring it out (simulate.ts, --faults). */
  readonly faults?: string;
  /** The steps of its histories, where chance would hardly find them. */
  readonly steps?: readonly Step[];
}
