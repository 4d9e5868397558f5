import type { AccessFlow, Beneficiary } from "./access-flow.ts";
import type { Ask, EvaluationContext } from "./ask.ts";
import { called } from "./called.ts";
import type { Confirmable } from "./configuration/confirmation.ts";
import { doubtsAbout, doubtsAboutApproval } from "./coverage-doubts.ts";
import { durationText } from "./duration.ts";
import type { DomainErrorCode } from "./errors.ts";
import { isNotQueued, secondsAsked, tooLongByItself } from "./how-long.ts";
import { matchesWhole } from "./pattern.ts";
import { isWhom, judge, notMet, ruleWords, type JudgedCondition } from "./person-rule.ts";
import { all, any, verdictOf, type Verdict } from "./rule.ts";
import { tooLongSessions } from "./sessions.ts";
import { covers } from "./target-coverage.ts";
import { isWithin, timeframeWords } from "./timeframe.ts";
import { servesTheGroup, servesThem } from "./vouched-for.ts";

/** A condition of a flow, as it is for one request. */
export interface Condition {
  readonly condition: ConditionName;
  readonly verdict: Verdict;
  /** What was found and what the flow says, without the flow's name: "allows at most PT8H". */
  readonly detail: string;
  /** What each part of a condition that has several comes to. */
  readonly parts?: readonly JudgedCondition[];
}

interface Check {
  /** The request's error where this is what stands in the way. */
  readonly code: DomainErrorCode;
  readonly check: (flow: AccessFlow, ask: Ask, context: EvaluationContext) => Verdict;
  readonly detail: (flow: AccessFlow, ask: Ask, context: EvaluationContext, verdict: Verdict) => string;
  readonly parts?: (flow: AccessFlow, ask: Ask, context: EvaluationContext) => readonly JudgedCondition[];
}

const whether = (holds: boolean, yes: string, no: string): string => (holds ? yes : no);

/** Whether one may ask for somebody who is that to oneself. */
export const mayBeFor = (
  { requestFor = ["self"] }: Pick<AccessFlow, "requestFor">,
  asked: Beneficiary,
): boolean => requestFor.includes(asked) || (asked === "direct-reports" && requestFor.includes("others"));

