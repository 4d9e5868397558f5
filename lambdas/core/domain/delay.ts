import type { Delay, RequestIn } from "./access-request.ts";
import { secondsAfter, timestamp, type Timestamp } from "./ids.ts";

/*
 * How long the end of an access has been on its way. Counted from the item, and not by the machine's retries: a revoke
 * that waits for its turn leaves the state in which they are counted.
 */

/** Attempts go on for so long before the request is stuck: visible, alarmed, and begun anew by the sweep. */
const STUCK_AFTER_SECONDS = 24 * 3600;

const lastChange = ({ trail, expiresAt }: RequestIn<"revoking" | "stuck">): Timestamp =>
  trail.at(-1)?.at ?? expiresAt;

/** When the access should have been gone: its expiry, or when somebody ended it before. */
export const goneSince = (request: RequestIn<"revoking">): Timestamp => {
  const began = request.delay?.since ?? lastChange(request);
  return began < request.expiresAt ? began : request.expiresAt;
};

const attemptsSince = (request: RequestIn<"revoking">): Timestamp =>
  request.delay?.attemptsSince ?? lastChange(request);

/** The attempts of this round have gone on for 24 hours. */
export const isStuck = (request: RequestIn<"revoking">, now: Date): boolean =>
  secondsAfter(new Date(attemptsSince(request)), STUCK_AFTER_SECONDS) <= timestamp(now);

/** The delay as it is to be written now. */
export const delayOf = (request: RequestIn<"revoking">, lastError: string, now: Date): Delay => ({
  since: goneSince(request),
  attemptsSince: attemptsSince(request),
  at: timestamp(now),
  lastError,
});

/** The delay of a request that was stuck, and is tried again: a new round, of the same story. */
export const delayAfterStuck = (request: RequestIn<"stuck">, now: Date): Delay => ({
  since: request.since ?? request.expiresAt,
  attemptsSince: timestamp(now),
  at: timestamp(now),
  lastError: request.lastError,
});
