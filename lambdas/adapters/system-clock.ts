import type { Clock } from "../core/ports/clock.ts";

/** setTimeout's delay is a signed 32-bit integer of milliseconds; a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

const pause = (milliseconds: number, signal: AbortSignal | undefined) =>
  new Promise<void>((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    signal?.addEventListener("abort", finish);
  });

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => new Date(),
  sleep: async (milliseconds, signal) => {
    let left = milliseconds;
    while (left > 0 && signal?.aborted !== true) {
      const step = Math.min(left, LONGEST_TIMER);
      await pause(step, signal);
      left -= step;
    }
  },
};
