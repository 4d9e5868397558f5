import type { RequestApprover, RequestStep } from "../../core/domain/approval-step.ts";
import { currentStepIndex, nextEscalation } from "../../core/domain/approval.ts";
import {
  isBreakGlass,
  isReviewable,
  reviewBy,
  type BreakGlassRequest,
} from "../../core/domain/break-glass.ts";
import { durationText } from "../../core/domain/duration.ts";
import type { RequestView, StepView } from "../../core/contracts/http/requests.ts";
import {
  isOver,
  type AccessRequest,
  type Approval,
  type AskedExtension,
  type Decision,
  type Extension,
  type RequestedEntitlement,
} from "../../core/domain/access-request.ts";
import type { Entitlement } from "../../core/domain/entitlement.ts";
import type { Timestamp } from "../../core/domain/ids.ts";
import { plainReason } from "../../core/domain/plain-reason.ts";
import type { Provider } from "../../core/ports/provider.ts";
import { removalView } from "./removal-view.ts";
import { sessionsView } from "./sessions-view.ts";

/** How access of each kind is used, once it is there. */
export type Instructions = Readonly<Record<Entitlement["provider"], Provider["instructions"]>>;

/**
 * A request as its parties see it: every field is chosen, so that none of the item's own bookkeeping gets out.
 * `customAccessDetails` is what the integration that the access is in says of using it.
 */
export const requestView =
  (instructions: Instructions) =>
  (request: AccessRequest, customAccessDetails?: string): RequestView => ({
    id: request.id,
    status: request.status,
    requester: request.requester,
    principal: request.principal,
    entitlements: request.entitlements.map(entitlementView),
    flow: request.flow.name,
    ...(request.automatic === undefined ? {} : { origin: "automatic" as const }),
    duration: request.duration,
    justification: request.justification,
    ...(request.ticket === undefined ? {} : { ticket: request.ticket }),
    createdAt: request.createdAt,
    ...momentsOf(request),
    approval: approvalView(
      request.approval,
      request.status === "pending" ? { deadline: request.deadline } : {},
    ),
    ...(isBreakGlass(request) ? breakGlassView(request) : {}),
    ...extensionsView(request),
    ...sessionsView(request),
    ...removalView(request),
    ...(isOver(request) ? { ended: endedView(request) } : {}),
    ...(request.status === "active"
      ? { instructions: instructionsView(request, instructions, customAccessDetails) }
      : {}),
    version: request.version,
  });

export const entitlementView = (requested: RequestedEntitlement): RequestView["entitlements"][number] => ({
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

const approvalView = (
  approval: Approval,
  waiting: { readonly deadline?: Timestamp },
): RequestView["approval"] => {
  const { steps, decisions, automatically, reasonRequired } = approval;
  const escalatesAt = waiting.deadline === undefined ? undefined : nextEscalation(approval);
  return {
    ...waiting,
    ...(escalatesAt === undefined ? {} : { escalatesAt }),
    ...(automatically === undefined ? {} : { automatically }),
    ...(reasonRequired === undefined ? {} : { reasonRequired }),
    ...(waiting.deadline === undefined || steps.length < 2
      ? {}
      : { currentStep: currentStepIndex(approval) + 1 }),
    steps: steps.map(stepView),
    decisions: decisions.map(decisionView),
  };
};

/** A step as whoever may read of it sees it. */
export const stepView = (step: RequestStep): StepView => ({
  ...("anyOf" in step ? { anyOf: step.anyOf.map(approverView) } : { allOf: step.allOf.map(approverView) }),
  within: durationText(step.withinSeconds),
  ...(step.escalation === undefined
    ? {}
    : {
        escalation: {
          after: durationText(step.escalation.afterSeconds),
          tiers: step.escalation.tiers.map((tier) => ({ anyOf: tier.map(approverView) })),
        },
      }),
});

const approverView = (approver: RequestApprover): NonNullable<StepView["anyOf"]>[number] => {
  switch (approver.type) {
    case "user":
    case "group":
      return approver;
    case "manager":
      return { type: "manager", id: approver.user.id, name: approver.user.name };
    case "owner":
      return {
        type: "owner",
        of: approver.of.map(({ anyOf, targets, because }) => ({ anyOf, entitlements: targets, because })),
      };
    case "nobody":
      return { type: approver.as, nobody: true, because: approver.because };
  }
};

const decisionView = ({
  by,
  decision,
  reason,
  at,
}: Decision): RequestView["approval"]["decisions"][number] => ({
  by,
  decision,
  ...(reason === undefined ? {} : { reason }),
  at,
});

const extensionsView = (request: AccessRequest): Pick<RequestView, "extension" | "extensions"> => {
  const waiting = request.status === "active" ? request.extension : undefined;
  return {
    ...(waiting === undefined
      ? {}
      : {
          extension: {
            ...askedView(waiting),
            askedAt: waiting.askedAt,
            approval: approvalView(waiting.approval, { deadline: waiting.deadline }),
          },
        }),
    ...(request.extensions === undefined ? {} : { extensions: request.extensions.map(extensionView) }),
  };
};

/** What was promised of access in an emergency, and what somebody else made of it afterwards. */
export const breakGlassView = (
  request: BreakGlassRequest,
): { readonly breakGlass: NonNullable<RequestView["breakGlass"]> } & Pick<RequestView, "review"> => {
  const { reviewWithinSeconds, watchers } = request.breakGlass;
  return {
    breakGlass: {
      reviewWithin: durationText(reviewWithinSeconds),
      reviewBy: reviewBy(request),
      watchers: [...watchers],
    },
    ...(isReviewable(request) && request.review !== undefined ? { review: request.review } : {}),
  };
};

const askedView = ({ by, duration, justification }: AskedExtension | Extension) => ({
  by,
  duration,
  justification,
});

const extensionView = (extension: Extension): NonNullable<RequestView["extensions"]>[number] => ({
  ...askedView(extension),
  at: extension.at,
  expiresAt: extension.expiresAt,
  decisions: extension.decisions.map(decisionView),
});

/** Why a grant failed is the provider's word; every other message is a person's, or Lockstep's own. */
const endedView = ({ ended }: { readonly ended: Ended }): NonNullable<RequestView["ended"]> =>
  ended.reason === "grant-failed" && ended.message !== undefined
    ? { ...ended, message: plainReason(ended.message) }
    : ended;

type Ended = Extract<AccessRequest, { readonly status: "ended" }>["ended"];

const instructionsView = (
  { entitlements }: AccessRequest,
  instructions: Instructions,
  customAccessDetails: string | undefined,
): NonNullable<RequestView["instructions"]> =>
  entitlements
    .filter(({ status }) => status === "granted")
    .map(({ entitlement, accountName: account, permissionSetName: permissionSet }) => {
      const { portalUrl, awsProfile, steps } = instructions[entitlement.provider](entitlement, {
        account,
        permissionSet,
      });
      return {
        account,
        permissionSet,
        portalUrl,
        awsProfile,
        steps: [...steps],
        ...(customAccessDetails === undefined ? {} : { customAccessDetails }),
      };
    });
