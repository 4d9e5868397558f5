import type { ExecutionInput, RevokeAccessOutput } from "../contracts/workflow.ts";
import type { AccessRequest, Ending, RequestedEntitlement, RequestIn } from "../domain/access-request.ts";
import type { Actor } from "../domain/audit.ts";
import { RetryableError } from "../domain/errors.ts";
import { commonOf, evolve } from "../domain/evolve.ts";
import {
  laterOf,
  secondsAfter,
  timestamp,
  wholeSecondAfter,
  type RequestId,
  type Timestamp,
} from "../domain/ids.ts";
import type { Clock } from "../ports/clock.ts";
import type { Providers } from "../ports/provider.ts";
import type { AccessRequestStore, EntitlementStore } from "../ports/stores.ts";
import { relinquish, type Released } from "./entitlements.ts";
import { inBatches } from "./in-batches.ts";
import { persistOrRetry } from "./persist.ts";

interface Dependencies {
  readonly requests: AccessRequestStore;
  readonly entitlements: EntitlementStore;
  readonly providers: Providers;
  readonly clock: Clock;
}

/** As many at a time as a grant. */
const AT_A_TIME = 5;

/**
 * Reached before anything was granted (the grant's function failed while it read): time for a fault to pass. A turn of
 * this loop is some 16 events of the 25,000 that an execution may have: at five minutes each, it goes on for five days.
 */
const LOOK_AGAIN_SECONDS = 300;

const workflow: Actor = { type: "lockstep", name: "workflow" };

/**
 * Takes a request one step towards the end of its access. Reads the request first and decides from it: not due yet
 * holds again, due or asked to end is removed, over is left alone. Needs nothing but what was stored at grant time.
 *
 * Throws RetryableError `RevokeUnfinished` while some entitlement is neither gone nor left to its other holders.
 */
export const revokeAccess =
  (dependencies: Dependencies) =>
  async ({
    requestId,
    enteredAt,
    begin,
  }: {
    readonly requestId: RequestId;
    readonly enteredAt: Timestamp;
    readonly begin: ExecutionInput["begin"];
  }): Promise<RevokeAccessOutput> => {
    const request = await dependencies.requests.get(requestId);
    const now = laterOf(dependencies.clock.now(), new Date(enteredAt));
    switch (request?.status) {
      case "pending":
      case "approved":
      case "scheduled":
        return { next: "look", until: secondsAfter(now, LOOK_AGAIN_SECONDS) };
      case "granting":
        if (begin === "revoke" && timestamp(now) < attemptOverAt(request)) {
          return { next: "hold", until: attemptOverAt(request) };
        }
        return removeAll(dependencies, await startRevocation(dependencies, request, endingOf(request)), now);
      case "active":
        return now.toISOString() < request.expiresAt
          ? { next: "hold", until: request.expiresAt }
          : removeAll(dependencies, await startRevocation(dependencies, request, { reason: "expired" }), now);
      case "revoking":
        return removeAll(dependencies, request, now);
      case "stuck":
        return removeAll(dependencies, await retry(dependencies, request), now);
      case "ended":
      case "failed":
      case "rejected":
      case "cancelled":
      case "lapsed":
      case undefined:
        return { next: "end", until: timestamp(now) };
    }
  };

/**
 * An attempt that is under way ends within its function's 300 seconds, and the next look at the request within 60 more
 * (the longest pause between two attempts): until then the execution that grants takes the request back itself.
 */
const ATTEMPT_SECONDS = 400;

const attemptOverAt = (request: RequestIn<"granting">): Timestamp =>
  secondsAfter(wholeSecondAfter(new Date(request.trail.at(-1)?.at ?? request.createdAt)), ATTEMPT_SECONDS);

const endingOf = (request: RequestIn<"granting">): Ending =>
  request.revocation ?? {
    reason: "grant-failed",
    message: "the attempt to grant it did not finish; the execution of its workflow says why",
  };

