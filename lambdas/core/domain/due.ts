import { nextLook } from "./approval.ts";
import type { ExecutionInput } from "../contracts/workflow.ts";
import { isOver, type AccessRequest, type RequestIn, type Status } from "./access-request.ts";
import { isReviewable, isUnreviewed, reviewBy } from "./break-glass.ts";
import { goneSince } from "./delay.ts";
import { UNCERTAIN_SECONDS } from "./entitlement.ts";
import { secondsAfter, timestamp, type Timestamp } from "./ids.ts";

/*
 * When somebody must have got on with a request, and what the sweep does when nobody has: the second rule for every
 * status that a machine or a person is to move, beside the machine itself (docs/workflow.md).
 */

/** After a change, its trail is looked at once; the stream needs a second or two to record it. */
const TRAIL_AFTER_SECONDS = 120;

/**
 * How long the workflow may take to do what is due, before the sweep thinks that nobody is at it. A grant
 * waits some minutes for its calls in a burst, an attempt to grant is repeated by its own execution for about 18 minutes,
 * and a revoke waits some minutes for its turn: a second execution does no harm there, and no good either.
 */
const GRACE_SECONDS: Readonly<Record<Exclude<Status, OverStatus>, number>> = {
  pending: 60,
  approved: 300,
  scheduled: 300,
  granting: 900,
  active: 60,
  revoking: 300,
  stuck: 0,
};

type OverStatus = "rejected" | "cancelled" | "lapsed" | "ended" | "failed";

/** An execution tries for 24 hours by itself; a new one every hour does no harm, and leaves no longer hole. */
const LONGEST_PAUSE_SECONDS = 3600;

/** The sweep's own rhythm: looking sooner again makes no sense. Two looks at one request are at least so far apart. */
export const SHORTEST_PAUSE_SECONDS = 300;

const lastChange = (request: AccessRequest): Date => new Date(request.trail.at(-1)?.at ?? request.createdAt);

/** The moment at which the workflow begins what is next for the request. */
const nextMoment = (request: Exclude<AccessRequest, { status: OverStatus }>): Date => {
  switch (request.status) {
    case "pending":
      return new Date(nextLook(request));
    case "scheduled":
      return new Date(request.startAt);
    case "active":
      return new Date(request.expiresAt);
    case "revoking":
      return verifiedAt(request) ?? lastChange(request);
    case "approved":
    case "granting":
    case "stuck":
      return lastChange(request);
  }
};

/**
 * When it is looked at once more whether access that was seen gone stays so, at the latest; undefined for what was not
 * seen gone yet. Nothing is late until then.
 */
const verifiedAt = (request: RequestIn<"revoking">): Date | undefined => {
  const wasSeenGone =
    request.delay === undefined && request.entitlements.some(({ status }) => status === "verifying");
  return wasSeenGone ? new Date(secondsAfter(lastChange(request), UNCERTAIN_SECONDS)) : undefined;
};

/**
 * A revoke whose attempts fail says so every half hour (use-cases/note-delay.ts), and makes the next one within 15 minutes:
 * one that has been silent for longer has nobody at it. A second execution would only take turns away from the first.
 */
const SILENT_SECONDS = 55 * 60;

const graceSeconds = (request: Exclude<AccessRequest, { status: OverStatus }>): number =>
  request.status === "revoking" && request.delay !== undefined
    ? SILENT_SECONDS
    : GRACE_SECONDS[request.status];

const overdueFrom = (request: Exclude<AccessRequest, { status: OverStatus }>): Timestamp =>
  secondsAfter(nextMoment(request), graceSeconds(request));

/** When the sweep is to look at a request that has just changed: soon, because of its trail. */
export const firstLookAt = (request: AccessRequest): Timestamp =>
  secondsAfter(lastChange(request), TRAIL_AFTER_SECONDS);

/**
 * When the sweep is to look again at a request that it has looked at `now`: when its next step is overdue; while it
 * stays so, after twice the time, so that executions do not pile up. Undefined when it is over, and nobody has to review it.
 */
export const nextLookAt = (request: AccessRequest, now: Date): Timestamp | undefined => {
  if (isOver(request)) return reviewLookAt(request, now);
  const overdue = overdueFrom(request);
  if (overdue > timestamp(now)) return overdue;
  const lateSeconds = (now.getTime() - nextMoment(request).getTime()) / 1000;
  return secondsAfter(now, Math.min(Math.max(lateSeconds, SHORTEST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS));
};

/**
 * Which look this is at something that has been late since `due` and stays so: 0 at first, another after each of the pauses that
 * nextLookAt() makes, twice as long as the one before up to an hour. For what has no next look of its own to be put off.
 */
export const lookSince = (due: Timestamp, now: Date): number => {
  const pauses = (now.getTime() - Date.parse(due)) / 1000 / SHORTEST_PAUSE_SECONDS;
  if (pauses < 1) return 0;
  if (pauses < 2 ** DOUBLINGS) return 1 + Math.floor(Math.log2(pauses));
  const longest = LONGEST_PAUSE_SECONDS / SHORTEST_PAUSE_SECONDS;
  return 1 + DOUBLINGS + Math.floor((pauses - 2 ** DOUBLINGS) / longest);
};

/** Pauses of 5, 10, 20 and 40 minutes: the next would be longer than an hour. */
const DOUBLINGS = Math.ceil(Math.log2(LONGEST_PAUSE_SECONDS / SHORTEST_PAUSE_SECONDS));

/** Who is to review an emergency is reminded every day. */
const REMINDED_EVERY_SECONDS = 24 * 3600;

/** What is over needs no execution any more; an emergency is looked at until somebody has reviewed it. */
const reviewLookAt = (request: AccessRequest, now: Date): Timestamp | undefined => {
  if (!isUnreviewed(request) || !isReviewable(request)) return undefined;
  const due = reviewBy(request);
  return due > timestamp(now) ? due : secondsAfter(now, REMINDED_EVERY_SECONDS);
};

/** Nobody has got on with it in time. */
export const isOverdue = (request: AccessRequest, now: Date): boolean =>
  !isOver(request) && overdueFrom(request) <= timestamp(now);

/** Where a new execution of a request begins. */
export const beginningOf = (
  request: Exclude<AccessRequest, { status: OverStatus }>,
): Exclude<ExecutionInput["begin"], "approval"> => {
  switch (request.status) {
    case "pending":
    case "approved":
    case "scheduled":
    case "granting":
      return "grant";
    case "active":
    case "revoking":
    case "stuck":
      return "revoke";
  }
};

/** For how long access should be gone that is not (milliseconds): 0 for any but such a request. */
export const revokeLagMilliseconds = (request: AccessRequest, now: Date): number => {
  const since = shouldBeGoneSince(request);
  return since === undefined ? 0 : Math.max(0, now.getTime() - since.getTime());
};

const shouldBeGoneSince = (request: AccessRequest): Date | undefined => {
  switch (request.status) {
    case "active":
      return new Date(request.expiresAt);
    case "revoking":
      return verifiedAt(request) ?? new Date(goneSince(request));
    case "stuck":
      return new Date(request.since ?? request.expiresAt);
    default:
      return undefined;
  }
};
