import { takesRequests, type AccessFlow } from "./access-flow.ts";
import { partiesOf, resolveSteps, type RequestStep } from "./approval-step.ts";
import type { Ask, EvaluationContext } from "./ask.ts";
import { isApprovedBy } from "./automatic-approval.ts";
import { called } from "./called.ts";
import type { Confirmable } from "./configuration/confirmation.ts";
import type { DomainErrorCode } from "./errors.ts";
import { extensionRulesOf } from "./extension.ts";
import {
  codeOf,
  conditionOfFlow,
  ConditionNames,
  firstInTheWay,
  type Condition,
  type ConditionName,
} from "./flow-conditions.ts";
import { isNotQueued, secondsAsked, secondsInAll } from "./how-long.ts";
import type { UserId } from "./ids.ts";
import type { KnownApprovers } from "./known-approvers.ts";
import { ruleWords } from "./person-rule.ts";
import { all, type Verdict } from "./rule.ts";
import { covers, type CoverageContext } from "./target-coverage.ts";

/** Everything that a decision depends on, who would have to approve included. */
export interface DecisionContext extends EvaluationContext {
  /** Who would decide under a flow; undefined: nobody has looked, as after a flow that serves. */
  readonly approversOf: (flow: AccessFlow) => KnownApprovers | undefined;
}

/** What a request may have. */
export interface Limits {
  /** How long the access will last. */
  readonly durationSeconds: number;
  readonly maxSeconds: number;
  readonly maxExtensions: number;
  readonly longestExtensionSeconds: number;
}

export type Evaluation =
  | {
      readonly allowed: true;
      readonly flow: AccessFlow;
      /** Who decides, in order; empty: nobody has to. */
      readonly steps: readonly RequestStep[];
      /** For each step who may decide it before it escalates, whether enabled or not. */
      readonly approvers: readonly (readonly UserId[])[];
      /** Why nobody has to, in words, where the flow itself has steps. */
      readonly automatically?: string;
      readonly limits: Limits;
      /** Who has changed the flow, or what it names, without anybody else's having confirmed it: they do not decide. Absent: nobody. */
      readonly unconfirmedEditors?: readonly UserId[];
    }
  | {
      readonly allowed: false;
      readonly code: DomainErrorCode;
      readonly reasons: readonly string[];
      /** How the same may be had in an emergency: a sentence; absent where no flow for those is known to cover it. */
      readonly inEmergency?: string;
    };

/** The flow of several that asks the least: fewest steps of approval, however many people a step takes, then by name. */
export const leastDemanding = (a: AccessFlow, b: AccessFlow): number =>
  a.approval.steps.length - b.approval.steps.length || (a.name < b.name ? -1 : 1);

/**
 * Whether the flow may serve the request, whoever asks: of the others nobody needs to know whom they are for. Those that fail for
 * what else they ask of a request stay, so that the refusal can say it.
 */
export const couldServe = (
  flow: AccessFlow,
  { targets, breakGlass }: Pick<Ask, "targets" | "breakGlass">,
  coverage: CoverageContext,
): boolean =>
  takesRequests(flow) &&
  (flow.breakGlass !== undefined) === breakGlass &&
  targets.every((target) => flow.targets.some((part) => covers(part, target, coverage) === "met"));

/**
 * The flows that would serve the request if there is somebody to approve it, the one first that asks the least of this very
 * request.
 */
export const candidatesOf = (ask: Ask, context: EvaluationContext): readonly AccessFlow[] => {
  const stepsOf = (flow: AccessFlow): number =>
    isApprovedAutomatically(flow, ask, context) === "met" ? 0 : flow.approval.steps.length;
  return context.flows
    .filter((flow) => firstInTheWay(flow, ask, context) === undefined)
    .toSorted((a, b) => stepsOf(a) - stepsOf(b) || leastDemanding(a, b));
};

/**
 * Decides whether a request is allowed, by which flow, and who approves. Pure: it only looks at its arguments. One flow must
 * allow all of the request: of those that do the first whose every step has people. Were the first alone looked at, a
 * condition more in it could let in what it keeps out now, by another flow.
 */
export const evaluate = (ask: Ask, context: DecisionContext): Evaluation => {
  for (const flow of candidatesOf(ask, context)) {
    const { verdict, approval } = approvalUnder(flow, ask, context);
    if (verdict === "met") return { allowed: true, flow, ...approval, limits: limitsOf(flow, ask) };
  }
  const refused = refusal(ask, context);
  return { ...refused, ...(HELPED_BY_EMERGENCIES.has(refused.code) ? inEmergency(ask, context) : {}) };
};

