import { FIRST_OWNER, type ApproverTerm, type FlowTerms, type StepTerms } from "./policy.ts";
import { groups, managers, taggedOwners, type Account, type PersonName } from "./cast.ts";
import { add, MINUTE, nearby, SECOND, type Draft, type NewRequest } from "./draft.ts";
import type { Action, When } from "./history.ts";
import { accountsOf, beneficiaryOf } from "./ledger.ts";
import type { Random } from "./random.ts";

const ownerOf = (random: Random, account: Account): PersonName =>
  random.pick<PersonName>(groups[taggedOwners[account] ?? FIRST_OWNER]);

/** Whom it takes of those whom the term means: mostly an owner of each account. */
const thoseOf = (draft: Draft, action: NewRequest, term: ApproverTerm): readonly PersonName[] =>
  term === "owner" && draft.random.chance(0.8)
    ? accountsOf(action).map((account) => ownerOf(draft.random, account))
    : [somebodyOf(draft, action, term)];

type Decide = Action & { readonly do: "decide" };

/** Somebody whom the term means, as things are when a history begins. */
const somebodyOf = ({ random }: Draft, action: NewRequest, term: ApproverTerm): PersonName => {
  if (term === "manager") return (managers[beneficiaryOf(action)] ?? "mallory") as PersonName;
  if (term === "owner") return ownerOf(random, random.pick(accountsOf(action)));
  return "user" in term ? term.user : random.pick<PersonName>(groups[term.group]);
};

/** Somebody's word: mostly on the step that they have just seen, and now and then on what they saw a while ago. */
const word = ({ random }: Draft, said: Pick<Decide, "of" | "who" | "decision">): Decide => ({
  do: "decide",
  ...said,
  ...(random.chance(0.2) ? { anyStep: true } : {}),
  ...(random.chance(0.1) ? { thinksFor: random.pick([1, 5, 30, 300]) } : {}),
});

interface Planned {
  readonly who: PersonName;
  /** After the moment at which it is all counted (milliseconds). */
  readonly by: number;
}

/** Just before a tier opens, as it does, and after. */
const TIER_TICKS = [-5 * MINUTE, -10 * SECOND, -1, 0, SECOND, 10 * SECOND, 5 * MINUTE] as const;

/** Somebody of a tier decides around when it opens; and, where that is too early, perhaps once more. */
const byTier = (
  draft: Draft,
  action: NewRequest,
  { afterMinutes, tiers }: NonNullable<StepTerms["escalation"]>,
  begin: number,
): readonly Planned[] => {
  const { random } = draft;
  const index = random.between(0, tiers.length - 1);
  const who = somebodyOf(draft, action, random.pick(tiers[index] ?? []));
  const opens = begin + (index + 1) * afterMinutes * MINUTE;
  const by = Math.max(begin, opens + random.pick(TIER_TICKS));
  const again = random.chance(0.6) ? [{ who, by: opens + random.between(5, 120) * SECOND }] : [];
  return by < opens + SECOND ? [{ who, by }, ...again] : [{ who, by }];
};

/** Who decides a step that begins by then: mostly all whom it needs, now and then fewer, or one of them twice. */
const deciders = (draft: Draft, action: NewRequest, step: StepTerms, begin: number): readonly Planned[] => {
  const { random } = draft;
  const pause = () =>
    random.chance(0.8) ? random.between(5, 300) * SECOND : random.between(5, 150) * MINUTE;
  const { needs, approvers, escalation } = step;
  if (escalation !== undefined && random.chance(0.5)) {
    // Before that, one of two may have agreed.
    const before =
      needs === "all" && random.chance(0.4)
        ? [
            {
              who: somebodyOf(draft, action, random.pick(approvers)),
              by: begin + random.between(5, 60) * SECOND,
            },
          ]
        : [];
    return [...before, ...byTier(draft, action, escalation, begin)];
  }
  const terms = needs === "any" || random.chance(0.15) ? [random.pick(approvers)] : approvers;
  let by = begin;
  return terms
    .flatMap((term) => thoseOf(draft, action, term))
    .map((who) => {
      by += pause();
      return { who, by };
    });
};

/** What is said on a request: by whom its flow names, by others at the same moment, and by some who may not. */
export const addDecisions = (draft: Draft, of: number, action: NewRequest): void => {
  const { random } = draft;
  const { steps, sameApproverInSeveralSteps } = draft.terms[action.account];
  let begin = 0;
  let first: PersonName | undefined;
  for (const step of steps) {
    for (const { who: planned, by } of deciders(draft, action, step, begin)) {
      const who: PersonName =
        first !== undefined && random.chance(sameApproverInSeveralSteps === true ? 0.5 : 0.1)
          ? first
          : planned;
      const decision = random.chance(0.94) ? "approve" : "reject";
      add(draft, { after: "made", of, by }, word(draft, { of, who, decision }));
      first ??= who;
      begin = Math.max(begin, by);
    }
    // Two approvers at the same moment, or the same one again.
    if (random.chance(0.2)) {
      const who = somebodyOf(draft, action, random.pick(step.approvers));
      const by = Math.max(0, begin + nearby(random));
      add(draft, { after: "made", of, by }, word(draft, { of, who, decision: "approve" }));
    }
  }
  // Somebody who may not: the requester's colleagues, the requester, a stranger, a later step's approver.
  if (random.chance(0.25)) {
    const who = random.pick<PersonName>([
      "alice",
      "bruno",
      "farid",
      "mallory",
      "tara",
      "zoe",
      action.who,
      beneficiaryOf(action),
    ]);
    add(
      draft,
      { after: "made", of, by: random.between(1, 200) * SECOND },
      word(draft, { of, who, decision: "approve" }),
    );
  }
};

/** Whether somebody has to agree to more time. */
export const isMoreTimeDecided = ({ steps, extensionNeedsApproval }: FlowTerms): boolean =>
  steps.length > 0 && extensionNeedsApproval;

/** What is said on more time that was asked for at a moment. */
export const addExtensionDecisions = (draft: Draft, of: number, action: NewRequest, asked: When): void => {
  const { random } = draft;
  const terms = draft.terms[action.account];
  if (!isMoreTimeDecided(terms)) return;
  let begin = "by" in asked ? asked.by : 0;
  for (const { needs, approvers, escalation } of terms.steps) {
    const chosen = needs === "all" ? approvers : [random.pick(approvers)];
    for (const term of chosen) {
      begin += random.pick([1, SECOND, 5 * SECOND, MINUTE]);
      const who =
        escalation !== undefined && random.chance(0.2)
          ? somebodyOf(draft, action, random.pick(escalation.tiers[0] ?? approvers))
          : somebodyOf(draft, action, term);
      const decision = random.chance(0.9) ? "approve" : "reject";
      const when = "after" in asked ? { ...asked, by: begin } : asked;
      add(draft, when, word(draft, { of, who, decision }));
    }
  }
};
