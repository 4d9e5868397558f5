import type { RevokeAccessOutput } from "../contracts/workflow.ts";
import type { AccessRequest, RequestIn } from "../domain/access-request.ts";
import type { Actor } from "../domain/audit.ts";
import { goneSince } from "../domain/delay.ts";
import { commonOf, evolve } from "../domain/evolve.ts";
import { timestamp, type RequestId } from "../domain/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { AccessRequestStore } from "../ports/stores.ts";
import { persistOrRetry } from "./persist.ts";
import { endingOf, grantedOf, startRevocation } from "./start-revocation.ts";

interface Dependencies {
  readonly requests: AccessRequestStore;
  readonly clock: Clock;
}

const workflow: Actor = { type: "lockstep", name: "workflow" };

/** After 24 hours of attempts: writes the visible, alarmed state. A request that ended meanwhile is left alone. */
export const reportStuck =
  (dependencies: Dependencies) =>
  async (failure: {
    readonly requestId: RequestId;
    readonly lastError: string;
  }): Promise<RevokeAccessOutput> => {
    const { requests, clock } = dependencies;
    const now = clock.now();
    const revoking = await overdueRevocation(dependencies, await requests.get(failure.requestId));
    if (revoking !== undefined) return markStuck(dependencies, revoking, failure.lastError);
    return { next: "end", until: timestamp(now) };
  };

/** The visible, alarmed state; the sweep tries again. Throws `ConcurrentModification` for a lost race. */
export const markStuck = async (
  { requests, clock }: Dependencies,
  revoking: RequestIn<"revoking">,
  lastError: string,
): Promise<RevokeAccessOutput> => {
  const now = clock.now();
  const draft = { ...commonOf(revoking), ...grantedOf(revoking), ending: revoking.ending };
  const stuck = evolve(
    "RevocationStuck",
    revoking,
    { ...draft, since: goneSince(revoking), lastError },
    { actor: workflow, now, details: { lastError } },
  );
  await persistOrRetry(requests, "RevocationStuck", stuck);
  return { next: "end", until: timestamp(now) };
};

/** The revocation that did not get on, begun here when not one attempt came as far as to write that it began. */
const overdueRevocation = async (
  dependencies: Dependencies,
  request: AccessRequest | undefined,
): Promise<RequestIn<"revoking"> | undefined> => {
  if (request?.status === "revoking") return request;
  if (request?.status === "granting") return startRevocation(dependencies, request, endingOf(request));
  if (request?.status === "active" && dependencies.clock.now().toISOString() >= request.expiresAt) {
    return startRevocation(dependencies, request, { reason: "expired" });
  }
  return undefined;
};
