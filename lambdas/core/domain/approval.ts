import type { FlowStep } from "./access-flow.ts";
import type { AccessRequest, RequestIn } from "./access-request.ts";
import { includesPerson } from "./evaluate.ts";
import type { GroupId, UserId } from "./ids.ts";

/** The step that is waiting for a decision: steps are decided in order, each by one approval. */
export const currentStep = (request: AccessRequest): FlowStep | undefined =>
  request.approval.steps[request.approval.decisions.filter(({ decision }) => decision === "approve").length];

/** The groups that deciding on a request needs the caller's membership in. */
export const groupsThatMatter = (request: AccessRequest): readonly GroupId[] => {
  const approvers = request.approval.steps.flatMap((step) =>
    step.anyOf.flatMap((party) => (party.type === "group" ? [party.id] : [])),
  );
  return [...new Set(request.principal.type === "GROUP" ? [...approvers, request.principal.id] : approvers)];
};

export type Standing = "approver" | "requester" | "beneficiary" | "none";

/** What a person is to the step: a requester or beneficiary never decides, unless the flow said so when the request was made. */
export const standingOf = (
  request: RequestIn<"pending">,
  person: UserId,
  memberships: ReadonlySet<GroupId>,
): Standing => {
  const step = currentStep(request);
  const named = step?.anyOf.some((party) => includesPerson(party, person, memberships)) ?? false;
  if (request.approval.requesterCanApproveSelf) return named ? "approver" : "none";
  if (request.requester.userId === person) return "requester";
  const { principal } = request;
  const benefits = principal.type === "USER" ? principal.id === person : memberships.has(principal.id);
  if (benefits) return "beneficiary";
  return named ? "approver" : "none";
};

/** Whether the person is an approver of any of the request's steps, now. */
export const isApproverOf = (
  request: AccessRequest,
  person: UserId,
  memberships: ReadonlySet<GroupId>,
): boolean =>
  request.approval.steps.some((step) =>
    step.anyOf.some((party) => includesPerson(party, person, memberships)),
  );
