import type { AccessFlow } from "./access-flow.ts";
import { resolveSteps, type RequestStep } from "./approval-step.ts";
import type { DomainErrorCode } from "./errors.ts";
import {
  approvalUnder,
  candidatesOf,
  consider,
  evaluate,
  type Consideration,
  type DecisionContext,
  type Evaluation,
  type Limits,
} from "./evaluate.ts";
import type { Ask } from "./ask.ts";
import type { Verdict } from "./rule.ts";

/** What a request needs, in the order in which a refusal tells of the first that is missing. */
export const Circumstances = [
  /** Whoever asks can sign in. */
  "requester",
  /** Access may begin then. */
  "start",
  /** Something may be granted there at all. */
  "protection",
  /** No guardrail of the deployment rules it out. */
  "guardrails",
  /** It may be asked for whoever would get it. */
  "beneficiary",
  /** A flow serves it. */
  "flow",
  /** Somebody stands behind `owner` and `manager` in the flow's steps, and each step has enabled people of its own. */
  "approvers",
  /** The accounts take access now. */
  "account-state",
] as const;
export type Circumstance = (typeof Circumstances)[number];

/** What stands in the way, and the code that a request is refused with for it. */
export interface Obstacle {
  readonly code: DomainErrorCode;
  readonly detail: string;
}

/** One thing that a request needs, as it is. Unknown: it depends on what is missing before it, or was not looked at. */
export interface CircumstanceFound {
  readonly circumstance: Circumstance;
  readonly verdict: Verdict;
  readonly detail: string;
  readonly code?: DomainErrorCode;
}

/** A step of the flow that serves, with who decides it; or why nobody does. */
export type ExplainedStep =
  { readonly step: RequestStep } | { readonly nobody: string; readonly withinSeconds: number };

/** What flows have to say, once it is known who asks for whom. */
export interface Weighed {
  readonly ask: Ask;
  readonly context: DecisionContext;
}

/** What was found of a request: for each circumstance what stands in its way; absent where nobody could look. */
export interface Situation {
  readonly obstacles: Readonly<Partial<Record<Circumstance, readonly Obstacle[]>>>;
  /** Absent: nobody could be asked for. */
  readonly weighed?: Weighed | undefined;
}

/** A flow, and who would decide under it, where it would serve if they did; absent: something else is in its way. */
export interface Considered extends Consideration {
  readonly steps?: readonly ExplainedStep[];
}

/** Everything that speaks for and against a request. */
export interface Explanation {
  readonly allowed: boolean;
  /** Where it is not allowed: what the request would be refused with. */
  readonly code?: DomainErrorCode;
  readonly reasons: readonly string[];
  readonly circumstances: readonly CircumstanceFound[];
  /** The flow that serves it, where one does; there may be other things in its way. */
  readonly flow?: AccessFlow;
  readonly steps: readonly ExplainedStep[];
  readonly automatically?: string;
  readonly limits?: Limits;
  /** Allowed is only what one of these serves. */
  readonly considered: readonly Considered[];
  /** How the same may be had in an emergency. */
  readonly inEmergency?: string;
  /** How many flows were considered that are not for the requester, and that only readers of everything are told of. */
  readonly notNamed: number;
}

/** Who reads it: flows that are for others are told to readers alone. */
export type Audience = "requester" | "reader";

/** What the flows make of the request, where it is known who asks for whom. */
const evaluationOf = (weighed: Weighed | undefined): Evaluation | undefined =>
  weighed && evaluate(weighed.ask, weighed.context);

