import { taggedOwners, type PersonName } from "../cast.ts";
import { beneficiaryOf, type Ledger, type RequestAction, type SaidDecision } from "../ledger.ts";
import type { ApproverTerm, EscalationTerms, FlowTerms, StepTerms } from "../policy.ts";

/*
 * Who may decide, and whether what was said is enough: by what the administrator wrote when it was asked for, and by who
 * belonged where, managed whom and owned what when somebody decided.
 */

/** A decision, while whoever gave it was at it. */
type Said = Pick<SaidDecision, "who" | "from" | "to">;

const isApprover = (
  ledger: Ledger,
  action: RequestAction,
  term: ApproverTerm,
  { who, from, to }: Said,
): boolean => {
  if (term === "manager") return ledger.managersOf(beneficiaryOf(action), from, to).includes(who);
  if (term === "owner") {
    const tagged = taggedOwners[action.account];
    const owners = tagged === undefined ? ledger.ownersBetween(from, to) : [tagged];
    return owners.some((group) => ledger.wasIn(who, group, from, to));
  }
  return "user" in term ? term.user === who : ledger.wasIn(who, term.group, from, to);
};

/** Whoever would get the access, or asks for it. */
export const isPartyTo = (ledger: Ledger, action: RequestAction, { who, from, to }: Said): boolean =>
  who === action.who ||
  (action.group === undefined ? who === action.forWhom : ledger.wasIn(who, action.group, from, to));

/** Whether what was said may be on the step, by its place. */
export const isOnStep = ({ step }: SaidDecision, index: number): boolean =>
  step === undefined || step === index + 1;

/** When a tier of a step opens that began at some moment; the first is number 0. */
export const opensAt = ({ afterMinutes }: EscalationTerms, tier: number, begun: number): number =>
  begun + (tier + 1) * afterMinutes * 60_000;

/** How it is judged: for whom, and how far off clocks were by which time was counted. */
export interface Judged {
  readonly ledger: Ledger;
  readonly action: RequestAction;
  readonly terms: FlowTerms;
  readonly clocksOff: number;
}

/** Whether the person is of a tier of the step that was open by the end of the decision. */
const isOfOpenTier = (
  { ledger, action, clocksOff }: Judged,
  { escalation }: StepTerms,
  said: Said,
  begun: number,
): boolean =>
  escalation !== undefined &&
  escalation.tiers.some(
    (tier, index) =>
      // The step's begin and the decision may each be told by another clock.
      said.to + 2 * clocksOff >= opensAt(escalation, index, begun) &&
      tier.some((term) => isApprover(ledger, action, term, said)),
  );

/** Whether the person may have decided the step, which began no earlier than at some moment. */
export const mayDecide = (judged: Judged, step: StepTerms, said: Said, begun: number): boolean =>
  step.approvers.some((term) => isApprover(judged.ledger, judged.action, term, said)) ||
  isOfOpenTier(judged, step, said, begun);

/** Every way in which some of the approvals decide the step; one person counts once in each. */
const waysToDecide = (
  judged: Judged,
  step: StepTerms,
  approvals: readonly SaidDecision[],
  begun: number,
): readonly (readonly SaidDecision[])[] => {
  const { ledger, action } = judged;
  const alone = approvals.filter(
    (said) =>
      isOfOpenTier(judged, step, said, begun) ||
      (step.needs === "any" && step.approvers.some((term) => isApprover(ledger, action, term, said))),
  );
  const ways: (readonly SaidDecision[])[] = alone.map((said) => [said]);
  return step.needs === "any" ? ways : [...ways, ...together(judged, step.approvers, approvals, [])];
};

const together = (
  judged: Judged,
  [term, ...others]: readonly ApproverTerm[],
  approvals: readonly SaidDecision[],
  way: readonly SaidDecision[],
): readonly (readonly SaidDecision[])[] => {
  if (term === undefined) return [way];
  return approvals
    .filter(
      (said) =>
        !way.some(({ who }) => who === said.who) && isApprover(judged.ledger, judged.action, term, said),
    )
    .flatMap((said) => together(judged, others, approvals, [...way, said]));
};

/**
 * Whether the approvals can decide all the steps, in order, of which the first began no earlier than at some moment: each
 * with people of its own, unless the flow lets one decide several.
 */
export const areDecided = (
  judged: Judged,
  approvals: readonly SaidDecision[],
  firstBegun: number,
): boolean => {
  const { steps, sameApproverInSeveralSteps } = judged.terms;
  const decide = (index: number, begun: number, used: readonly SaidDecision[]): boolean => {
    const step = steps[index];
    if (step === undefined) return true;
    const usedBy: readonly PersonName[] = used.map(({ who }) => who);
    const left = approvals.filter(
      (said) =>
        isOnStep(said, index) &&
        said.to >= begun &&
        !used.includes(said) &&
        (sameApproverInSeveralSteps === true || !usedBy.includes(said.who)),
    );
    return waysToDecide(judged, step, left, begun).some((way) =>
      decide(index + 1, Math.max(begun, ...way.map(({ from }) => from)), [...used, ...way]),
    );
  };
  return decide(0, firstBegun, []);
};
