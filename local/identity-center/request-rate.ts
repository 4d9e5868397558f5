import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { tokenBucket } from "../identity/token-bucket.ts";
import { AwsError } from "../wire/service.ts";

/**
 * `perSecond` requests a second, as many at once. Throws ThrottlingException when there are more.
 * AWS publishes the rate and not the burst; a bucket that holds one second's worth is the strictest reading.
 */
export const requestRate = (clock: Clock, perSecond: number): (() => void) => {
  const admits = tokenBucket(clock, { perSecond, burst: perSecond });
  return () => {
    if (!admits()) throw new AwsError("ThrottlingException", "Rate exceeded");
  };
};
