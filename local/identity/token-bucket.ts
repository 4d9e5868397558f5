import type { Clock } from "../../lambdas/core/ports/clock.ts";

/** How many requests AWS lets through: steadily a second, and at most at once. */
export interface RequestRate {
  readonly perSecond: number;
  readonly burst: number;
}

/** A bucket that is full at first: each call takes a token and says whether there was one. */
export const tokenBucket = (clock: Clock, { perSecond, burst }: RequestRate): (() => boolean) => {
  let tokens = burst;
  let filledAt = clock.now().getTime();
  return () => {
    const now = clock.now().getTime();
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
};