/** Every condition of a flow. One that fails hides those after it: what a flow asks for is told to its requestors alone. */
const checks = {
  active: {
    code: "no-matching-flow",
    check: ({ active }) => verdictOf(active ?? true),
    detail: (_flow, _ask, _context, verdict) => whether(verdict === "met", "is active", "is not active"),
  },
  trigger: {
    code: "no-matching-flow",
    check: ({ trigger }) => verdictOf(trigger === undefined),
    detail: ({ trigger }) =>
      whether(trigger === undefined, "is for requests", "gives access by itself and takes no requests"),
  },
  requestors: {
    code: "no-matching-flow",
    check: ({ requestors }, _ask, { requester }) => isWhom(requestors, requester),
    detail: ({ requestors }, { toldAs }, { requester }, verdict) => {
      const whom = `is for ${ruleWords(requestors)}`;
      const { are } = called(toldAs);
      if (verdict === "met") return `${whom}, as ${are}`;
      const found = verdict === "unmet" ? `as ${are} not` : `and whether ${are} that is not known`;
      return `${whom}, ${found} (${notMet(judge(requestors, requester))})`;
    },
    parts: ({ requestors }, _ask, { requester }) => judge(requestors, requester),
  },
  targets: {
    code: "no-matching-flow",
    check: ({ targets }, ask, context) =>
      all(ask.targets, (target) => any(targets, (flowTarget) => covers(flowTarget, target, context))),
    detail: (flow, ask, context, verdict) => {
      const everything = `everything that ${called(ask.toldAs).who} asked for`;
      if (verdict === "unmet") return `does not cover ${everything}`;
      if (verdict === "unknown")
        return `may not cover ${everything}: ${doubtsAbout(flow.targets, ask.targets, context).join("; ")}`;
      const doubts = doubtsAboutApproval(flow, ask.targets, context);
      return `covers ${everything}${doubts.length === 0 ? "" : `, but does not go without approval by tags: ${doubts.join("; ")}`}`;
    },
  },
  "break-glass": {
    code: "no-matching-flow",
    check: ({ breakGlass }, ask) => verdictOf((breakGlass !== undefined) === ask.breakGlass),
    detail: ({ breakGlass }) =>
      whether(breakGlass === undefined, "is not for emergencies", "is for emergencies alone"),
  },
  "request-for": {
    code: "principal-not-allowed",
    check: (flow, ask) => verdictOf(mayBeFor(flow, ask.requestFor)),
    detail: ({ requestFor = ["self"] }) => `lets people ask for ${requestFor.join(", ")}`,
  },
  confirmed: {
    code: "flow-unconfirmed",
    check: (flow, ask, context) =>
      all([flow as Confirmable, ...context.dependenciesOf(flow)], (item) =>
        all([servesThem(item, ask, context), servesTheGroup(item, ask, context)], (verdict) => verdict),
      ),
    detail: (_flow, { toldAs }, _context, verdict) => {
      const { who, ask } = called(toldAs);
      return whether(
        verdict === "met",
        `serves ${who} whoever changed it`,
        `was changed by ${who} or whom ${ask} for (of a group: any member), or what it names was: it serves ${who} when another administrator has confirmed that (POST /access-flows/{name}/confirm, and the same of what it names: bundles, access scopes, rotas)`,
      );
    },
  },
  timeframe: {
    code: "outside-timeframe",
    check: ({ timeframe }, ask) => verdictOf(timeframe === undefined || isWithin(timeframe, ask.start)),
    detail: ({ timeframe }) =>
      timeframe === undefined ? "has no timeframe" : `lets access begin ${timeframeWords(timeframe)}`,
  },
  mfa: {
    code: "mfa-required",
    check: ({ settings }, ask) => verdictOf(settings.mfaRequired !== true || ask.mfa),
    detail: ({ settings }) =>
      whether(
        settings.mfaRequired === true,
        "asks for a sign-in with more than a password, as the token has to say",
        "takes any sign-in",
      ),
  },
  justification: {
    code: "justification-required",
    check: ({ settings }, { justification, textsToCome = false }) => {
      const { justificationRequired = true, justificationPattern } = settings;
      if (justification === undefined) return verdictOf(textsToCome || !justificationRequired);
      return verdictOf(
        justificationPattern === undefined || matchesWhole(justificationPattern, justification),
      );
    },
    detail: ({ settings: { justificationRequired = true, justificationPattern } }) =>
      justificationPattern === undefined
        ? whether(justificationRequired, "asks for a justification", "asks for no justification")
        : `asks for a justification that matches ${justificationPattern}`,
  },
  ticket: {
    code: "ticket-required",
    check: ({ settings }, { ticket, textsToCome = false }) => {
      const { ticketPattern } = settings;
      if (ticketPattern === undefined) return "met";
      return verdictOf(ticket === undefined ? textsToCome : matchesWhole(ticketPattern, ticket));
    },
    detail: ({ settings: { ticketPattern } }) =>
      ticketPattern === undefined ? "asks for no ticket" : `asks for a ticket that matches ${ticketPattern}`,
  },
  duration: {
    code: "duration-above-maximum",
    check: (flow, ask) => {
      if (secondsAsked(flow, ask) > flow.duration.maxSeconds) return "unmet";
      if (tooLongByItself(flow, ask) !== undefined) return "unmet";
      return flow.approval.steps.length === 0 ? isNotQueued(flow, ask) : "met";
    },
    detail: (flow, ask) =>
      tooLongByItself(flow, ask) ??
      (secondsAsked(flow, ask) <= flow.duration.maxSeconds && isNotQueued(flow, ask) !== "met"
        ? `allows at most ${flow.duration.max}, also of accesses that are asked for ahead and follow one another`
        : `allows at most ${flow.duration.max}`),
  },
  sessions: {
    code: "session-too-long",
    check: (flow, ask) => verdictOf(tooLongSessions(flow, ask.sessions).length === 0),
    detail: (flow, ask) => {
      const { maxSessionSeconds } = flow.settings;
      if (maxSessionSeconds === undefined) return "allows sessions of any length";
      const allowed = `allows sessions of at most ${durationText(maxSessionSeconds)}`;
      return [allowed, ...tooLongSessions(flow, ask.sessions)].join(", and ");
    },
  },
} as const satisfies Readonly<Record<string, Check>>;

export type ConditionName = keyof typeof checks;

/** In the order in which they are checked. */
export const ConditionNames = Object.keys(checks) as readonly ConditionName[];

export const codeOf = (condition: ConditionName): DomainErrorCode => checks[condition].code;

/** The flow's condition of this name, for one request. */
export const conditionOfFlow = (
  condition: ConditionName,
  flow: AccessFlow,
  ask: Ask,
  context: EvaluationContext,
): Condition => {
  const { check, detail, parts }: Check = checks[condition];
  const verdict = check(flow, ask, context);
  return {
    condition,
    verdict,
    detail: detail(flow, ask, context, verdict),
    ...(parts === undefined ? {} : { parts: parts(flow, ask, context) }),
  };
};

/** The first condition that is not known to be met; undefined: the flow serves the request. */
export const firstInTheWay = (
  flow: AccessFlow,
  ask: Ask,
  context: EvaluationContext,
): ConditionName | undefined =>
  ConditionNames.find((condition) => {
    const { check }: Check = checks[condition];
    return check(flow, ask, context) !== "met";
  });
