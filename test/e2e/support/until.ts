import { systemClock } from "../../../lambdas/adapters/system-clock.ts";

const POLL_MILLISECONDS = 50;

/**
 * What `look` first answers other than undefined. It is asked again and again until `withinMilliseconds` have passed;
 * then it fails with `what` was waited for.
 */
export const until = async <T>(
  what: string,
  look: () => Promise<T | undefined>,
  withinMilliseconds = 40_000,
): Promise<T> => {
  const deadline = systemClock.now().getTime() + withinMilliseconds;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (systemClock.now().getTime() > deadline) {
      throw new Error(`Not within ${String(withinMilliseconds)} ms: ${what}`);
    }
    await systemClock.sleep(POLL_MILLISECONDS);
  }
};
