import * as z from "zod/mini";
import {
  PartySchema,
  approversOf,
  partyKey,
  stepOf,
  type Approver,
  type FlowStep,
  type Party,
  type PartyKey,
} from "./access-flow.ts";
import { areShared } from "./sharing.ts";

/*
 * An approval step of a request: the flow's, with those in the places of `owner` and `manager` who they were when somebody
 * last looked. A step that names users and groups alone is the same as the flow's.
 */

/** The owners of some of the targets: one of them has to agree. */
const OwnersSchema = z.strictObject({
  anyOf: z.array(PartySchema).check(z.minLength(1)),
  /** The targets that are theirs, by their place in the request. */
  targets: z.array(z.int()).check(z.minLength(1)),
  /** How they came to be the owners, in words. */
  because: z.string(),
});
export type Owners = z.infer<typeof OwnersSchema>;

/**
 * Who decides a step, or by a tier of it: also an `owner` or `manager` who was nobody when somebody last looked. They keep their
 * place, so that the tiers after theirs open when the flow says, and whoever they are by the time of a decision may make it.
 */
const RequestApproverSchema = z.discriminatedUnion("type", [
  ...PartySchema.def.options,
  z.strictObject({ type: z.literal("owner"), of: z.array(OwnersSchema).check(z.minLength(1)) }),
  z.strictObject({ type: z.literal("manager"), user: PartySchema }),
  z.strictObject({ type: z.literal("nobody"), as: z.enum(["owner", "manager"]), because: z.string() }),
]);
export type RequestApprover = z.infer<typeof RequestApproverSchema>;

export const RequestStepSchema = stepOf(RequestApproverSchema);
export type RequestStep = z.infer<typeof RequestStepSchema>;

/**
 * What an approver has to give: for each of these, one person's approval. Owners of different targets are several; for whoever is
 * nobody it is an approval that no person can give.
 */
export const needsOf = (approver: RequestApprover): readonly (readonly Party[])[] => {
  switch (approver.type) {
    case "user":
    case "group":
      return [[approver]];
    case "manager":
      return [[approver.user]];
    case "owner":
      return approver.of.map(({ anyOf }) => anyOf);
    case "nobody":
      return [[]];
  }
};

const partiesOfAll = (approvers: readonly RequestApprover[]): readonly Party[] => {
  const parties = approvers.flatMap(needsOf).flat();
  return [...new Map(parties.map((party) => [partyKey(party), party])).values()];
};

/** Everybody who may decide the step before it escalates. */
export const partiesOf = (step: RequestStep): readonly Party[] => partiesOfAll(approversOf(step));

/** Everybody whom the first `tiers` tiers of the step's escalation add. */
export const escalatedParties = (step: RequestStep, tiers: number): readonly Party[] =>
  partiesOfAll((step.escalation?.tiers ?? []).slice(0, tiers).flat());

/** Everybody who may decide the step, now or when all of its tiers are open. */
export const allPartiesOf = (step: RequestStep): readonly Party[] => {
  const parties = [...partiesOf(step), ...escalatedParties(step, Number.POSITIVE_INFINITY)];
  return [...new Map(parties.map((party) => [partyKey(party), party])).values()];
};

/** Whether any one person whom it asks decides it: else what was decided depends on who exactly agreed. */
export const isPlain = (step: RequestStep): boolean =>
  "anyOf" in step &&
  [...step.anyOf, ...(step.escalation?.tiers ?? []).flat()].every(
    (approver) => needsOf(approver).length === 1,
  );

/** One person's approval of the step, with the parties that they were, or belonged to, when they gave it. */
export interface Approved {
  readonly person: string;
  readonly as: ReadonlySet<PartyKey>;
  /** How many tiers of the step's escalation were open then. */
  readonly tiersOpen: number;
}

/**
 * Whether these approvals decide the step: of `anyOf` what one approver has to give, of `allOf` what each has to, or what one
 * approver of a tier has to that was open by then. One person may speak for several owners, but not for several of those whom
 * `allOf` names.
 */
export const isApproved = (step: RequestStep, approvals: readonly Approved[]): boolean =>
  isApprovedByTier(step, approvals) ||
  ("anyOf" in step
    ? step.anyOf.some((approver) => isGiven(approver, approvals))
    : canBeShared(step.allOf, approvals));

/** Whoever has approved before a tier opened counts among its approver's owners when one of these has approved since. */
const isApprovedByTier = ({ escalation }: RequestStep, approvals: readonly Approved[]): boolean =>
  (escalation?.tiers ?? []).some((tier, index) => {
    const since = approvals.filter(({ tiersOpen }) => tiersOpen > index);
    return tier.some((approver) => isGiven(approver, approvals) && isTouched(approver, since));
  });

const isBy = (parties: readonly Party[], { as }: Approved): boolean =>
  parties.some((party) => as.has(partyKey(party)));

/** What somebody who is these parties is to the step when so many tiers are open: an owner, the manager, or whom it names. */
export const standsFor = (
  step: RequestStep,
  as: ReadonlySet<PartyKey>,
  tiers: number,
): readonly RequestApprover["type"][] => {
  const approvers = [...approversOf(step), ...(step.escalation?.tiers ?? []).slice(0, tiers).flat()];
  const theirs = approvers.filter((approver) =>
    needsOf(approver)
      .flat()
      .some((party) => as.has(partyKey(party))),
  );
  return [...new Set(theirs.map(({ type }) => type))];
};

