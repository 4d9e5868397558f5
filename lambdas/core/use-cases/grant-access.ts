import type { GrantAccessOutput } from "../contracts/workflow.ts";
import type { AccessRequest, Ending, RequestedEntitlement, RequestIn } from "../domain/access-request.ts";
import type { Actor } from "../domain/audit.ts";
import { RetryableError } from "../domain/errors.ts";
import { commonOf, evolve } from "../domain/evolve.ts";
import { frozenHash } from "../domain/frozen.ts";
import {
  earlierOf,
  laterOf,
  secondsAfter,
  timestamp,
  wholeSecondAfter,
  type RequestId,
  type Timestamp,
} from "../domain/ids.ts";
import { isWithin, timeframeWords } from "../domain/timeframe.ts";
import type { Clock } from "../ports/clock.ts";
import { spread } from "../domain/spread.ts";
import type { Providers, SharedAdmission } from "../ports/provider.ts";
import type { EntitlementStore } from "../ports/stores.ts";
import { acquire, type Acquired } from "./entitlements.ts";
import type { WhyNotBegin } from "./evaluation/judge-at-start.ts";
import { inBatches } from "./in-batches.ts";
import { persist, persistOrRetry } from "./persist.ts";
import { whyRuledOut, type GrantSettings } from "./ruled-out.ts";
import { holdUntilExpiry, waitForDecision, type WaitingDependencies } from "./wait-for-decision.ts";

interface Dependencies extends GrantSettings, WaitingDependencies {
  readonly entitlements: EntitlementStore;
  readonly providers: Providers;
  readonly admission: Pick<SharedAdmission, "setApart">;
  /** Asked of what was asked for ahead alone, when it is about to begin. */
  readonly whyNotBegin: WhyNotBegin;
  readonly clock: Clock;
}

/** A request's entitlements are granted so many at a time: enough to be quick, few enough for sso-admin's 20 requests a second. */
const AT_A_TIME = 5;

/** A usual grant looks, creates, and looks how that ended. */
const CALLS_PER_GRANT = 3;

/**
 * When others' grants are before it, a request asks again after about as long as it has waited already: within seconds
 * behind a few, within a minute behind hundreds. Looks more often than that would fill a young account's ten invocations.
 */
const SHORTEST_WAIT_SECONDS = 20;
const LONGEST_WAIT_SECONDS = 60;

const askAgainAt = (request: RequestIn<"approved" | "scheduled">, now: Date): Timestamp => {
  const lastChange = new Date(request.trail.at(-1)?.at ?? request.createdAt);
  const began = laterOf(lastChange, request.startAt === undefined ? undefined : new Date(request.startAt));
  const waitedSeconds = (now.getTime() - began.getTime()) / 1000;
  const seconds = Math.min(LONGEST_WAIT_SECONDS, Math.max(SHORTEST_WAIT_SECONDS, waitedSeconds));
  const jitter = spread(`${request.id} ${timestamp(now)}`, seconds / 2);
  return secondsAfter(wholeSecondAfter(now), seconds / 2 + jitter);
};

/** A task's look at a request: which one, and when the machine began to look. */
interface Look {
  readonly requestId: RequestId;
  readonly enteredAt: Timestamp;
}

const workflow: Actor = { type: "lockstep", name: "workflow" };

/**
 * Takes a request one step towards its access: lapses or withdraws it, schedules it, or grants it. Reads the request first and
 * decides from nothing else, so any number of invocations at any time do no harm.
 *
 * Throws RetryableError `GrantUnfinished` while some entitlement is neither granted nor refused.
 */
export const grantAccess =
  (dependencies: Dependencies) =>
  async ({ requestId, enteredAt }: Look): Promise<GrantAccessOutput> => {
    const request = await dependencies.requests.get(requestId);
    const now = laterOf(dependencies.clock.now(), new Date(enteredAt));
    switch (request?.status) {
      case "pending":
        return waitForDecision(dependencies, request, now);
      case "approved":
      case "scheduled":
        return startGrant(dependencies, request, now);
      case "granting":
        return attempt(dependencies, request);
      case "active":
        return holdUntilExpiry(dependencies, request, now);
      case "revoking":
        return { next: "revoke", until: timestamp(now) };
      case "stuck":
      case "ended":
      case "failed":
      case "rejected":
      case "cancelled":
      case "lapsed":
      case undefined:
        return { next: "end", until: timestamp(now) };
    }
  };

const startGrant = async (
  dependencies: Dependencies,
  request: RequestIn<"approved" | "scheduled">,
  now: Date,
): Promise<GrantAccessOutput> => {
  const { requests } = dependencies;
  const { startAt } = request;
  if (startAt !== undefined && now.toISOString() < startAt) {
    if (request.status === "approved") {
      const scheduled = evolve(
        "RequestScheduled",
        request,
        { ...commonOf(request), startAt },
        { actor: workflow, now },
      );
      await persistOrRetry(requests, "RequestScheduled", scheduled);
    }
    return { next: "start", until: startAt };
  }
  const refusal = refusalOf(dependencies, request, now);
  if (refusal !== undefined) return refuse(dependencies, request, now, refusal);
  // Before calls are set apart: what others could make in that time is lost where the directory does not answer.
  const notBegin = await dependencies.whyNotBegin(request, now);
  if (notBegin !== undefined) return refuse(dependencies, request, now, notBegin);
  // Before the expiry is fixed: whoever waits for AWS to have room loses nothing of their time.
  if ((await dependencies.admission.setApart(CALLS_PER_GRANT * request.entitlements.length)) === "later") {
    return { next: "start", until: askAgainAt(request, now) };
  }
  // The next whole second: nobody gets less than they asked for, and at most a second more.
  const expiresAt = earlierOf(
    secondsAfter(wholeSecondAfter(now), request.durationSeconds),
    request.automatic?.until,
  );
  const granting = evolve(
    "GrantStarted",
    request,
    { ...commonOf(request), expiresAt },
    { actor: workflow, now, details: { expiresAt } },
  );
  return attempt(dependencies, await persistOrRetry(requests, "GrantStarted", granting));
};

