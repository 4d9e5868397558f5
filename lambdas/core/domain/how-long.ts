import { defaultSecondsOf, type AccessFlow } from "./access-flow.ts";
import type { Ask } from "./ask.ts";
import { durationText } from "./duration.ts";
import { verdictOf, type Verdict } from "./rule.ts";
import { stretchSeconds } from "./stretch.ts";

/* How long access under a flow lasts, by itself and with what is around it. */

/** The longest that a request under the flow lasts, if it says nothing else. */
export const secondsAsked = (flow: Pick<AccessFlow, "duration">, ask: Pick<Ask, "durationSeconds">): number =>
  ask.durationSeconds ?? defaultSecondsOf(flow);

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
export const tooLongByItself = (
  flow: Pick<AccessFlow, "duration">,
  { durationSeconds, longestSeconds }: Ask,
): string | undefined => {
  const seconds = defaultSecondsOf(flow);
  if (durationSeconds !== undefined || longestSeconds === undefined || seconds <= longestSeconds)
    return undefined;
  return `gives ${durationText(seconds)} to whoever says no duration, and nothing lasts longer than ${durationText(longestSeconds)} (deploy setting guardrails.maxDuration)`;
};
