import { partyKey, type Party, type PartyKey } from "./access-flow.ts";
import type { AccessRequest, Approval, Decision } from "./access-request.ts";
import {
  allPartiesOf,
  escalatedParties,
  isApproved,
  isPlain,
  partiesOf,
  type RequestStep,
} from "./approval-step.ts";
import { secondsAfter, timestamp, type GroupId, type Timestamp, type UserId } from "./ids.ts";
import { includesPerson } from "./person-rule.ts";

/*
 * Who decides: one rule for a request and for more time on it. Both have an Approval of their own; the requester and
 * the beneficiaries are the same.
 */

const decisionsOn = ({ decisions }: Pick<Approval, "decisions">, step: number): readonly Decision[] =>
  decisions.filter((decision) => decision.step === step);

/**
 * Whether what was said so far decides the step. What a person was when they said it was kept with it, unless anybody's
 * approval decided the step then: who has to agree may have changed since.
 */
const isStepApproved = (step: RequestStep, decisions: readonly Decision[]): boolean => {
  const approvals = decisions.filter(({ decision }) => decision === "approve");
  if (isPlain(step) && approvals.some(({ as }) => as === undefined)) return true;
  return isApproved(
    step,
    approvals.map(({ by, as = [], tiersOpen: open = 0 }) => ({
      person: by.userId,
      as: new Set<PartyKey>(as),
      tiersOpen: open,
    })),
  );
};

/** The place of the step that is waiting for a decision: steps are decided in order. */
export const currentStepIndex = (approval: Pick<Approval, "steps" | "decisions">): number => {
  const waiting = approval.steps.findIndex(
    (step, index) => !isStepApproved(step, decisionsOn(approval, index)),
  );
  return waiting < 0 ? approval.steps.length : waiting;
};

/** The step that is waiting for a decision; undefined when all of them are approved. */
export const currentStep = (approval: Pick<Approval, "steps" | "decisions">): RequestStep | undefined =>
  approval.steps[currentStepIndex(approval)];

/** How many tiers of the step that waits are open: time opens them, whether or not anybody was told. */
export const tiersOpen = (approval: Approval, now: Date): number => {
  const escalation = currentStep(approval)?.escalation;
  if (escalation === undefined || approval.since === undefined) return 0;
  const passed = (now.getTime() - Date.parse(approval.since)) / 1000;
  return Math.max(0, Math.min(escalation.tiers.length, Math.floor(passed / escalation.afterSeconds)));
};

/** When the next tier opens whose people were not told yet; undefined: there is none. */
export const nextEscalation = (approval: Approval): Timestamp | undefined => {
  const escalation = currentStep(approval)?.escalation;
  const announced = approval.tiersAnnounced ?? 0;
  if (escalation === undefined || approval.since === undefined || announced >= escalation.tiers.length)
    return undefined;
  return secondsAfter(new Date(approval.since), (announced + 1) * escalation.afterSeconds);
};

/** When somebody has to look at what waits: a tier opens, or nobody can decide any more. */
export const nextLook = ({
  approval,
  deadline,
}: {
  readonly approval: Approval;
  readonly deadline: Timestamp;
}): Timestamp => {
  const escalates = nextEscalation(approval);
  return escalates !== undefined && escalates < deadline ? escalates : deadline;
};

/** Whether a tier is open whose people were not told yet, of what somebody can still decide. */
export const isEscalationDue = (
  { approval, deadline }: { readonly approval: Approval; readonly deadline: Timestamp },
  now: Date,
): boolean => {
  const escalates = nextEscalation(approval);
  return escalates !== undefined && escalates <= timestamp(now) && timestamp(now) < deadline;
};

/** The approval with its current step begun at `now`. */
export const beginStep = (approval: Approval, now: Date): Approval => {
  const { since: _earlier, tiersAnnounced: _told, ...rest } = approval;
  return currentStep(rest)?.escalation === undefined ? rest : { ...rest, since: timestamp(now) };
};

/** Who may decide the step that waits, now. */
export const partiesNow = (approval: Approval, now: Date): readonly Party[] => {
  const step = currentStep(approval);
  return step === undefined ? [] : [...partiesOf(step), ...escalatedParties(step, tiersOpen(approval, now))];
};

/** Whom the tiers of the step that waits add that were not announced yet, up to the first `tiers`. */
export const partiesAdded = (approval: Approval, tiers: number): readonly Party[] => {
  const step = currentStep(approval);
  if (step === undefined) return [];
  const known = new Set(
    [...partiesOf(step), ...escalatedParties(step, approval.tiersAnnounced ?? 0)].map(partyKey),
  );
  return escalatedParties(step, tiers).filter((party) => !known.has(partyKey(party)));
};

/** Which of those who may decide now the person is; kept with the decision where the step needs several people. */
export const speaksAs = (
  approval: Approval,
  person: UserId,
  memberships: ReadonlySet<GroupId>,
  now: Date,
): readonly PartyKey[] => [
  ...new Set(
    partiesNow(approval, now)
      .filter((party) => includesPerson(party, person, memberships))
      .map(partyKey),
  ),
];

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

/** Everybody whom a step of the request's, or of its waiting extension's, names. */
const namedIn = (request: AccessRequest): readonly Party[] =>
  approvalsOf(request)
    .flatMap(({ steps }) => steps)
    .flatMap(allPartiesOf);

/** The groups that deciding on a request, or on more time on it, needs the caller's membership in. */
export const groupsThatMatter = (request: AccessRequest): readonly GroupId[] => {
  const approvers = namedIn(request).flatMap((party) => (party.type === "group" ? [party.id] : []));
  return [...new Set(request.principal.type === "GROUP" ? [...approvers, request.principal.id] : approvers)];
};

export type Standing = "approver" | "requester" | "beneficiary" | "editor" | "none";

/**
 * What a person is to the step: a requester or beneficiary never decides, unless the flow said so when it was asked for; nor
 * does an approver who wrote what it was asked for under, and whom nobody has confirmed by then.
 */
export const standingOf = (
  { requester, principal }: Pick<AccessRequest, "requester" | "principal">,
  approval: Approval,
  person: UserId,
  memberships: ReadonlySet<GroupId>,
  now: Date,
): Standing => {
  const named = speaksAs(approval, person, memberships, now).length > 0;
  if (named && approval.unconfirmedEditors?.includes(person) === true) return "editor";
  if (approval.requesterCanApproveSelf) return named ? "approver" : "none";
  if (requester.userId === person) return "requester";
  const benefits = principal.type === "USER" ? principal.id === person : memberships.has(principal.id);
  if (benefits) return "beneficiary";
  return named ? "approver" : "none";
};

/** Whether the person has said already what they may say: on any step, unless one person may decide several. */
export const hasDecided = (approval: Approval, person: UserId): boolean => {
  const step = currentStepIndex(approval);
  return approval.decisions.some(
    (decision) =>
      decision.by.userId === person &&
      (approval.sameApproverInSeveralSteps !== true || decision.step === step),
  );
};

/** Whether the person is an approver of any step, of the request's or of its waiting extension's, now. */
export const isApproverOf = (
  request: AccessRequest,
  person: UserId,
  memberships: ReadonlySet<GroupId>,
): boolean => namedIn(request).some((party) => includesPerson(party, person, memberships));

/** Whether the person was asked, for the request or for its waiting extension, when that was made. */
export const wasAsked = (request: AccessRequest, person: UserId): boolean =>
  approvalsOf(request).some(({ asked }) => asked.includes(person));
