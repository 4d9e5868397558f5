import { durationText } from "../../core/contracts/http/duration-text.ts";
import type { RequestView } from "../../core/contracts/http/requests.ts";
import { isOver, type AccessRequest, type RequestedEntitlement } from "../../core/domain/access-request.ts";
import type { Entitlement } from "../../core/domain/entitlement.ts";
import type { Provider } from "../../core/ports/provider.ts";

/** How access of each kind is used, once it is there. */
export type Instructions = Readonly<Record<Entitlement["provider"], Provider["instructions"]>>;

/** A request as its parties see it: every field is chosen, so that none of the item's own bookkeeping gets out. */
export const requestView =
  (instructions: Instructions) =>
  (request: AccessRequest): RequestView => ({
    id: request.id,
    status: request.status,
    requester: request.requester,
    principal: request.principal,
    entitlements: request.entitlements.map(entitlementView),
    flow: request.flow.name,
    duration: request.duration,
    justification: request.justification,
    createdAt: request.createdAt,
    ...momentsOf(request),
    approval: approvalView(request),
    ...(isOver(request) ? { ended: request.ended } : {}),
    ...(request.status === "active" ? { instructions: instructionsView(request, instructions) } : {}),
    version: request.version,
  });

const entitlementView = (requested: RequestedEntitlement): RequestView["entitlements"][number] => ({
  account: { id: requested.entitlement.accountId, name: requested.accountName },
  permissionSet: { arn: requested.entitlement.permissionSetArn, name: requested.permissionSetName },
  status: requested.status,
  standing: requested.standing,
});

const momentsOf = (request: AccessRequest): Pick<RequestView, "startAt" | "activeAt" | "expiresAt"> => ({
  ...(request.startAt === undefined ? {} : { startAt: request.startAt }),
  ...("activeAt" in request && request.activeAt !== undefined ? { activeAt: request.activeAt } : {}),
  ...("expiresAt" in request && request.expiresAt !== undefined ? { expiresAt: request.expiresAt } : {}),
});

const approvalView = (request: AccessRequest): RequestView["approval"] => ({
  ...(request.status === "pending" ? { deadline: request.deadline } : {}),
  steps: request.approval.steps.map(({ anyOf, withinSeconds }) => ({
    anyOf,
    within: durationText(withinSeconds),
  })),
  decisions: request.approval.decisions.map(({ by, decision, reason, at }) => ({
    by,
    decision,
    ...(reason === undefined ? {} : { reason }),
    at,
  })),
});

const instructionsView = (
  { entitlements }: AccessRequest,
  instructions: Instructions,
): NonNullable<RequestView["instructions"]> =>
  entitlements
    .filter(({ status }) => status === "granted")
    .map(({ entitlement, accountName: account, permissionSetName: permissionSet }) => {
      const { portalUrl, awsProfile, steps } = instructions[entitlement.provider](entitlement, {
        account,
        permissionSet,
      });
      return { account, permissionSet, portalUrl, awsProfile, steps: [...steps] };
    });