/** How the request would be approved under a flow, or why nobody can say so. */
type ApprovalUnder = { readonly detail: string } & (
  | {
      readonly verdict: "met";
      readonly approval: Pick<
        Extract<Evaluation, { readonly allowed: true }>,
        "steps" | "approvers" | "automatically" | "unconfirmedEditors"
      >;
    }
  | { readonly verdict: Exclude<Verdict, "met">; readonly approval?: never }
);

/** Who would approve the request under the flow: met where nobody has to, or every step has enabled people of its own. */
export const approvalUnder = (flow: AccessFlow, ask: Ask, context: DecisionContext): ApprovalUnder => {
  const { automatic, steps } = flow.approval;
  if (automatic !== undefined && isApprovedAutomatically(flow, ask, context) === "met") {
    const automatically = ruleWords(automatic);
    const detail = `needs nobody's approval: ${automatically}`;
    return { verdict: "met", detail, approval: { steps: [], approvers: [], automatically } };
  }
  if (steps.length === 0) {
    return {
      verdict: "met",
      detail: "needs nobody's approval",
      approval: { steps: [], approvers: [] },
    };
  }
  const known = context.approversOf(flow);
  if (known === undefined) {
    return { verdict: "unknown", detail: "needs approval, and nobody has looked up who could give it" };
  }
  const resolved = resolveSteps(steps, known.resolved);
  if ("unresolved" in resolved) {
    const { step, reason } = resolved.unresolved;
    return { verdict: "unmet", detail: nobodyDecides(step, reason) };
  }
  const { staffing } = known;
  if (staffing === undefined) {
    return { verdict: "unknown", detail: "names approvers, and nobody has looked for people among them" };
  }
  const { unstaffed } = staffing;
  const editors = unconfirmedEditorsOf(flow, context);
  if (unstaffed !== undefined) {
    return {
      verdict: "unmet",
      detail: nobodyDecides(unstaffed + 1, whyUnstaffed(resolved.steps[unstaffed], editors)),
    };
  }
  const approvers = resolved.steps.map((step) => staffing.eligible(partiesOf(step)));
  return {
    verdict: "met",
    detail: "has enabled people for every step of its approval",
    approval: { steps: resolved.steps, approvers, ...editors },
  };
};

/** Who has changed the flow, or what it names, without anybody else's having confirmed it: whoever wrote the rule does not decide by it. */
export const unconfirmedEditorsOf = (
  flow: AccessFlow,
  { secondAdministrator, dependenciesOf }: EvaluationContext,
): { readonly unconfirmedEditors?: readonly UserId[] } => {
  const items: readonly Confirmable[] = secondAdministrator ? [flow, ...dependenciesOf(flow)] : [];
  const editors = new Set(items.flatMap(({ unconfirmedEditors = [] }) => unconfirmedEditors));
  return editors.size === 0 ? {} : { unconfirmedEditors: [...editors] };
};

const nobodyDecides = (step: number, reason: string): string =>
  `has nobody who may decide step ${String(step)} of its approval: ${reason}`;

/** That there are approvers, and nobody of them can do it. */
const whyUnstaffed = (
  step: RequestStep | undefined,
  { unconfirmedEditors }: Pick<Extract<Evaluation, { readonly allowed: true }>, "unconfirmedEditors">,
): string => {
  const names = step === undefined ? [] : partiesOf(step).map(({ name }) => name);
  const changed =
    unconfirmedEditors === undefined
      ? ""
      : " (whoever has changed the access flow, or what it names, decides when another administrator has confirmed that)";
  return `there is no enabled user in it (${names.join(", ")}) other than the requester, the beneficiaries and the other steps' approvers${changed}`;
};

const limitsOf = (flow: AccessFlow, ask: Ask): Limits => {
  const { maxExtensions, longestSeconds } = extensionRulesOf(flow);
  return {
    durationSeconds: secondsAsked(flow, ask),
    maxSeconds: flow.duration.maxSeconds,
    maxExtensions,
    longestExtensionSeconds: longestSeconds,
  };
};

/** Whether the flow's conditions for doing without approval are met; unmet where it has none. */
const isApprovedAutomatically = (
  { approval, duration }: Pick<AccessFlow, "approval" | "duration">,
  ask: Ask,
  context: EvaluationContext,
): Verdict => {
  if (approval.automatic === undefined) return "unmet";
  const { requester, accounts } = context;
  const seconds = secondsInAll({ duration }, ask);
  const facts = { requester, accounts, targets: ask.targets, seconds };
  return all([isNotQueued({ duration }, ask), isApprovedBy(approval.automatic, facts)], (verdict) => verdict);
};

