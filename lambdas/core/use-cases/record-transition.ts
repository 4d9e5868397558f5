import type { AccessRequest } from "../domain/access-request.ts";
import type { LockstepEvent, EventPublisher } from "../ports/events.ts";
import type { AuditTrail } from "../ports/stores.ts";

/**
 * Materialises one version of a request: its audit entry, then one event on the bus. Reads nothing, works in any
 * order, and a replay leaves the same entry and sends an event with the same id.
 */
export const recordTransition =
  ({ audit, events }: { readonly audit: Pick<AuditTrail, "append">; readonly events: EventPublisher }) =>
  async (request: AccessRequest): Promise<void> => {
    const entry = request.trail.at(-1);
    if (entry === undefined) throw new Error(`Request ${request.id} was written without an audit entry`);
    await audit.append(entry);
    await events.publish(eventOf(request, entry));
  };

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
    ...(request.status === "pending" ? { deadline: request.deadline, approvers: approversOf(request) } : {}),
  },
});

/** Whom the current step asks, by id. */
const approversOf = (request: AccessRequest) =>
  (request.approval.steps[request.approval.decisions.length]?.anyOf ?? []).map(({ type, id }) => ({
    type,
    id,
  }));
