import type { AccessRequest, Ending, RequestIn } from "../domain/access-request.ts";
import type { Actor } from "../domain/audit.ts";
import { commonOf, evolve } from "../domain/evolve.ts";
import type { Timestamp } from "../domain/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { AccessRequestStore } from "../ports/stores.ts";
import { persistOrRetry } from "./persist.ts";

const workflow: Actor = { type: "lockstep", name: "workflow" };

/** Why an access ends whose grant was never written down as done: as somebody asked, or because it came to nothing. */
export const endingOf = (request: RequestIn<"granting">): Ending =>
  request.revocation ?? {
    reason: "grant-failed",
    message: "the attempt to grant it did not finish; the execution of its workflow says why",
  };

/** The write from which on the request's access only goes away. Throws `ConcurrentModification` for a lost race. */
export const startRevocation = (
  { requests, clock }: { readonly requests: AccessRequestStore; readonly clock: Clock },
  request: RequestIn<"granting" | "active">,
  ending: Ending,
): Promise<RequestIn<"revoking">> => {
  const revoking = evolve(
    "RevocationStarted",
    request,
    {
      ...commonOf(request),
      expiresAt: request.expiresAt,
      ...(request.status === "active" ? { activeAt: request.activeAt } : {}),
      ending,
    },
    { actor: workflow, now: clock.now(), details: { reason: ending.reason } },
  );
  return persistOrRetry(requests, "RevocationStarted", revoking);
};

/** What every status after a grant keeps of it. */
export const grantedOf = (request: {
  readonly activeAt?: Timestamp | undefined;
  readonly expiresAt: Timestamp;
}) => ({
  ...(request.activeAt === undefined ? {} : { activeAt: request.activeAt }),
  expiresAt: request.expiresAt,
});

/** When the request changed last. */
export const lastChangeOf = (request: AccessRequest): Timestamp =>
  request.trail.at(-1)?.at ?? request.createdAt;
