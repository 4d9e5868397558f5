import type { CallTally } from "../../core/ports/sync.ts";

/** Counts calls of AWS from one `take` to the next. */
export interface Tally {
  /** Each attempt counts, a throttled one too. */
  called(operation: string): void;
  throttled(): void;
  /** What was called since the last time; the next tally begins at nothing. */
  take(): CallTally;
}

export const callTally = (): Tally => {
  let calls = new Map<string, number>();
  let throttles = 0;
  return {
    called: (operation) => {
      calls.set(operation, (calls.get(operation) ?? 0) + 1);
    },
    throttled: () => {
      throttles += 1;
    },
    take: () => {
      const taken = { calls: Object.fromEntries(calls), throttles };
      calls = new Map();
      throttles = 0;
      return taken;
    },
  };
};

/** What two of them counted, of different operations. */
export const addedTallies = (one: CallTally, other: CallTally): CallTally => ({
  calls: { ...one.calls, ...other.calls },
  throttles: one.throttles + other.throttles,
});
