import type { RequestIn } from "./access-request.ts";
import type { Actor } from "./audit.ts";
import { commonOf, evolve } from "./evolve.ts";
import { unextended } from "./extension.ts";
import { timestamp } from "./ids.ts";

/*
 * What waits for approval ends, in Lockstep's own name, once what would have allowed it is gone: the request itself, or the more
 * time that was asked for, without which the access goes on as before.
 */

/** Why, in words, and by whose hand as far as somebody's configuration did it. */
export interface Withdrawal {
  readonly why: string;
  readonly changedBy?: Actor;
}

interface Look {
  readonly actor: Actor;
  readonly now: Date;
}

/** The request's end. */
export const withdrawnRequest = (
  request: RequestIn<"pending">,
  withdrawal: Withdrawal,
  look: Look,
): RequestIn<"cancelled"> => {
  const ended = { reason: "withdrawn", at: timestamp(look.now), message: withdrawal.why } as const;
  return evolve(
    "RequestWithdrawn",
    request,
    { ...commonOf(request), ended },
    { ...look, details: detailsOf(request, withdrawal) },
  );
};

/** The request without the more time that waited: the expiry stays. */
export const withdrawnExtension = (
  request: RequestIn<"active">,
  withdrawal: Withdrawal,
  look: Look,
): RequestIn<"active"> => {
  const duration = request.extension === undefined ? {} : { duration: request.extension.duration };
  const details = { ...duration, ...detailsOf(request, withdrawal) };
  return evolve("ExtensionWithdrawn", request, unextended(request), { ...look, details });
};

const detailsOf = ({ flow }: Pick<RequestIn<"pending">, "flow">, { why, changedBy }: Withdrawal) => ({
  message: why,
  flow: flow.name,
  ...(changedBy === undefined ? {} : { flowChangedBy: { ...changedBy } }),
});
