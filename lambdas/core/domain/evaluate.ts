import type { AccessFlow, AutomaticApprovalCondition } from "./access-flow.ts";
import { resolveSteps, type RequestStep, type ResolvedApprovers } from "./approval-step.ts";
import type { DomainErrorCode } from "./errors.ts";
import { extensionRulesOf } from "./extension.ts";
import {
  codeOf,
  conditionOfFlow,
  ConditionNames,
  firstInTheWay,
  secondsAsked,
  type Ask,
  type Condition,
  type ConditionName,
  type EvaluationContext,
} from "./flow-conditions.ts";
import { conditionOf, ruleWords } from "./person-rule.ts";
import { all, decide, verdictOf, type Verdict } from "./rule.ts";
import { hasTag } from "./target-coverage.ts";

/** Who has to approve, as far as that has to be looked up; needed for a flow that names owners or managers. */
export type Approvers = ResolvedApprovers | undefined;

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
      /** Why nobody has to, in words, where the flow itself has steps. */
      readonly automatically?: string;
      readonly limits: Limits;
    }
  | {
      readonly allowed: false;
      readonly code: DomainErrorCode;
      readonly reasons: readonly string[];
    };

/** The flow of several that asks the least: fewest approvals, then by name. */
export const leastDemanding = (a: AccessFlow, b: AccessFlow): number =>
  a.approval.steps.length - b.approval.steps.length || (a.name < b.name ? -1 : 1);

/** The flows that serve the request, the one first that asks the least of this very request. */
export const servingFlowsOf = (ask: Ask, context: EvaluationContext): readonly AccessFlow[] => {
  const stepsOf = (flow: AccessFlow): number =>
    isApprovedAutomatically(flow, ask, context) === "met" ? 0 : flow.approval.steps.length;
  return context.flows
    .filter((flow) => firstInTheWay(flow, ask, context) === undefined)
    .toSorted((a, b) => stepsOf(a) - stepsOf(b) || leastDemanding(a, b));
};

/**
 * Decides whether a request is allowed, by which flow, and who approves. Pure: it only looks at its arguments. One flow must
 * allow all of the request: of those that do the first whose every step somebody stands behind. Were the first alone looked
 * at, a condition more in it could let in what it keeps out now, by another flow.
 */
export const evaluate = (ask: Ask, context: EvaluationContext, approvers?: Approvers): Evaluation => {
  const serving = servingFlowsOf(ask, context);
  if (serving.length === 0) return refusal(ask, context);
  const reasons: string[] = [];
  for (const flow of serving) {
    const limits = limitsOf(flow, ask);
    const { automatic, steps } = flow.approval;
    if (automatic !== undefined && isApprovedAutomatically(flow, ask, context) === "met") {
      return { allowed: true, flow, steps: [], automatically: ruleWords(automatic), limits };
    }
    const resolved = resolveSteps(steps, approvers ?? NOBODY_LOOKED_UP);
    if ("steps" in resolved) return { allowed: true, flow, steps: resolved.steps, limits };
    const { step, reason } = resolved.unresolved;
    reasons.push(
      `step ${String(step)} of access flow ${flow.name}'s approval has nobody who may decide: ${reason}`,
    );
  }
  return { allowed: false, code: "no-approver", reasons };
};

/** Whoever evaluates without looking up owners and managers learns that none are known. */
const NOBODY_LOOKED_UP: ResolvedApprovers = {
  owners: [{ nobody: "nobody has looked up who owns it" }],
  manager: { nobody: "nobody has looked up the manager" },
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
  return decide(approval.automatic, (condition: AutomaticApprovalCondition) => {
    switch (condition.type) {
      case "target-tag":
        return all(ask.targets, ({ accountId }) => hasTag(condition, context.accounts.get(accountId)?.tags));
      case "duration-below":
        return verdictOf(secondsAsked({ duration }, ask) < condition.seconds);
      default:
        return conditionOf(condition, context.requester);
    }
  });
};

/** What the flows that came nearest to allowing it have against it. Flows for others stay unnamed. */
const refusal = (ask: Ask, context: EvaluationContext): Extract<Evaluation, { allowed: false }> => {
  const inTheWay = context.flows.map((flow) => ({ flow, condition: firstInTheWay(flow, ask, context) }));
  const order = (condition: ConditionName | undefined): number =>
    condition === undefined ? -1 : ConditionNames.indexOf(condition);
  const furthest = Math.max(-1, ...inTheWay.map(({ condition }) => order(condition)));
  const condition = ConditionNames[furthest];
  if (condition === undefined || furthest <= ConditionNames.indexOf("requestors")) {
    return {
      allowed: false,
      code: "no-matching-flow",
      reasons: ["no access flow names you or one of your groups as a requestor"],
    };
  }
  const reasons = inTheWay
    .filter((one) => one.condition === condition)
    .map(({ flow }) => `access flow ${flow.name} ${conditionOfFlow(condition, flow, ask, context).detail}`);
  return { allowed: false, code: codeOf(condition), reasons: [...new Set(reasons)] };
};

/** A flow, with everything that speaks for and against its serving a request. */
export interface Consideration {
  readonly flow: AccessFlow;
  readonly serves: boolean;
  readonly conditions: readonly Condition[];
}

/** How each flow stands to the request: the first condition that is in the way is the one that decides. */
export const consider = (ask: Ask, context: EvaluationContext): readonly Consideration[] =>
  context.flows.map((flow) => {
    const conditions = ConditionNames.map((condition) => conditionOfFlow(condition, flow, ask, context));
    return { flow, serves: conditions.every(({ verdict }) => verdict === "met"), conditions };
  });
