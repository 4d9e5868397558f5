import { partyKey, type PartyKey } from "./access-flow.ts";
import type { AccessRequest, RequestIn } from "./access-request.ts";
import { secondsAfter, timestamp, type AccountId, type GroupId, type Timestamp, type UserId } from "./ids.ts";
import { includesPerson } from "./person-rule.ts";
import type { TransitionName } from "./transitions.ts";

/*
 * Access at once, in an emergency: nobody decides on it before, so that somebody has to afterwards. Every such request is
 * to be reviewed once it is over, whatever came of it: one that was cancelled, or that AWS granted nothing of, was
 * asked for past everybody all the same.
 */

/** A request that was made in an emergency. */
export type BreakGlassRequest = AccessRequest & {
  readonly breakGlass: NonNullable<AccessRequest["breakGlass"]>;
};

export const isBreakGlass = (request: AccessRequest): request is BreakGlassRequest =>
  request.breakGlass !== undefined;

/** The transition by which a request in this status is reviewed: it is over, and stays as it is. */
export const REVIEWS = {
  ended: "AccessReviewed",
  failed: "FailedAccessReviewed",
  cancelled: "CancelledAccessReviewed",
} as const satisfies Partial<Record<AccessRequest["status"], TransitionName>>;

/** Whether the request has come to where it is reviewed. */
export const isReviewable = (request: AccessRequest): request is RequestIn<keyof typeof REVIEWS> =>
  request.status in REVIEWS;

/** Nobody has reviewed it yet, whether it is over or not. */
export const isUnreviewed = (request: AccessRequest): request is BreakGlassRequest =>
  isBreakGlass(request) && !(isReviewable(request) && request.review !== undefined);

/**
 * Until when it has to be reviewed: counted from its end, which while it is not over is what was planned, so that the moment
 * may still move.
 */
export const reviewBy = (request: BreakGlassRequest): Timestamp =>
  secondsAfter(endOf(request), request.breakGlass.reviewWithinSeconds);

const endOf = (request: AccessRequest): Date => {
  if ("ended" in request) return new Date(request.ended.at);
  if ("expiresAt" in request) return new Date(request.expiresAt);
  return new Date(secondsAfter(new Date(request.createdAt), request.durationSeconds));
};

/** It is over, and was not reviewed in time. What is not over yet cannot be reviewed, and is late for other reasons. */
export const isReviewOverdue = (request: AccessRequest, now: Date): request is BreakGlassRequest =>
  isUnreviewed(request) && isReviewable(request) && reviewBy(request) <= timestamp(now);

/** The groups that reviewing a request needs the caller's membership in, beside the one that has the access. */
export const watcherGroupsOf = ({ breakGlass }: AccessRequest): readonly GroupId[] =>
  (breakGlass?.watchers ?? []).flatMap((party) => (party.type === "group" ? [party.id] : []));

/** Whether the person is one of the watchers whom the access flow named when the request was made. */
export const isWatcherOf = (
  { breakGlass }: AccessRequest,
  person: UserId,
  memberships: ReadonlySet<GroupId>,
): boolean => (breakGlass?.watchers ?? []).some((party) => includesPerson(party, person, memberships));

/** So many members of a group are remembered with its emergency: some 40 bytes each. */
export const MEMBERS_KEPT = 100;

/** Whether the person would review what they asked for, or what they got, then or now. */
export const isOwnUse = (
  { requester, principal, breakGlass }: AccessRequest,
  person: UserId,
  memberships: ReadonlySet<GroupId>,
): boolean =>
  requester.userId === person ||
  breakGlass?.members?.includes(person) === true ||
  (principal.type === "USER" ? principal.id === person : memberships.has(principal.id));

/** What events tell of it: where, who is to look at it, and by when. Ids only. */
export interface BreakGlassNotice {
  readonly accountIds: readonly AccountId[];
  readonly watchers: readonly PartyKey[];
  readonly reviewBy: Timestamp;
}

export const noticeOf = (request: BreakGlassRequest): BreakGlassNotice => ({
  accountIds: [...new Set(request.entitlements.map(({ entitlement }) => entitlement.accountId))],
  watchers: request.breakGlass.watchers.map(partyKey),
  reviewBy: reviewBy(request),
});
