import type { Clock } from "../lambdas/core/ports/clock.ts";

/** Waits for `work` at most so long; a timer of the clock's is not left behind. The work itself is not stopped. */
export const within = async (clock: Clock, milliseconds: number, work: Promise<unknown>): Promise<void> => {
  const done = new AbortController();
  try {
    await Promise.race([work, clock.sleep(milliseconds, done.signal)]);
  } finally {
    done.abort();
  }
};
