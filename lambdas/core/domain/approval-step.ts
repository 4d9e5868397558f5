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

const RequestApproverSchema = z.discriminatedUnion("type", [
  ...PartySchema.def.options,
  z.strictObject({ type: z.literal("owner"), of: z.array(OwnersSchema).check(z.minLength(1)) }),
  z.strictObject({ type: z.literal("manager"), user: PartySchema }),
]);
export type RequestApprover = z.infer<typeof RequestApproverSchema>;

/**
 * Who decides by a tier: also an `owner` or `manager` who was nobody when somebody last looked. They keep their place, so that
 * the tiers after theirs open when the flow says, and whoever they are by the time of a decision may make it.
 */
const TierApproverSchema = z.discriminatedUnion("type", [
  ...RequestApproverSchema.def.options,
  z.strictObject({ type: z.literal("nobody"), as: z.enum(["owner", "manager"]), because: z.string() }),
]);
export type TierApprover = z.infer<typeof TierApproverSchema>;

export const RequestStepSchema = stepOf(RequestApproverSchema, TierApproverSchema);
export type RequestStep = z.infer<typeof RequestStepSchema>;

/** What an approver has to give: for each of these, one person's approval. Owners of different targets are several. */
export const needsOf = (approver: RequestApprover): readonly (readonly Party[])[] => {
  switch (approver.type) {
    case "user":
    case "group":
      return [[approver]];
    case "manager":
      return [[approver.user]];
    case "owner":
      return approver.of.map(({ anyOf }) => anyOf);
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
  partiesOfAll(
    (step.escalation?.tiers ?? [])
      .slice(0, tiers)
      .flat()
      .filter((approver) => approver.type !== "nobody"),
  );

/** Everybody who may decide the step, now or when all of its tiers are open. */
export const allPartiesOf = (step: RequestStep): readonly Party[] => {
  const parties = [...partiesOf(step), ...escalatedParties(step, Number.POSITIVE_INFINITY)];
  return [...new Map(parties.map((party) => [partyKey(party), party])).values()];
};

/** Whether somebody besides users and groups decides it: then what was decided depends on who exactly agreed. */
export const isPlain = (step: RequestStep): boolean =>
  "anyOf" in step && step.anyOf.every((approver) => needsOf(approver).length === 1);

/** One person's approval of the step, with the parties that they were, or belonged to, when they gave it. */
export interface Approved {
  readonly person: string;
  readonly as: ReadonlySet<PartyKey>;
  /** How many tiers of the step's escalation were open then. */
  readonly tiersOpen: number;
}

/**
 * Whether these approvals decide the step. One by somebody of a tier that was open then decides it alone. One person may
 * speak for several owners, but not for several of those whom `allOf` names.
 */
export const isApproved = (step: RequestStep, approvals: readonly Approved[]): boolean =>
  approvals.some((approval) => isBy(escalatedParties(step, approval.tiersOpen), approval)) ||
  ("anyOf" in step
    ? step.anyOf.some((approver) => isGiven(approver, approvals))
    : canBeShared(step.allOf, approvals));

const isBy = (parties: readonly Party[], { as }: Approved): boolean =>
  parties.some((party) => as.has(partyKey(party)));

/** Whether each of what the approver has to give is given. */
const isGiven = (approver: RequestApprover, approvals: readonly Approved[]): boolean =>
  needsOf(approver).every((need) => approvals.some((approval) => isBy(need, approval)));

/** Whether the people can be shared out, each to one approver, so that each of these has what it has to give. */
const canBeShared = (approvers: readonly RequestApprover[], approvals: readonly Approved[]): boolean => {
  const several = approvers.find((approver) => needsOf(approver).length > 1);
  if (several === undefined) return haveOneEach(approvers, approvals);
  const others = approvers.toSpliced(approvers.indexOf(several), 1);
  return waysToGive(several, approvals).some((used) =>
    canBeShared(
      others,
      approvals.filter(({ person }) => !used.some((taken) => taken.person === person)),
    ),
  );
};

/** The ways to give what the approver has to, with as few people as each way needs. */
const waysToGive = (
  approver: RequestApprover,
  approvals: readonly Approved[],
): readonly (readonly Approved[])[] => {
  let ways: readonly (readonly Approved[])[] = [[]];
  for (const need of needsOf(approver)) {
    const givers = approvals.filter((approval) => isBy(need, approval));
    ways = ways.flatMap((way) =>
      way.some((approval) => givers.includes(approval)) ? [way] : givers.map((giver) => [...way, giver]),
    );
  }
  return ways;
};

/** Whether each approver, of whom one person is enough, can have a person of its own: a matching by augmenting paths. */
const haveOneEach = (approvers: readonly RequestApprover[], approvals: readonly Approved[]): boolean => {
  const taken = new Map<string, RequestApprover>();
  const find = (approver: RequestApprover, tried: Set<string>): boolean =>
    approvals.some((approval) => {
      const { person } = approval;
      if (tried.has(person) || !isGiven(approver, [approval])) return false;
      tried.add(person);
      const other = taken.get(person);
      if (other !== undefined && !find(other, tried)) return false;
      taken.set(person, approver);
      return true;
    });
  return approvers.every((approver) => find(approver, new Set()));
};

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
  for (const [index, step] of steps.entries()) {
    const found = resolveStep(step, resolved);
    if ("reason" in found) return { unresolved: { step: index + 1, reason: found.reason } };
    done.push(found.step);
  }
  return { steps: done };
};

const resolveStep = (
  step: FlowStep,
  resolved: ResolvedApprovers,
): { readonly step: RequestStep } | { readonly reason: string } => {
  const { withinSeconds } = step;
  const outcomes = approversOf(step).map((approver) => resolveApprover(approver, resolved));
  const approvers = outcomes.flatMap((outcome) => ("approver" in outcome ? [outcome.approver] : []));
  const missing = outcomes.flatMap((outcome) => ("nobody" in outcome ? [outcome.nobody] : []));
  const fails = "anyOf" in step ? approvers.length === 0 : missing.length > 0;
  if (fails) return { reason: [...new Set(missing)].join("; ") };
  const common = { withinSeconds, ...escalationOf(step, resolved) };
  return { step: "anyOf" in step ? { anyOf: approvers, ...common } : { allOf: approvers, ...common } };
};

const escalationOf = (step: FlowStep, resolved: ResolvedApprovers): Pick<RequestStep, "escalation"> => {
  if (step.escalation === undefined) return {};
  const { afterSeconds, tiers } = step.escalation;
  const resolvedTiers = tiers.map((tier) => tier.map((approver) => resolveInTier(approver, resolved)));
  return { escalation: { afterSeconds, tiers: resolvedTiers } };
};

const resolveInTier = (approver: Approver, resolved: ResolvedApprovers): TierApprover => {
  const outcome = resolveApprover(approver, resolved);
  return "approver" in outcome
    ? outcome.approver
    : { type: "nobody", as: outcome.as, because: outcome.nobody };
};

type Resolution =
  { readonly approver: RequestApprover } | { readonly as: "owner" | "manager"; readonly nobody: string };

const resolveApprover = (approver: Approver, { owners, manager }: ResolvedApprovers): Resolution => {
  switch (approver.type) {
    case "user":
    case "group":
      return { approver };
    case "manager":
      return "user" in manager
        ? { approver: { type: "manager", user: manager.user } }
        : { as: "manager", nobody: manager.nobody };
    case "owner":
      return ownersOf(owners);
  }
};

/** One entry for each set of owners: whoever owns several targets is asked once. */
const ownersOf = (owners: ResolvedApprovers["owners"]): Resolution => {
  const bySet = new Map<string, { anyOf: Party[]; targets: number[]; because: string[] }>();
  for (const [target, found] of owners.entries()) {
    if ("nobody" in found) return { as: "owner", nobody: found.nobody };
    const key = found.parties.map(partyKey).toSorted().join();
    const set = bySet.get(key) ?? { anyOf: [...found.parties], targets: [], because: [] };
    set.targets.push(target);
    if (!set.because.includes(found.because)) set.because.push(found.because);
    bySet.set(key, set);
  }
  const of = [...bySet.values()].map(({ because, ...rest }) => ({ ...rest, because: because.join("; ") }));
  return { approver: { type: "owner", of } };
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
