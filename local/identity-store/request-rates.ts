import type { RequestRate } from "../identity/token-bucket.ts";
import { AwsError } from "../wire/service.ts";

/**
 * "20 transactions per second" for each API of an identity store
 * (https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html, "Identity store API throttle limits"). The burst is
 * not published: one second's worth is the strictest reading.
 */
export const IDENTITY_STORE_RATE: RequestRate = { perSecond: 20, burst: 20 };

export const throttled = (): AwsError => new AwsError("ThrottlingException", "Rate exceeded");