/** Whether each of what the approver has to give is given. */
const isGiven = (approver: RequestApprover, approvals: readonly Approved[]): boolean =>
  needsOf(approver).every((need) => approvals.some((approval) => isBy(need, approval)));

/** Whether any of what the approver has to give is. */
const isTouched = (approver: RequestApprover, approvals: readonly Approved[]): boolean =>
  needsOf(approver).some((need) => approvals.some((approval) => isBy(need, approval)));

/** Whether the people can be shared out, each to one approver, so that each of these has what it has to give. */
const canBeShared = (approvers: readonly RequestApprover[], approvals: readonly Approved[]): boolean =>
  areShared(
    approvers.map((approver) =>
      needsOf(approver).map(
        (need) => new Set(approvals.filter((one) => isBy(need, one)).map(({ person }) => person)),
      ),
    ),
  );

/** What stands in the places of `owner` and `manager` in one request. */
export interface ResolvedApprovers {
  /** For each target of the request, in order: its owners, or why there are none. */
  readonly owners: readonly (
    { readonly parties: readonly Party[]; readonly because: string } | { readonly nobody: string }
  )[];
  readonly manager: { readonly user: Party } | { readonly nobody: string };
}

export type ResolvedSteps =
  | { readonly steps: readonly RequestStep[] }
  /** A step, by its number from 1, that nobody could decide, and why. */
  | { readonly unresolved: { readonly step: number; readonly reason: string } };

/**
 * The flow's steps for one request. An approver who resolves to nobody leaves a step of `anyOf` to the others; a step of
 * `allOf`, or one without anybody, is never decided, so that the request is refused.
 */
export const resolveSteps = (steps: readonly FlowStep[], resolved: ResolvedApprovers): ResolvedSteps => {
  const done: RequestStep[] = [];
  for (const [index, flowStep] of steps.entries()) {
    const { step, undecidable } = resolveStep(flowStep, resolved);
    if (undecidable !== undefined) return { unresolved: { step: index + 1, reason: undecidable } };
    done.push(step);
  }
  return { steps: done };
};

/** The step with whoever stands in it, and why nobody decides it, as long as no tier of its escalation is open, if so. */
export const resolveStep = (
  step: FlowStep,
  resolved: ResolvedApprovers,
): { readonly step: RequestStep; readonly undecidable?: string } => {
  const { withinSeconds } = step;
  const approvers = approversOf(step).map((approver) => resolveApprover(approver, resolved));
  const missing = approvers.flatMap((approver) => (approver.type === "nobody" ? [approver.because] : []));
  const fails = "anyOf" in step ? missing.length === approvers.length : missing.length > 0;
  const common = { withinSeconds, ...escalationOf(step, resolved) };
  return {
    step: "anyOf" in step ? { anyOf: approvers, ...common } : { allOf: approvers, ...common },
    ...(fails ? { undecidable: [...new Set(missing)].join("; ") } : {}),
  };
};

const escalationOf = (step: FlowStep, resolved: ResolvedApprovers): Pick<RequestStep, "escalation"> => {
  if (step.escalation === undefined) return {};
  const { afterSeconds, tiers } = step.escalation;
  const resolvedTiers = tiers.map((tier) => tier.map((approver) => resolveApprover(approver, resolved)));
  return { escalation: { afterSeconds, tiers: resolvedTiers } };
};

const resolveApprover = (approver: Approver, { owners, manager }: ResolvedApprovers): RequestApprover => {
  switch (approver.type) {
    case "user":
    case "group":
      return approver;
    case "manager":
      return "user" in manager
        ? { type: "manager", user: manager.user }
        : { type: "nobody", as: "manager", because: manager.nobody };
    case "owner":
      return ownersOf(owners);
  }
};

/** One entry for each set of owners: whoever owns several targets is asked once. */
const ownersOf = (owners: ResolvedApprovers["owners"]): RequestApprover => {
  const bySet = new Map<string, { anyOf: Party[]; targets: number[]; because: string[] }>();
  for (const [target, found] of owners.entries()) {
    if ("nobody" in found) return { type: "nobody", as: "owner", because: found.nobody };
    const key = found.parties.map(partyKey).toSorted().join();
    const set = bySet.get(key) ?? { anyOf: [...found.parties], targets: [], because: [] };
    set.targets.push(target);
    if (!set.because.includes(found.because)) set.because.push(found.because);
    bySet.set(key, set);
  }
  const of = [...bySet.values()].map(({ because, ...rest }) => ({ ...rest, because: because.join("; ") }));
  return { type: "owner", of };
};

/** Whether deciding on the steps needs to know who owns what. */
export const namesOwner = (steps: readonly FlowStep[]): boolean => names(steps, "owner");
/** Whether deciding on the steps needs to know whose manager somebody is. */
export const namesManager = (steps: readonly FlowStep[]): boolean => names(steps, "manager");

const names = (steps: readonly FlowStep[], type: Approver["type"]): boolean =>
  steps.some((step) =>
    [...approversOf(step), ...(step.escalation?.tiers.flat() ?? [])].some(
      (approver) => approver.type === type,
    ),
  );
