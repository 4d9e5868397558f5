import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { AwsError } from "../wire/service.ts";

/**
 * A token bucket: `perSecond` requests a second, as many at once. Throws ThrottlingException when it is empty.
 * AWS publishes the rate and not the burst; a bucket that holds one second's worth is the strictest reading.
 */
export const requestRate = (clock: Clock, perSecond: number): (() => void) => {
  let tokens = perSecond;
  let filledAt = clock.now().getTime();
  return () => {
    const now = clock.now().getTime();
    tokens = Math.min(perSecond, tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) throw new AwsError("ThrottlingException", "Rate exceeded");
    tokens -= 1;
  };
};