/** The reasoning behind what happens to a request. Pure; it agrees with the request because both ask `evaluate`. */
export const explain = ({ obstacles, weighed }: Situation, audience: Audience): Explanation => {
  const evaluation = evaluationOf(weighed);
  const found = { ...obstacles, ...obstaclesOf(evaluation) };
  const circumstances = Circumstances.flatMap((circumstance) => told(circumstance, found[circumstance]));
  const inTheWay = Circumstances.flatMap((circumstance) => found[circumstance] ?? []);
  const code = inTheWay[0]?.code;
  const considered = weighed === undefined ? [] : consider(weighed.ask, weighed.context);
  const named = considered.filter((one) => audience === "reader" || isForRequester(one));
  const flow =
    evaluation?.allowed === true ? evaluation.flow : weighed && candidatesOf(weighed.ask, weighed.context)[0];
  return {
    allowed: code === undefined,
    ...(code === undefined ? {} : { code }),
    reasons: inTheWay.map(({ detail }) => detail),
    circumstances,
    ...(flow === undefined ? {} : { flow }),
    steps: flow === undefined || weighed === undefined ? [] : stepsUnder(flow, weighed),
    ...(evaluation?.allowed === true ? whatItGives(evaluation) : {}),
    ...inEmergency(evaluation, obstacles),
    considered: weighed === undefined ? [] : withSteps(named, weighed),
    notNamed: considered.length - named.length,
  };
};

/** How the same may be had in an emergency, where flows alone stand in its way: what a guardrail refuses, it refuses then, too. */
const inEmergency = (
  evaluation: Evaluation | undefined,
  obstacles: Situation["obstacles"],
): Pick<Explanation, "inEmergency"> => {
  if (evaluation?.allowed !== false || evaluation.inEmergency === undefined) return {};
  const isRefusedAnyway = Object.values(obstacles).some((others) => others.length > 0);
  return isRefusedAnyway ? {} : { inEmergency: evaluation.inEmergency };
};

const whatItGives = ({
  automatically,
  limits,
}: Extract<Evaluation, { readonly allowed: true }>): Pick<Explanation, "automatically" | "limits"> => ({
  ...(automatically === undefined ? {} : { automatically }),
  limits,
});

const isForRequester = ({ conditions }: Consideration): boolean =>
  conditions.some(({ condition, verdict }) => condition === "requestors" && verdict === "met");

const obstaclesOf = (evaluation: Evaluation | undefined): Situation["obstacles"] => {
  if (evaluation === undefined) return {};
  if (evaluation.allowed) return { flow: [], approvers: [] };
  const { code, reasons } = evaluation;
  const obstacles = reasons.map((detail) => ({ code, detail }));
  return code === "no-approver" ? { flow: [], approvers: obstacles } : { flow: obstacles };
};

const told = (circumstance: Circumstance, obstacles: readonly Obstacle[] | undefined): CircumstanceFound => {
  if (obstacles === undefined) {
    return { circumstance, verdict: "unknown", detail: "depends on what is missing before it" };
  }
  const [first] = obstacles;
  if (first === undefined) return { circumstance, verdict: "met", detail: fine[circumstance] };
  const detail = obstacles.map((obstacle) => obstacle.detail).join("; ");
  return { circumstance, verdict: "unmet", detail, code: first.code };
};

const fine: Readonly<Record<Circumstance, string>> = {
  requester: "The user is enabled.",
  start: "Access may begin then.",
  protection: "None of the accounts is protected.",
  beneficiary: "It may be asked for whoever would get it, as far as a flow lets it.",
  flow: "An access flow serves it.",
  approvers: "Every approval step has enabled people who may decide it.",
  guardrails: "No guardrail rules it out.",
  "account-state": "Every account is ACTIVE.",
};

const withSteps = (considered: readonly Consideration[], weighed: Weighed): readonly Considered[] => {
  const candidates = new Set(candidatesOf(weighed.ask, weighed.context));
  return considered.map((one) =>
    candidates.has(one.flow) ? { ...one, steps: stepsUnder(one.flow, weighed) } : one,
  );
};

/** One by one, so that a step that nobody decides shows as that, beside the others. */
const stepsUnder = (flow: AccessFlow, { ask, context }: Weighed): readonly ExplainedStep[] => {
  const { approval } = approvalUnder(flow, ask, context);
  if (approval !== undefined) return approval.steps.map((step) => ({ step }));
  const known = context.approversOf(flow);
  if (known === undefined) return [];
  return flow.approval.steps.map((flowStep) => {
    const resolved = resolveSteps([flowStep], known.resolved);
    if ("unresolved" in resolved) {
      return { nobody: resolved.unresolved.reason, withinSeconds: flowStep.withinSeconds };
    }
    const [step] = resolved.steps;
    if (step === undefined) throw new Error("One step resolves to one step");
    return { step };
  });
};
