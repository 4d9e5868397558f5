import { taggedOwners, type Account, type PersonName } from "../cast.ts";
import { accountsOf, beneficiaryOf, type Ledger, type RequestAction, type SaidDecision } from "../ledger.ts";
import type { ApproverTerm, EscalationTerms, FlowTerms, StepTerms } from "../policy.ts";

/*
 * Who may decide, and whether what was said is enough: by what the administrator wrote when it was asked for, and by who
 * belonged where, managed whom and owned what when somebody decided.
 */

/** A decision, while whoever gave it was at it. */
type Said = Pick<SaidDecision, "who" | "from" | "to">;

const isOwner = (ledger: Ledger, account: Account, { who, from, to }: Said): boolean => {
  const tagged = taggedOwners[account];
  const owners = tagged === undefined ? ledger.ownersBetween(from, to) : [tagged];
  return owners.some((group) => ledger.wasIn(who, group, from, to));
};

const isApprover = (ledger: Ledger, action: RequestAction, term: ApproverTerm, said: Said): boolean => {
  const { who, from, to } = said;
  if (term === "manager") return ledger.managersOf(beneficiaryOf(action), from, to).includes(who);
  if (term === "owner") return accountsOf(action).some((account) => isOwner(ledger, account, said));
  return "user" in term ? term.user === who : ledger.wasIn(who, term.group, from, to);
};

/**
 * Every way in which some of the approvals are what the approver has to give: one, or one of an owner of each account, which
 * may be the same person's.
 */
const waysToGive = (
  { ledger, action }: Judged,
  term: ApproverTerm,
  approvals: readonly SaidDecision[],
): readonly (readonly SaidDecision[])[] => {
  if (term !== "owner")
    return approvals.filter((said) => isApprover(ledger, action, term, said)).map((said) => [said]);
  let ways: readonly (readonly SaidDecision[])[] = [[]];
  for (const account of accountsOf(action)) {
    const owners = approvals.filter((said) => isOwner(ledger, account, said));
    ways = ways.flatMap((way) =>
      owners.map((owner) => (way.some(({ who }) => who === owner.who) ? way : [...way, owner])),
    );
  }
  return ways;
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

/** Whether the tier was open by the end of the decision. */
const isOpen = (
  { clocksOff }: Judged,
  escalation: EscalationTerms | undefined,
  tier: number,
  { to }: Said,
  begun: number,
): boolean =>
  // The step's begin and the decision may each be told by another clock.
  escalation !== undefined && to + 2 * clocksOff >= opensAt(escalation, tier, begun);

/** Whether the person is of a tier of the step that was open by the end of the decision. */
const isOfOpenTier = (judged: Judged, { escalation }: StepTerms, said: Said, begun: number): boolean =>
  escalation !== undefined &&
  escalation.tiers.some(
    (tier, index) =>
      isOpen(judged, escalation, index, said, begun) &&
      tier.some((term) => isApprover(judged.ledger, judged.action, term, said)),
  );

/** Every way in which an approver of a tier gives what they have to, with somebody among them who spoke when it was open. */
const waysByTier = (
  judged: Judged,
  { escalation }: StepTerms,
  approvals: readonly SaidDecision[],
  begun: number,
): readonly (readonly SaidDecision[])[] =>
  (escalation?.tiers ?? []).flatMap((tier, index) =>
    tier
      .flatMap((term) => waysToGive(judged, term, approvals))
      .filter((way) => way.some((said) => isOpen(judged, escalation, index, said, begun))),
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
  const others =
    step.needs === "any"
      ? step.approvers.flatMap((term) => waysToGive(judged, term, approvals))
      : together(judged, step.approvers, approvals, []);
  return [...waysByTier(judged, step, approvals, begun), ...others];
};

const together = (
  judged: Judged,
  [term, ...others]: readonly ApproverTerm[],
  approvals: readonly SaidDecision[],
  way: readonly SaidDecision[],
): readonly (readonly SaidDecision[])[] => {
  if (term === undefined) return [way];
  const left = approvals.filter((said) => !way.some(({ who }) => who === said.who));
  return waysToGive(judged, term, left).flatMap((given) =>
    together(judged, others, approvals, [...way, ...given]),
  );
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
