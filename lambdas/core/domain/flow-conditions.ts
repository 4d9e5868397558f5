import { defaultSecondsOf, type AccessFlow, type Beneficiary } from "./access-flow.ts";
import { called } from "./called.ts";
import { mayServe, type Confirmable } from "./configuration/confirmation.ts";
import { doubtsAbout, doubtsAboutApproval } from "./coverage-doubts.ts";
import { durationText } from "./duration.ts";
import type { DomainErrorCode } from "./errors.ts";
import { matchesWhole } from "./pattern.ts";
import { isWhom, judge, notMet, ruleWords, type JudgedCondition, type PersonFacts } from "./person-rule.ts";
import { all, any, verdictOf, type Verdict } from "./rule.ts";
import { tooLongSessions, type PermissionSetSession } from "./sessions.ts";
import { stretchSeconds, type Around } from "./stretch.ts";
import { covers, type CoverageContext, type Target } from "./target-coverage.ts";
import { isWithin, timeframeWords } from "./timeframe.ts";

/** What is asked for, by ids. */
export interface Ask {
  /** By whom: what is known of them is in the context. */
  readonly requester: PersonFacts["id"];
  /** By which name somebody else is told of them; absent: they are told themselves. */
  readonly toldAs?: string;
  /** Who the access is for, as the requester sees them. */
  readonly requestFor: Beneficiary;
  /** The user who would get the access; absent: the requester, or a group. */
  readonly beneficiary?: PersonFacts["id"];
  /** Whether a group would get it: then everybody in the group would. */
  readonly forGroup?: boolean;
  readonly targets: readonly Target[];
  /** Absent: what the flow gives to whoever says nothing. */
  readonly durationSeconds?: number;
  /** How long a flow may give it to whoever says nothing, by the guardrails; absent: as long as the flow says. */
  readonly longestSeconds?: number;
  /** When the access is to begin. */
  readonly start: Date;
  /** That is later than it is asked for. */
  readonly isAhead?: boolean;
  /** When the access began that this is more of; absent: it is not there yet. */
  readonly since?: Date;
  /** When else whoever would get it has any of the same access; absent: never. */
  readonly around?: Around;
  /** The targets' permission sets, with how long their sessions last. */
  readonly sessions: readonly PermissionSetSession[];
  readonly justification?: string;
  readonly ticket?: string;
  /** Nobody has written the justification and the ticket yet, and is to be told what they have to be. */
  readonly textsToCome?: boolean;
  /** Whether the token says that the requester signed in with more than a password. */
  readonly mfa: boolean;
  /** Whether it is an emergency: only then a flow for those serves, and no other does. */
  readonly breakGlass: boolean;
}

/** Everything that a decision depends on, loaded beforehand. */
export interface EvaluationContext extends CoverageContext {
  readonly flows: readonly AccessFlow[];
  readonly requester: PersonFacts;
  /** Whether what one administrator changed serves them only after another one has confirmed it. */
  readonly secondAdministrator: boolean;
  /**
   * Where a group would get the access: whether those who have changed what somebody has to confirm belong to it. Of whom it
   * does not say it is not known.
   */
  readonly editorsInGroup?: ReadonlyMap<PersonFacts["id"], boolean>;
  /** What a flow's sense depends on besides itself: its bundles, access scopes and rotas. */
  readonly dependenciesOf: (flow: AccessFlow) => readonly Confirmable[];
}

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

/** The longest that a request under the flow lasts, if it says nothing else. */
export const secondsAsked = (flow: Pick<AccessFlow, "duration">, ask: Pick<Ask, "durationSeconds">): number =>
  ask.durationSeconds ?? defaultSecondsOf(flow);

/** Whether one may ask for somebody who is that to oneself. */
export const mayBeFor = (
  { requestFor = ["self"] }: Pick<AccessFlow, "requestFor">,
  asked: Beneficiary,
): boolean => requestFor.includes(asked) || (asked === "direct-reports" && requestFor.includes("others"));

const servesThem = (item: Confirmable, ask: Ask, { secondAdministrator }: EvaluationContext): Verdict =>
  all([ask.requester, ask.beneficiary ?? ask.requester], (person) =>
    verdictOf(mayServe(item, person, secondAdministrator)),
  );

/** What a group gets everybody in it has: it is asked for by a colleague of the one who changed the flow, who need not know. */
const servesTheGroup = (
  { unconfirmedEditors = [] }: Confirmable,
  { forGroup = false }: Ask,
  { secondAdministrator, editorsInGroup }: EvaluationContext,
): Verdict => {
  if (!forGroup || !secondAdministrator) return "met";
  return all(unconfirmedEditors, (editor) => {
    const isMember = editorsInGroup?.get(editor);
    return isMember === undefined ? "unknown" : verdictOf(!isMember);
  });
};

/** How long the access lasts with what is around it; undefined: nobody knows. */
export const secondsInAll = (flow: Pick<AccessFlow, "duration">, ask: Ask): number | undefined => {
  const { start, since = start, around = [] } = ask;
  if (around === "unknown") return undefined;
  const until = new Date(since.getTime() + secondsAsked(flow, ask) * 1000);
  return stretchSeconds({ from: since, until }, around);
};

/**
 * Whether what is asked for ahead, where nobody decides on it, stays within the flow's longest duration with what it follows and
 * what follows it. Who asks when they need it may ask again; nobody queues up months of it.
 */
export const isNotQueued = (flow: Pick<AccessFlow, "duration">, ask: Ask): Verdict => {
  if (ask.isAhead !== true) return "met";
  const seconds = secondsInAll(flow, ask);
  return seconds === undefined ? "unknown" : verdictOf(seconds <= flow.duration.maxSeconds);
};

/** That what the flow gives to whoever says nothing is more than a guardrail allows; another flow may give less. */
const tooLongByItself = (
  flow: Pick<AccessFlow, "duration">,
  { durationSeconds, longestSeconds }: Ask,
): string | undefined => {
  const seconds = defaultSecondsOf(flow);
  if (durationSeconds !== undefined || longestSeconds === undefined || seconds <= longestSeconds)
    return undefined;
  return `gives ${durationText(seconds)} to whoever says no duration, and nothing lasts longer than ${durationText(longestSeconds)} (deploy setting guardrails.maxDuration)`;
};

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