/** What is asked of a flow: its conditions, and last that there is somebody to approve. */
export const ConsideredNames = [...ConditionNames, "approvers"] as const;
export type ConsideredName = (typeof ConsideredNames)[number];

export interface ConsideredCondition extends Omit<Condition, "condition"> {
  readonly condition: ConsideredName;
}

const consideredCondition = (
  condition: ConsideredName,
  flow: AccessFlow,
  ask: Ask,
  context: DecisionContext,
): ConsideredCondition => {
  if (condition !== "approvers") return conditionOfFlow(condition, flow, ask, context);
  const { verdict, detail } = approvalUnder(flow, ask, context);
  return { condition, verdict, detail };
};

/** What the flows that came nearest to allowing it have against it. Flows for others stay unnamed. */
const refusal = (ask: Ask, context: DecisionContext): Extract<Evaluation, { allowed: false }> => {
  const inTheWay = context.flows.map((flow) => ({
    flow,
    condition: firstInTheWay(flow, ask, context) ?? ("approvers" as const),
  }));
  const furthest = Math.max(-1, ...inTheWay.map(({ condition }) => ConsideredNames.indexOf(condition)));
  const condition = ConsideredNames[furthest];
  if (condition === undefined || furthest <= ConsideredNames.indexOf("requestors")) {
    const { who, their } = called(ask.toldAs);
    return {
      allowed: false,
      code: "no-matching-flow",
      reasons: [`no access flow names ${who} or one of ${their} groups as a requestor`],
    };
  }
  const reasons = inTheWay
    .filter((one) => one.condition === condition)
    .map(
      ({ flow }) => `access flow ${flow.name} ${consideredCondition(condition, flow, ask, context).detail}`,
    );
  const code = condition === "approvers" ? "no-approver" : codeOf(condition);
  return { allowed: false, code, reasons: [...new Set(reasons)] };
};

/** What nobody can put right by asking otherwise. Whoever forgot a ticket or a second factor is not sent round the approval. */
const HELPED_BY_EMERGENCIES: ReadonlySet<DomainErrorCode> = new Set([
  "no-matching-flow",
  "no-approver",
  "outside-timeframe",
]);

/** What somebody can put right about a request to a flow for emergencies; neither the hour nor how long sessions are is of those. */
const UP_TO_WHOEVER_ASKS: ReadonlySet<ConditionName> = new Set([
  "mfa",
  "justification",
  "ticket",
  "duration",
]);

/**
 * What flows for emergencies say to the same request, as far as what was looked up for it tells: nobody looks for more, since who
 * is in need asks for that. Only those whom such a flow is known to be for are told of one.
 */
const inEmergency = (
  ask: Ask,
  context: EvaluationContext,
): Pick<Extract<Evaluation, { readonly allowed: false }>, "inEmergency"> => {
  if (ask.breakGlass || ask.isAhead === true) return {};
  const inNeed = { ...ask, breakGlass: true };
  const again = 'In an emergency, ask again with "breakGlass": true';
  const covering = context.flows
    .filter((flow) => couldServe(flow, inNeed, context))
    .map((flow) => ({ flow, inTheWay: firstInTheWay(flow, inNeed, context) }));
  const serving = covering.filter(({ inTheWay }) => inTheWay === undefined).map(({ flow }) => flow);
  const [first] = serving.toSorted(leastDemanding);
  if (first !== undefined) return { inEmergency: `${again}: access flow ${first.name} is for that.` };
  const mayServe = covering.some(
    ({ inTheWay }) => inTheWay !== undefined && UP_TO_WHOEVER_ASKS.has(inTheWay),
  );
  if (!mayServe) return {};
  return {
    inEmergency: `${again}: an access flow for that covers it, and may serve ${called(ask.toldAs).who}.`,
  };
};

/** A flow, with everything that speaks for and against its serving a request. */
export interface Consideration {
  readonly flow: AccessFlow;
  readonly serves: boolean;
  readonly conditions: readonly ConsideredCondition[];
}

/** How each flow stands to the request: the first condition that is in the way is the one that decides. */
export const consider = (ask: Ask, context: DecisionContext): readonly Consideration[] =>
  context.flows.map((flow) => {
    const conditions = ConsideredNames.map((name) => consideredCondition(name, flow, ask, context));
    return { flow, serves: conditions.every(({ verdict }) => verdict === "met"), conditions };
  });
