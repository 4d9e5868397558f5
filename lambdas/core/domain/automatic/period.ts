import type { AccessFlow } from "../access-flow.ts";
import type { Guardrails } from "../guardrails.ts";
import { secondsAfter, timestamp, type Timestamp } from "../ids.ts";
import { endsAt, isWithin } from "../timeframe.ts";

/*
 * An automatic flow gives access period by period, each of them a request of its own with an expiry of its own: however
 * little is known later on, nothing outlives that. The next period's request is made while the access of the one before is
 * still there, and both hold it until the first has ended.
 */

/** A request for less than this would be over before it is granted. */
export const SHORTEST_SECONDS = 60;

/**
 * How early the next period's request is made, at most: six runs of five minutes, each of which may fail, and then a grant
 * that waits some minutes for its calls.
 */
const LONGEST_LEAD_SECONDS = 30 * 60;

/** What a flow's periods follow from. */
export type PeriodicFlow = Pick<AccessFlow, "duration" | "timeframe">;

/** How the requests of a flow follow each other. */
export interface Rhythm {
  /** How long one lasts, at most. */
  readonly durationSeconds: number;
  /** How early the next one is made; of short ones half-way. */
  readonly leadSeconds: number;
  /** No two that follow each other are made within the same stretch of so many seconds. */
  readonly stepSeconds: number;
}

export const rhythmOf = (
  { duration }: Pick<PeriodicFlow, "duration">,
  { maxDurationSeconds }: Pick<Guardrails, "maxDurationSeconds">,
): Rhythm => {
  const durationSeconds = Math.min(duration.maxSeconds, maxDurationSeconds ?? duration.maxSeconds);
  const leadSeconds = Math.min(LONGEST_LEAD_SECONDS, Math.floor(durationSeconds / 2));
  return { durationSeconds, leadSeconds, stepSeconds: durationSeconds - leadSeconds };
};

/** Which stretch a moment is in: requests that are made within the same one for the same are the same. */
export const epochOf = ({ stepSeconds }: Rhythm, now: Date): number =>
  Math.floor(now.getTime() / 1000 / stepSeconds);

/**
 * When access that begins now has to have ended: after the flow's longest duration, and not later than its timeframe.
 * Undefined outside of the timeframe, and so shortly before its end that nothing begins. A whole second, and the earlier
 * one: nothing lasts longer than it may.
 */
export const latestEnd = (
  { timeframe }: Pick<PeriodicFlow, "timeframe">,
  { durationSeconds }: Rhythm,
  now: Date,
): Timestamp | undefined => {
  if (timeframe !== undefined && !isWithin(timeframe, now)) return undefined;
  const frameEnd = timeframe === undefined ? undefined : endsAt(timeframe, now);
  const wholeSecond = new Date(Math.floor(now.getTime() / 1000) * 1000);
  const longest = secondsAfter(wholeSecond, durationSeconds);
  const end = frameEnd === undefined || timestamp(frameEnd) > longest ? longest : timestamp(frameEnd);
  return secondsUntil(end, now) < SHORTEST_SECONDS ? undefined : end;
};

/** Whole seconds from now on. */
export const secondsUntil = (end: Timestamp, now: Date): number =>
  Math.floor((new Date(end).getTime() - now.getTime()) / 1000);
