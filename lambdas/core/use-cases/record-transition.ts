import type { AccessRequest } from "../domain/access-request.ts";
import { openApprovalOf, partiesNow } from "../domain/approval.ts";
import { isBreakGlass, isReviewable, noticeOf } from "../domain/break-glass.ts";
import type { LockstepEvent, EventPublisher } from "../ports/events.ts";
import type { AuditTrail } from "../ports/stores.ts";

/**
 * Materialises one version of a request: one event on the bus, then its audit entry. Reads nothing, works in any
 * order, and a replay leaves the same entry and sends an event with the same id.
 */
export const recordTransition =
  (dependencies: RecordDependencies) =>
  async (request: AccessRequest): Promise<void> => {
    const entry = request.trail.at(-1);
    if (entry === undefined) throw new Error(`Request ${request.id} was written without an audit entry`);
    await recordEntry(dependencies)(request, entry);
  };

export interface RecordDependencies {
  readonly audit: Pick<AuditTrail, "append">;
  readonly events: EventPublisher;
}

/**
 * Records one entry of a request's trail, the newest or an earlier one that was lost on its way. The event goes first: an
 * entry that is there has been told of, and one that is missing is what the sweep looks for.
 */
export const recordEntry =
  ({ audit, events }: RecordDependencies) =>
  async (request: AccessRequest, entry: AccessRequest["trail"][number]): Promise<void> => {
    await events.publish(eventOf(request, entry));
    await audit.append(entry);
  };

/** Ids alone, and none of what people wrote. An escalation names whom it has `added`. */
const eventOf = (request: AccessRequest, entry: AccessRequest["trail"][number]): LockstepEvent => ({
  id: `${entry.requestId}.${String(entry.sequence)}`,
  type: entry.type,
  at: entry.at,
  detail: {
    version: 1,
    id: `${entry.requestId}.${String(entry.sequence)}`,
    requestId: request.id,
    requestVersion: entry.sequence,
    status: entry.status,
    requesterId: request.requester.userId,
    principalType: request.principal.type,
    principalId: request.principal.id,
    flow: request.flow.name,
    entitlements: request.entitlements.map(({ entitlement }) => ({
      provider: entitlement.provider,
      accountId: entitlement.accountId,
      permissionSetArn: entitlement.permissionSetArn,
    })),
    actor: entry.actor,
    ...("expiresAt" in request && request.expiresAt !== undefined ? { expiresAt: request.expiresAt } : {}),
    ...waitingOf(request),
    ...emergencyOf(request),
    ...(entry.details["added"] === undefined ? {} : { added: entry.details["added"] }),
  },
});

/** Whom an emergency is told to and until when they are to review it, and what came of that; the comment is for who asks. */
const emergencyOf = (request: AccessRequest): Readonly<Record<string, unknown>> => {
  if (!isBreakGlass(request)) return {};
  const review = isReviewable(request) ? request.review : undefined;
  return {
    breakGlass: noticeOf(request),
    ...(review === undefined ? {} : { review: { outcome: review.outcome } }),
  };
};

/** Until when somebody is to decide, on the request or on more time, and whom the current step asks, by id. */
const waitingOf = (request: AccessRequest): Readonly<Record<string, unknown>> => {
  const open = openApprovalOf(request);
  if (open === undefined) return {};
  const now = new Date(request.trail.at(-1)?.at ?? open.deadline);
  const approvers = partiesNow(open.approval, now).map(({ type, id }) => ({ type, id }));
  return { deadline: open.deadline, approvers };
};