const refuse = async (
  { requests }: Dependencies,
  request: RequestIn<"approved" | "scheduled">,
  now: Date,
  message: string,
): Promise<GrantAccessOutput> => {
  const ended = { reason: "refused", at: timestamp(now), message } as const;
  const occasion = { actor: workflow, now, details: { message } };
  const refused = evolve("RequestRefused", request, { ...commonOf(request), ended }, occasion);
  await persistOrRetry(requests, "RequestRefused", refused);
  return { next: "end", until: ended.at };
};

/** Why a request that was approved must not be granted after all: the settings may have changed since, or the time is over. */
const refusalOf = (
  settings: GrantSettings,
  request: RequestIn<"approved" | "scheduled">,
  now: Date,
): string | undefined => {
  if (frozenHash(request) !== request.frozen) return "the request is not what was approved";
  const { timeframe, flow } = request;
  if (timeframe !== undefined && !isWithin(timeframe, now)) {
    return `access flow ${flow.name} lets access begin ${timeframeWords(timeframe)}, and it would have begun at ${timestamp(now)}`;
  }
  if (request.automatic !== undefined && request.automatic.until <= timestamp(now))
    return `it was to end by ${request.automatic.until}, before it could begin`;
  return whyRuledOut(settings, request, request.durationSeconds);
};

/** Works through all entitlements, to the end of each: compensation never starts while one is in flight. */
const attempt = async (
  dependencies: Dependencies,
  request: RequestIn<"granting">,
): Promise<GrantAccessOutput> => {
  const { clock } = dependencies;
  if (request.revocation !== undefined || clock.now().toISOString() >= request.expiresAt) {
    return { next: "revoke", until: timestamp(clock.now()) };
  }
  const take = acquire(dependencies);
  const outcomes = await inBatches(request.entitlements, AT_A_TIME, ({ entitlement }) =>
    take({ id: request.id, expiresAt: request.expiresAt, entitlement }),
  );
  const refusal = outcomes.find((outcome) => outcome.outcome === "refused");
  const unfinished = outcomes.find((outcome) => outcome.outcome === "unfinished");
  if (refusal === undefined && unfinished !== undefined) {
    throw new RetryableError("GrantUnfinished", unfinished.reason);
  }
  const entitlements = request.entitlements.map((requested, index) => recorded(requested, outcomes[index]));
  return settle(dependencies, request, { entitlements, refusal: refusal?.reason });
};

/** What an attempt came to, when all of it has ended. */
interface Attempted {
  readonly entitlements: RequestedEntitlement[];
  readonly refusal: string | undefined;
}

/** A person may ask for the end while the attempt's outcome is written; more than one lost race is another fault. */
const RACES = 3;

/**
 * Writes down how every entitlement came out, in the transition that follows from it: active, or taken back at once
 * because AWS refused a part, the end was asked for meanwhile, or the time is over.
 */
const settle = async (
  { requests, clock }: Dependencies,
  attempted: RequestIn<"granting">,
  { entitlements, refusal }: Attempted,
): Promise<GrantAccessOutput> => {
  let request: AccessRequest | undefined = attempted;
  for (let race = 0; race < RACES && request?.status === "granting"; race += 1) {
    const now = clock.now();
    const { expiresAt } = request;
    const common = { ...commonOf(request), entitlements, expiresAt };
    const ending = endingOf(request, refusal, now);
    if (ending === undefined) {
      const details = { standing: entitlements.filter(({ standing }) => standing).length };
      const draft = { ...common, activeAt: timestamp(now) };
      const active = evolve("AccessGranted", request, draft, { actor: workflow, now, details });
      if ((await persist(requests, "AccessGranted", active)) === "written")
        return { next: "hold", until: expiresAt };
    } else {
      const details = {
        reason: ending.reason,
        ...(ending.message === undefined ? {} : { message: ending.message }),
      };
      const draft = { ...common, ending };
      const revoking = evolve("RevocationStarted", request, draft, { actor: workflow, now, details });
      if ((await persist(requests, "RevocationStarted", revoking)) === "written") {
        return { next: "revoke", until: timestamp(now) };
      }
    }
    request = await requests.get(attempted.id);
  }
  throw new RetryableError("ConcurrentModification", `Request ${attempted.id} changed while its grant ended`);
};

/** Why the access must not become active; undefined when it may. */
const endingOf = (
  request: RequestIn<"granting">,
  refusal: string | undefined,
  now: Date,
): Ending | undefined => {
  if (request.revocation !== undefined) return request.revocation;
  if (refusal !== undefined) return { reason: "grant-failed", message: refusal };
  if (now.toISOString() < request.expiresAt) return undefined;
  return { reason: "grant-failed", message: "the grant took longer than the access was to last" };
};

const recorded = (requested: RequestedEntitlement, outcome: Acquired | undefined): RequestedEntitlement => {
  switch (outcome?.outcome) {
    case "granted":
      return { ...requested, status: "granted", standing: outcome.standing };
    case "refused":
      return { ...requested, status: "failed", message: outcome.reason };
    case "unfinished":
    case undefined:
      return requested;
  }
};
