import type { FlowStep } from "../../domain/access-flow.ts";
import type { AccessRequest, Approval } from "../../domain/access-request.ts";
import {
  namesManager,
  namesOwner,
  escalatedParties,
  resolveStep,
  type RequestApprover,
  type RequestStep,
} from "../../domain/approval-step.ts";
import { beginStep, currentStepIndex, tiersOpen } from "../../domain/approval.ts";
import { DomainError } from "../../domain/errors.ts";
import { loadApprovers, type ApproverDependencies } from "./load-approvers.ts";

type Asked = Pick<AccessRequest, "requester" | "principal" | "entitlements">;

/**
 * The approval with those in the places of `owner` and `manager`, in the step that waits, who they are now: who owns what is
 * decided when somebody decides. Where what was said before is enough for that step by now, the next one begins. Nothing is looked
 * up for a step that names neither. Throws DomainError `no-approver` where nobody is left to decide the step that waited, of
 * the tiers that are open at `now` neither.
 */
export const withFreshApprovers = (
  dependencies: ApproverDependencies,
  request: Asked,
  approval: Approval,
  now: Date,
): Promise<Approval> => refreshed(dependencies, request, { approval, waited: true }, now);

/** Of a step that only begins now nobody minds that nobody may decide it yet: its tiers, and whoever owns what by then, are to come. */
const refreshed = async (
  dependencies: ApproverDependencies,
  request: Asked,
  { approval, waited }: { readonly approval: Approval; readonly waited: boolean },
  now: Date,
): Promise<Approval> => {
  const index = currentStepIndex(approval);
  const waiting = approval.steps[index];
  if (waiting === undefined) return approval;
  const written = asWritten(waiting);
  if (!namesOwner([written]) && !namesManager([written])) return approval;
  const resolved = await loadApprovers(
    dependencies,
    { approval: { steps: [written] } },
    {
      requester: request.requester.userId,
      principal: request.principal,
      targets: request.entitlements.map(({ entitlement }) => entitlement),
    },
  );
  const { step: fresh, undecidable } = resolveStep(written, resolved);
  const found = {
    ...approval,
    steps: approval.steps.map((step, place) => (place === index ? fresh : step)),
  };
  if (currentStepIndex(found) !== index) {
    return refreshed(dependencies, request, { approval: beginStep(found, now), waited: false }, now);
  }
  if (waited && undecidable !== undefined && escalatedParties(fresh, tiersOpen(found, now)).length === 0) {
    throw new DomainError(
      "no-approver",
      `Step ${String(index + 1)} of the approval has nobody who may decide now: ${undecidable}.`,
    );
  }
  return found;
};

/** The step as the flow had it: with `owner` and `manager` in the places of people. */
const asWritten = (step: RequestStep): FlowStep => {
  const { withinSeconds, escalation } = step;
  const common = {
    withinSeconds,
    ...(escalation === undefined
      ? {}
      : {
          escalation: {
            ...escalation,
            tiers: escalation.tiers.map((tier) => tier.map(approverAsWritten)),
          },
        }),
  };
  return "anyOf" in step
    ? { anyOf: step.anyOf.map(approverAsWritten), ...common }
    : { allOf: step.allOf.map(approverAsWritten), ...common };
};

const approverAsWritten = (approver: RequestApprover): FlowStepApprover => {
  switch (approver.type) {
    case "nobody":
      return { type: approver.as };
    case "user":
    case "group":
      return approver;
    case "owner":
    case "manager":
      return { type: approver.type };
  }
};

type FlowStepApprover = Extract<FlowStep, { readonly anyOf: unknown }>["anyOf"][number];
