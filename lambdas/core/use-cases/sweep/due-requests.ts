import { isOver, type AccessRequest } from "../../domain/access-request.ts";
import { isReviewOverdue } from "../../domain/break-glass.ts";
import { isOverdue, nextLookAt, revokeLagMilliseconds } from "../../domain/due.ts";
import { RetryableError } from "../../domain/errors.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EventPublisher } from "../../ports/events.ts";
import type { AuditTrail, DueRequests } from "../../ports/stores.ts";
import type { Workflow } from "../../ports/workflow.ts";
import { inBatches } from "../in-batches.ts";
import { auditGap, overdue, unreviewed } from "./findings.ts";
import { healTrail } from "./heal-trail.ts";
import { paceOf, type Pace } from "./pace.ts";
import { publishOverdueReview } from "./publish-overdue-review.ts";
import { resumeRequest } from "./resume-request.ts";
import type { Tally } from "./tally.ts";

export interface DueDependencies {
  readonly due: DueRequests;
  readonly audit: Pick<AuditTrail, "append" | "sequences">;
  readonly events: EventPublisher;
  readonly workflow: Pick<Workflow, "start">;
  readonly clock: Clock;
}

/** Requests that are read at a time, some 4 KB each. */
const PAGE = 100;

/** Looked at side by side: each takes two or three calls of DynamoDB, of some 10 ms. */
const AT_A_TIME = 10;

/**
 * New executions a second, however many requests are overdue. Each begins with a function of a few tenths of a second:
 * with 20 a second, some six run at once, and an account whose whole Lambda concurrency is 10 still answers the API.
 * After an outage of everything, 100,000 requests have their executions within 100 minutes.
 */
const RESTARTS_PER_SECOND = 20;

/** What cannot be put off now stays at the list's head. With so many of them the list is not read on: a fault has to pass. */
const MOST_LEFT = 500;

/**
 * Looks at every request that is due for a look, the longest due first: heals its trail, gives it a new execution when
 * nobody got on with it in time, reminds of an emergency that nobody has reviewed in time, and puts the next look off. All of that may be repeated, and done by two sweeps at once:
 * an entry is appended once, an execution of one name started once, a reminder has one id a day, and a request that changed meanwhile keeps the look
 * that its change asked for. What fails stays in the list, for the next sweep.
 */
export const lookAtDueRequests = (dependencies: DueDependencies) => {
  const pace = paceOf(dependencies.clock, RESTARTS_PER_SECOND);
  return async (until: Date, tally: Tally): Promise<void> => {
    const { clock, due } = dependencies;
    const left = new Set<string>();
    const failed = (defect: unknown): void => {
      tally.failed(defect);
    };
    while (clock.now() < until) {
      const page = await due.due(clock.now(), PAGE + left.size, failed);
      const fresh = page.filter(({ id }) => !left.has(id));
      if (fresh.length === 0) return;
      await inBatches(fresh, AT_A_TIME, async (request) => {
        if (!(await look(dependencies, pace, { request, until, tally }))) left.add(request.id);
      });
      if (left.size >= MOST_LEFT) {
        tally.leftOut("Too many requests could not be put right: the next sweep begins with them.");
        return;
      }
    }
    tally.leftOut("The time was over before every due request was looked at.");
  };
};

interface Look {
  readonly request: AccessRequest;
  readonly until: Date;
  readonly tally: Tally;
}

/** One request; false when it has to stay in the list. */
const look = async (
  dependencies: DueDependencies,
  pace: Pace,
  { request, until, tally }: Look,
): Promise<boolean> => {
  const { clock, due } = dependencies;
  // A part of the last batch may come after the end: it is the first of the next sweep's list.
  if (clock.now() >= until) return false;
  tally.requests.lookedAt += 1;
  try {
    await heal(dependencies, request, tally);
    const now = clock.now();
    tally.lags(revokeLagMilliseconds(request, now));
    if (!isOver(request) && isOverdue(request, now)) {
      tally.requests.overdue += 1;
      const started = (await pace(until)) && (await restarted(dependencies, request));
      tally.found(overdue(request, started ? "restarted" : "left-for-later"));
      if (!started)
        throw new RetryableError("WorkflowUnavailable", "Not every overdue request could be restarted.");
      tally.requests.restarted += 1;
    }
    if (isReviewOverdue(request, now)) {
      await publishOverdueReview(dependencies)(request);
      tally.found(unreviewed(request));
    }
    // A request that changed meanwhile is due by its change: nothing is put off then.
    await due.putOff(request, nextLookAt(request, now));
    return true;
  } catch (error) {
    tally.requests.left += 1;
    tally.failed(error);
    return false;
  }
};

const heal = async (dependencies: DueDependencies, request: AccessRequest, tally: Tally): Promise<void> => {
  const { healed, lost } = await healTrail(dependencies)(request);
  tally.trail.healed += healed.length;
  tally.trail.lost += lost.length;
  if (healed.length > 0) tally.found(auditGap(request.id, healed, "healed"));
  if (lost.length > 0) tally.found(auditGap(request.id, lost, "reported"));
};

/** Whether the request has a new execution; false while Step Functions takes none. */
const restarted = async (
  { workflow, clock }: DueDependencies,
  request: Parameters<ReturnType<typeof resumeRequest>>[0],
): Promise<boolean> => {
  try {
    await resumeRequest({ workflow })(request, clock.now());
    return true;
  } catch (error) {
    if (error instanceof RetryableError) return false;
    throw error;
  }
};
