import type { RequestIn } from "../domain/access-request.ts";
import type { Actor } from "../domain/audit.ts";
import { delayOf } from "../domain/delay.ts";
import { commonOf, evolve } from "../domain/evolve.ts";
import { secondsAfter, timestamp } from "../domain/ids.ts";
import type { AccessRequestStore } from "../ports/stores.ts";
import { persist } from "./persist.ts";
import { grantedOf, lastChangeOf } from "./start-revocation.ts";

const workflow: Actor = { type: "lockstep", name: "workflow" };

/** A revoke that others hold up ends within seconds; one that takes longer is worth an entry in the trail. */
const DELAY_AFTER_SECONDS = 60;

/**
 * An unchanged reason is written again after half an hour, so that the item shows that attempts go on (domain/due.ts); a new
 * one after ten minutes.
 */
const SAME_REASON_SECONDS = 1800;
const NEW_REASON_SECONDS = 600;

/** Lets people see why the access is not gone yet. Another write that comes first is right: nothing depends on this one. */
export const noteDelay = async (
  { requests }: { readonly requests: AccessRequestStore },
  request: RequestIn<"revoking">,
  lastError: string,
  now: Date,
): Promise<void> => {
  const noted = request.delay?.at ?? lastChangeOf(request);
  const after =
    request.delay === undefined
      ? DELAY_AFTER_SECONDS
      : request.delay.lastError === lastError
        ? SAME_REASON_SECONDS
        : NEW_REASON_SECONDS;
  if (timestamp(now) < secondsAfter(new Date(noted), after)) return;
  const delayed = evolve(
    "RevocationDelayed",
    request,
    {
      ...commonOf(request),
      ...grantedOf(request),
      ending: request.ending,
      delay: delayOf(request, lastError, now),
    },
    { actor: workflow, now, details: { lastError } },
  );
  await persist(requests, "RevocationDelayed", delayed);
};
