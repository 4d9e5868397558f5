import type { ExecutionInput, RevokeAccessOutput } from "../contracts/workflow.ts";
import type { RequestedEntitlement, RequestIn } from "../domain/access-request.ts";
import type { Actor } from "../domain/audit.ts";
import { delayAfterStuck, isStuck } from "../domain/delay.ts";
import { entitlementKey } from "../domain/entitlement.ts";
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
import { spread } from "../domain/spread.ts";
import type { AccessRequestStore } from "../ports/stores.ts";
import { keepHold, relinquish, type Released } from "./entitlements.ts";
import { inBatches } from "./in-batches.ts";
import { persistOrRetry } from "./persist.ts";
import { removeQueued, type RemovalDependencies } from "./removals.ts";
import type { Removed } from "./remove-entitlement.ts";
import { noteDelay } from "./note-delay.ts";
import { markStuck } from "./report-stuck.ts";
import { endingOf, grantedOf, lastChangeOf, startRevocation } from "./start-revocation.ts";

interface Dependencies extends RemovalDependencies {
  readonly requests: AccessRequestStore;
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
          ? holdAgain(dependencies, request)
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

/** Its expiry was moved: its holds follow, and the machine waits for the new one. */
const holdAgain = async (
  dependencies: Dependencies,
  request: RequestIn<"active">,
): Promise<RevokeAccessOutput> => {
  const { id, expiresAt } = request;
  if (request.extensions !== undefined) {
    await inBatches(request.entitlements, AT_A_TIME, ({ entitlement }) =>
      keepHold(dependencies)({ id, expiresAt, entitlement }),
    );
  }
  return { next: "hold", until: expiresAt };
};

/**
 * An attempt that is under way ends within its function's 300 seconds, and the next look at the request within 60 more
 * (the longest pause between two attempts): until then the execution that grants takes the request back itself.
 */
const ATTEMPT_SECONDS = 400;

const attemptOverAt = (request: RequestIn<"granting">): Timestamp =>
  secondsAfter(wholeSecondAfter(new Date(lastChangeOf(request))), ATTEMPT_SECONDS);

const retry = (
  { requests, clock }: Dependencies,
  request: RequestIn<"stuck">,
): Promise<RequestIn<"revoking">> => {
  const revoking = evolve(
    "RevocationRetried",
    request,
    {
      ...commonOf(request),
      ...grantedOf(request),
      ending: request.ending,
      delay: delayAfterStuck(request, clock.now()),
    },
    { actor: workflow, now: clock.now() },
  );
  return persistOrRetry(requests, "RevocationRetried", revoking);
};

/** An attempt whose outcome was never written down may still land after a removal. */
const isUncertain = ({ status }: RequestedEntitlement): boolean =>
  status === "requested" || status === "verifying";

/** How one of a request's entitlements has come out so far. */
type Settled = Exclude<Released, { outcome: "queued" }>;
type Outcome = Settled | Removed;

const removeAll = async (
  dependencies: Dependencies,
  request: RequestIn<"revoking">,
  machineNow: Date,
): Promise<RevokeAccessOutput> => {
  const now = () => laterOf(dependencies.clock.now(), machineNow);
  const giveUp = relinquish(dependencies);
  const released = await inBatches(request.entitlements, AT_A_TIME, (requested) =>
    giveUp(
      { id: request.id, entitlement: requested.entitlement },
      { uncertain: isUncertain(requested), now },
    ),
  );
  const queued = request.entitlements
    .filter((_, index) => released[index]?.outcome === "queued")
    .map(({ entitlement }) => entitlement);
  if (queued.length === 0) return conclude(dependencies, request, released.filter(isSettled), now);
  const run = await removeQueued(dependencies)(queued, now);
  if (run === undefined) return waitForTurn(dependencies, request, now());
  try {
    const removed = await run.own;
    const outcomes = request.entitlements.flatMap(({ entitlement }, index) => {
      const outcome = released[index];
      return outcome?.outcome === "queued"
        ? (removed.get(entitlementKey(entitlement)) ?? [])
        : (outcome ?? []);
    });
    return await conclude(dependencies, request, outcomes, now);
  } finally {
    // The request is over as soon as its own access is gone; what others have queued is removed in the same turn.
    await run.all;
  }
};

const isSettled = (released: Released): released is Settled => released.outcome !== "queued";

/** Writes down what came of it, when every one of its entitlements has an outcome. */
const conclude = async (
  dependencies: Dependencies,
  request: RequestIn<"revoking">,
  outcomes: readonly Outcome[],
  now: () => Date,
): Promise<RevokeAccessOutput> => {
  const unfinished = outcomes.flatMap((outcome) =>
    outcome.outcome === "unfinished" ? [outcome.reason] : [],
  );
  if (unfinished.length > 0) {
    const reasons = [...new Set(unfinished)].join("; ");
    if (isStuck(request, now())) return markStuck(dependencies, request, reasons);
    await noteDelay(dependencies, request, reasons, now());
    throw new RetryableError("RevokeUnfinished", reasons);
  }
  const entitlements = request.entitlements.map((requested, index) => recorded(requested, outcomes[index]));
  const verifying = outcomes.flatMap((outcome) => (outcome.outcome === "verifying" ? [outcome.until] : []));
  const latest = verifying.toSorted().at(-1);
  return latest === undefined
    ? finish(dependencies, request, entitlements)
    : verifyLater(dependencies, request, entitlements, latest);
};

/** A burst is over within minutes: who waits for longer waits for something that is worth telling. */
const LONG_WAIT_SECONDS = 600;

const waitForTurn = async (
  dependencies: Dependencies,
  request: RequestIn<"revoking">,
  now: Date,
): Promise<RevokeAccessOutput> => {
  const reason = request.delay?.lastError ?? "another invocation is removing what others gave up";
  if (isStuck(request, now)) return markStuck(dependencies, request, reason);
  const isLong = secondsAfter(new Date(lastChangeOf(request)), LONG_WAIT_SECONDS) <= timestamp(now);
  if (isLong) await noteDelay(dependencies, request, reason, now);
  return { next: "hold", until: nextTurnAt(request, now) };
};

/**
 * Somebody else removes, this request's access among the rest: looks again after about as long as it has waited
 * already, within 5 to 90 seconds, and not all at once. After a burst's few minutes, within 15 minutes, as other attempts.
 */
const nextTurnAt = (request: RequestIn<"revoking">, now: Date): Timestamp => {
  const began = request.delay?.attemptsSince ?? lastChangeOf(request);
  const waitedSeconds = (now.getTime() - new Date(began).getTime()) / 1000;
  const longest = waitedSeconds < LONG_WAIT_SECONDS ? 90 : 900;
  const seconds = Math.min(longest, Math.max(5, waitedSeconds));
  return secondsAfter(
    wholeSecondAfter(now),
    seconds / 2 + spread(`${request.id} ${timestamp(now)}`, seconds / 2),
  );
};

const recorded = (requested: RequestedEntitlement, released: Outcome | undefined): RequestedEntitlement => {
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