const startRevocation = (
  { requests, clock }: Pick<Dependencies, "requests" | "clock">,
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

const retry = (
  { requests, clock }: Dependencies,
  request: RequestIn<"stuck">,
): Promise<RequestIn<"revoking">> => {
  const revoking = evolve(
    "RevocationRetried",
    request,
    { ...commonOf(request), ...grantedOf(request), ending: request.ending },
    { actor: workflow, now: clock.now() },
  );
  return persistOrRetry(requests, "RevocationRetried", revoking);
};

const grantedOf = (request: {
  readonly activeAt?: Timestamp | undefined;
  readonly expiresAt: Timestamp;
}) => ({
  ...(request.activeAt === undefined ? {} : { activeAt: request.activeAt }),
  expiresAt: request.expiresAt,
});

/** An attempt whose outcome was never written down may still land after a removal. */
const isUncertain = ({ status }: RequestedEntitlement): boolean =>
  status === "requested" || status === "verifying";

const removeAll = async (
  dependencies: Dependencies,
  request: RequestIn<"revoking">,
  now: Date,
): Promise<RevokeAccessOutput> => {
  const giveUp = relinquish(dependencies);
  const outcomes = await inBatches(request.entitlements, AT_A_TIME, (requested) =>
    giveUp(
      { id: request.id, entitlement: requested.entitlement },
      { uncertain: isUncertain(requested), now },
    ),
  );
  const unfinished = outcomes.flatMap((outcome) =>
    outcome.outcome === "unfinished" ? [outcome.reason] : [],
  );
  if (unfinished.length > 0)
    throw new RetryableError("RevokeUnfinished", [...new Set(unfinished)].join("; "));
  const entitlements = request.entitlements.map((requested, index) => recorded(requested, outcomes[index]));
  const verifying = outcomes.flatMap((outcome) => (outcome.outcome === "verifying" ? [outcome.until] : []));
  const latest = verifying.toSorted().at(-1);
  return latest === undefined
    ? finish(dependencies, request, entitlements)
    : verifyLater(dependencies, request, entitlements, latest);
};

const recorded = (requested: RequestedEntitlement, released: Released | undefined): RequestedEntitlement => {
  switch (released?.outcome) {
    case "dangling":
      return { ...requested, status: "dangling", message: released.reason };
    case "kept":
      return requested.status === "granted" || requested.status === "verifying"
        ? { ...requested, status: "kept" }
        : requested;
    case "removed":
      return requested.status === "failed" ? requested : { ...requested, status: "removed" };
    case "not-held":
      // Never granted, or given up by an earlier invocation: what that one wrote down stands.
      return requested.status === "granted" || requested.status === "verifying"
        ? { ...requested, status: requested.standing ? "kept" : "removed" }
        : requested;
    case "verifying":
      return { ...requested, status: "verifying" };
    case "unfinished":
    case undefined:
      return requested;
  }
};

const verifyLater = async (
  { requests, clock }: Dependencies,
  request: RequestIn<"revoking">,
  entitlements: RequestedEntitlement[],
  until: Timestamp,
): Promise<RevokeAccessOutput> => {
  const alreadyKnown = request.entitlements.some(({ status }) => status === "verifying");
  if (!alreadyKnown) {
    const verifying = evolve(
      "VerificationStarted",
      request,
      { ...commonOf(request), ...grantedOf(request), entitlements, ending: request.ending },
      { actor: workflow, now: clock.now(), details: { until } },
    );
    await persistOrRetry(requests, "VerificationStarted", verifying);
  }
  return { next: "hold", until };
};

const finish = async (
  { requests, clock }: Dependencies,
  request: RequestIn<"revoking">,
  entitlements: RequestedEntitlement[],
): Promise<RevokeAccessOutput> => {
  const now = clock.now();
  const ended = { ...request.ending, at: timestamp(now) };
  const draft = { ...commonOf(request), ...grantedOf(request), entitlements, ended };
  const details = { reason: ended.reason, entitlements: entitlements.map(({ status }) => status) };
  const occasion = { actor: workflow, now, details };
  if (ended.reason === "grant-failed") {
    await persistOrRetry(requests, "GrantFailed", evolve("GrantFailed", request, draft, occasion));
  } else {
    await persistOrRetry(requests, "AccessEnded", evolve("AccessEnded", request, draft, occasion));
  }
  return { next: "end", until: ended.at };
};

/** After 24 hours of attempts: writes the visible, alarmed state. A request that ended meanwhile is left alone. */
export const reportStuck =
  (dependencies: Pick<Dependencies, "requests" | "clock">) =>
  async (failure: {
    readonly requestId: RequestId;
    readonly lastError: string;
  }): Promise<RevokeAccessOutput> => {
    const { requests, clock } = dependencies;
    const now = clock.now();
    const revoking = await overdueRevocation(dependencies, await requests.get(failure.requestId));
    if (revoking !== undefined) {
      const { lastError } = failure;
      const stuck = evolve(
        "RevocationStuck",
        revoking,
        { ...commonOf(revoking), ...grantedOf(revoking), ending: revoking.ending, lastError },
        { actor: workflow, now, details: { lastError } },
      );
      await persistOrRetry(requests, "RevocationStuck", stuck);
    }
    return { next: "end", until: timestamp(now) };
  };

/** The revocation that did not get on, begun here when not one attempt came as far as to write that it began. */
const overdueRevocation = async (
  dependencies: Pick<Dependencies, "requests" | "clock">,
  request: AccessRequest | undefined,
): Promise<RequestIn<"revoking"> | undefined> => {
  if (request?.status === "revoking") return request;
  if (request?.status === "granting") return startRevocation(dependencies, request, endingOf(request));
  if (request?.status === "active" && dependencies.clock.now().toISOString() >= request.expiresAt) {
    return startRevocation(dependencies, request, { reason: "expired" });
  }
  return undefined;
};
