import type { FlowStep } from "./access-flow.ts";
import type { AccessRequest, Approval } from "./access-request.ts";
import { includesPerson } from "./evaluate.ts";
import type { GroupId, Timestamp, UserId } from "./ids.ts";

/*
 * Who decides: one rule for a request and for more time on it. Both have an Approval of their own; the requester and
 * the beneficiaries are the same.
 */

/** The step that is waiting for a decision: steps are decided in order, each by one approval. */
export const currentStep = ({ steps, decisions }: Approval): FlowStep | undefined =>
  steps[decisions.filter(({ decision }) => decision === "approve").length];

/** What somebody is to decide on now: the request itself, or more time on it. */
export interface OpenApproval {
  readonly of: "request" | "extension";
  readonly approval: Approval;
  readonly deadline: Timestamp;
  /** When the extension was asked for, which is what a decision on it names; absent for the request itself. */
  readonly askedAt?: Timestamp;
}

/** What the request waits for somebody to decide, whether or not its deadline has passed. */
export const openApprovalOf = (request: AccessRequest): OpenApproval | undefined => {
  if (request.status === "pending") {
    return { of: "request", approval: request.approval, deadline: request.deadline };
  }
  if (request.status === "active" && request.extension !== undefined) {
    const { approval, deadline, askedAt } = request.extension;
    return { of: "extension", approval, deadline, askedAt };
  }
  return undefined;
};

/** The request's own approval, and that of the extension that waits. */
const approvalsOf = (request: AccessRequest): readonly Approval[] => {
  const open = openApprovalOf(request);
  return open?.of === "extension" ? [request.approval, open.approval] : [request.approval];
};

/** The groups that deciding on a request, or on more time on it, needs the caller's membership in. */
export const groupsThatMatter = (request: AccessRequest): readonly GroupId[] => {
  const approvers = approvalsOf(request)
    .flatMap(({ steps }) => steps)
    .flatMap(({ anyOf }) => anyOf.flatMap((party) => (party.type === "group" ? [party.id] : [])));
  return [...new Set(request.principal.type === "GROUP" ? [...approvers, request.principal.id] : approvers)];
};

export type Standing = "approver" | "requester" | "beneficiary" | "none";

/** What a person is to the step: a requester or beneficiary never decides, unless the flow said so when it was asked for. */
export const standingOf = (
  { requester, principal }: Pick<AccessRequest, "requester" | "principal">,
  approval: Approval,
  person: UserId,
  memberships: ReadonlySet<GroupId>,
): Standing => {
  const step = currentStep(approval);
  const named = step?.anyOf.some((party) => includesPerson(party, person, memberships)) ?? false;
  if (approval.requesterCanApproveSelf) return named ? "approver" : "none";
  if (requester.userId === person) return "requester";
  const benefits = principal.type === "USER" ? principal.id === person : memberships.has(principal.id);
  if (benefits) return "beneficiary";
  return named ? "approver" : "none";
};

/** Whether the person is an approver of any step, of the request's or of its waiting extension's, now. */
export const isApproverOf = (
  request: AccessRequest,
  person: UserId,
  memberships: ReadonlySet<GroupId>,
): boolean =>
  approvalsOf(request)
    .flatMap(({ steps }) => steps)
    .some((step) => step.anyOf.some((party) => includesPerson(party, person, memberships)));

/** Whether the person was asked, for the request or for its waiting extension, when that was made. */
export const wasAsked = (request: AccessRequest, person: UserId): boolean =>
  approvalsOf(request).some(({ asked }) => asked.includes(person));
