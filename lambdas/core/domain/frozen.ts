import type { AccessRequest, Approval, AskedExtension, RequestIn } from "./access-request.ts";
import { hashOf } from "./hash.ts";

type Deciders = Pick<
  Approval,
  "steps" | "requesterCanApproveSelf" | "sameApproverInSeveralSteps" | "unconfirmedEditors"
>;

/** Who decides, and who of these does not. What approvals did not have at first is not there: older ones keep the hash that they had. */
const decidersOf = (approval: Deciders) => ({
  steps: approval.steps,
  requesterCanApproveSelf: approval.requesterCanApproveSelf,
  ...(approval.unconfirmedEditors === undefined ? {} : { unconfirmedEditors: approval.unconfirmedEditors }),
  ...(approval.sameApproverInSeveralSteps === undefined
    ? {}
    : { sameApproverInSeveralSteps: approval.sameApproverInSeveralSteps }),
});

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
  > & { readonly approval: Deciders },
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
    ...decidersOf(request.approval),
    // What requests did not have at first is not there: those that were frozen before have the hash that they had.
    ...(request.ticket === undefined ? {} : { ticket: request.ticket }),
    ...(request.atStart === undefined ? {} : { atStart: request.atStart }),
    ...(request.breakGlass === undefined ? {} : { breakGlass: request.breakGlass }),
    ...(request.automatic === undefined ? {} : { automatic: request.automatic }),
    ...(request.timeframe === undefined ? {} : { timeframe: request.timeframe }),
  });

/**
 * Hash of what the approvers of more time are shown: whose access goes on, from which expiry, for how long, why, and under which
 * version of its access flow they decide.
 */
export const frozenExtensionHash = (
  request: Pick<
    RequestIn<"active">,
    "id" | "requester" | "principal" | "entitlements" | "flow" | "expiresAt"
  >,
  extension: Pick<AskedExtension, "by" | "duration" | "durationSeconds" | "justification" | "askedAt"> & {
    readonly approval: Deciders;
  },
  flowVersion: number,
): string =>
  hashOf({
    id: request.id,
    requester: request.requester,
    principal: request.principal,
    entitlements: request.entitlements.map(({ entitlement }) => entitlement),
    flow: { name: request.flow.name, version: flowVersion },
    expiresAt: request.expiresAt,
    by: extension.by,
    duration: extension.duration,
    durationSeconds: extension.durationSeconds,
    justification: extension.justification,
    askedAt: extension.askedAt,
    ...decidersOf(extension.approval),
  });

/** Whether more time that waits is still what was asked for; of what was asked for before that was kept nobody can tell. */
export const isExtensionAsAsked = (
  request: Parameters<typeof frozenExtensionHash>[0],
  extension: AskedExtension,
): boolean =>
  extension.frozen === undefined ||
  extension.frozen.hash === frozenExtensionHash(request, extension, extension.frozen.flowVersion);
