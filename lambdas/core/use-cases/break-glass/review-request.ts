import { SeersOfEveryRequest } from "../../contracts/roles.ts";
import type { AccessRequest, Review } from "../../domain/access-request.ts";
import { isApproverOf } from "../../domain/approval.ts";
import { isBreakGlass, isOwnUse, isReviewable, isWatcherOf, REVIEWS } from "../../domain/break-glass.ts";
import { DomainError } from "../../domain/errors.ts";
import { commonOf, evolve, type Occasion } from "../../domain/evolve.ts";
import { timestamp, type GroupId, type RequestId } from "../../domain/ids.ts";
import type { Person } from "../../domain/principal.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessRequestStore } from "../../ports/stores.ts";
import { isReplay, withAnswered, type Idempotency } from "../idempotency.ts";
import { notFound, relevantMemberships, type PartyDependencies } from "../party-to-request.ts";
import { persistOrReread, type Decided } from "../persist.ts";

export interface ReviewDependencies extends PartyDependencies {
  readonly requests: AccessRequestStore;
  readonly clock: Pick<Clock, "now">;
}

interface ReviewInput extends Pick<Review, "outcome" | "comment"> {
  readonly caller: Person;
  readonly requestId: RequestId;
  readonly idempotency?: Idempotency;
}

/**
 * Records what somebody else makes of access in an emergency that is over, once. Who watches was fixed when it was asked for;
 * who is a member of a watching group, an auditor or an administrator is asked of the directory now.
 */
export const reviewRequest =
  (dependencies: ReviewDependencies) =>
  (input: ReviewInput): Promise<AccessRequest> =>
    persistOrReread(dependencies.requests, input.requestId, async (request) => {
      if (request === undefined) throw notFound(input.requestId);
      if (isReplay(request, input.idempotency)) return { done: request };
      const memberships = await relevantMemberships(dependencies.directory, request, input.caller);
      await assertMayReview(dependencies, request, input.caller, memberships);
      return reviewOf(request, input, dependencies.clock.now());
    });

/** Throws DomainError `not-found` for strangers, `review-not-needed` and `self-review` for those who see the request. */
const assertMayReview = async (
  { rolesOf }: Pick<ReviewDependencies, "rolesOf">,
  request: AccessRequest,
  caller: Person,
  memberships: ReadonlySet<GroupId>,
): Promise<void> => {
  const reviews =
    isWatcherOf(request, caller.userId, memberships) || (await rolesOf(caller, SeersOfEveryRequest)).size > 0;
  const sees =
    reviews ||
    request.requester.userId === caller.userId ||
    isApproverOf(request, caller.userId, memberships);
  if (!sees) throw notFound(request.id);
  if (!isBreakGlass(request)) {
    throw new DomainError(
      "review-not-needed",
      "This request was no emergency: it was decided on as its access flow says, and there is nothing to review.",
    );
  }
  if (isOwnUse(request, caller.userId, memberships)) {
    throw new DomainError(
      "self-review",
      "You asked for this access, or it was yours: one of its watchers, an auditor or an administrator who is neither has to review it.",
    );
  }
  // Whoever approves an emergency does not exist: what sees it as one is no reviewer.
  if (!reviews) throw notFound(request.id);
};

/** Throws DomainError `not-over` or `already-reviewed`. */
const reviewOf = (request: AccessRequest, input: ReviewInput, now: Date): Decided => {
  if (!isReviewable(request)) {
    throw new DomainError(
      "not-over",
      `This request is ${request.status}; what was done with the access can be reviewed when it is over. To end it now, an administrator calls POST /requests/{id}/revoke.`,
    );
  }
  if (request.review !== undefined) {
    const { by, at, outcome } = request.review;
    throw new DomainError(
      "already-reviewed",
      `${by.userName} reviewed this at ${at}, and found it ${outcome}: a review is written once.`,
    );
  }
  const { caller, outcome, comment } = input;
  const review = { by: caller, at: timestamp(now), outcome, comment };
  const common = {
    ...commonOf(request),
    ended: request.ended,
    review,
    answered: withAnswered(request, input.idempotency),
  };
  const occasion: Occasion = {
    actor: { type: "user", userId: caller.userId },
    now,
    details: { outcome, comment },
  };
  const name = REVIEWS[request.status];
  switch (request.status) {
    case "ended": {
      const draft = { ...common, ...momentsOf(request), expiresAt: request.expiresAt };
      return { name, next: evolve("AccessReviewed", request, draft, occasion) };
    }
    case "failed": {
      const draft = { ...common, ...momentsOf(request) };
      return { name, next: evolve("FailedAccessReviewed", request, draft, occasion) };
    }
    case "cancelled":
      return { name, next: evolve("CancelledAccessReviewed", request, common, occasion) };
  }
};

const momentsOf = ({
  activeAt,
  expiresAt,
}: Pick<Extract<AccessRequest, { status: "failed" }>, "activeAt" | "expiresAt">) => ({
  ...(activeAt === undefined ? {} : { activeAt }),
  ...(expiresAt === undefined ? {} : { expiresAt }),
});
