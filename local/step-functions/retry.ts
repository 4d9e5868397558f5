import type { Retrier } from "./definition.ts";
import { errorMatches } from "./states-error.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html#error-handling-retrying-after-an-error */
const DEFAULT_INTERVAL_SECONDS = 1;
const DEFAULT_MAX_ATTEMPTS = 3;
const DEFAULT_BACKOFF_RATE = 2;

export interface RetryDecision {
  /** Position of the retrier whose count rises. */
  readonly retrier: number;
  readonly delayMilliseconds: number;
}

/**
 * What the state's retriers say to an error, given how often each has been used during this visit of the state.
 * The first retrier that names the error decides; undefined means the error goes on to the catchers.
 */
export const decideRetry = (
  retriers: readonly Retrier[],
  usedAttempts: readonly number[],
  error: string | undefined,
  random: () => number,
): RetryDecision | undefined => {
  const index = retriers.findIndex((retrier) => errorMatches(retrier.ErrorEquals, error));
  const retrier = retriers[index];
  if (retrier === undefined) return undefined;
  const used = usedAttempts[index] ?? 0;
  if (used >= (retrier.MaxAttempts ?? DEFAULT_MAX_ATTEMPTS)) return undefined;
  const interval = retrier.IntervalSeconds ?? DEFAULT_INTERVAL_SECONDS;
  const grown = interval * (retrier.BackoffRate ?? DEFAULT_BACKOFF_RATE) ** used;
  const seconds = Math.min(grown, retrier.MaxDelaySeconds ?? Infinity);
  const jitter = retrier.JitterStrategy === "FULL" ? random() : 1;
  return { retrier: index, delayMilliseconds: Math.round(seconds * jitter * 1000) };
};
