import type { AccessRequest } from "./access-request.ts";
import { hashOf } from "./hash.ts";

/** Hash of what the approvers were shown: a request that says something else by the time of its grant is refused. */
export const frozenHash = (
  request: Pick<
    AccessRequest,
    | "id"
    | "requester"
    | "principal"
    | "entitlements"
    | "flow"
    | "durationSeconds"
    | "justification"
    | "ticket"
    | "timeframe"
    | "startAt"
    | "atStart"
    | "breakGlass"
    | "automatic"
  > & {
    readonly approval: Pick<
      AccessRequest["approval"],
      "steps" | "requesterCanApproveSelf" | "sameApproverInSeveralSteps" | "unconfirmedEditors"
    >;
  },
): string =>
  hashOf({
    id: request.id,
    requester: request.requester,
    principal: request.principal,
    entitlements: request.entitlements.map(({ entitlement }) => entitlement),
    flow: request.flow,
    durationSeconds: request.durationSeconds,
    justification: request.justification,
    startAt: request.startAt ?? null,
    steps: request.approval.steps,
    requesterCanApproveSelf: request.approval.requesterCanApproveSelf,
    // What requests did not have at first is not there: those that were frozen before have the hash that they had.
    ...(request.ticket === undefined ? {} : { ticket: request.ticket }),
    ...(request.atStart === undefined ? {} : { atStart: request.atStart }),
    ...(request.breakGlass === undefined ? {} : { breakGlass: request.breakGlass }),
    ...(request.automatic === undefined ? {} : { automatic: request.automatic }),
    ...(request.timeframe === undefined ? {} : { timeframe: request.timeframe }),
    ...(request.approval.unconfirmedEditors === undefined
      ? {}
      : { unconfirmedEditors: request.approval.unconfirmedEditors }),
    ...(request.approval.sameApproverInSeveralSteps === undefined
      ? {}
      : { sameApproverInSeveralSteps: request.approval.sameApproverInSeveralSteps }),
  });
