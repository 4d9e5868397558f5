import type { Clock } from "../../core/ports/clock.ts";

/**
 * Waits before each look at an unfinished operation (seconds). Most operations end within a few seconds, so the first
 * look is early and usually the only one. 1.5 + 2 + 3 + 4 + 6 × 5 = 40.5 seconds in ten looks: four batches of five
 * entitlements stay well within a function's 300 seconds, and the machine tries again after that.
 */
const WAITS_SECONDS = [1.5, 2, 3, 4, 5, 5, 5, 5, 5, 5] as const;

/** Looks at growing intervals until `look` has an answer; undefined when time is up. */
export const poll = async <Answer>(
  clock: Clock,
  look: () => Promise<Answer | undefined>,
): Promise<Answer | undefined> => {
  for (const seconds of WAITS_SECONDS) {
    await clock.sleep(seconds * 1000);
    const answer = await look();
    if (answer !== undefined) return answer;
  }
  return undefined;
};
