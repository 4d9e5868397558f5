import type { Ledger, Tracked } from "../ledger.ts";

const MINUTE = 60_000;

/** Access that begins again so soon has not been over in between (lambdas/core/domain/stretch.ts: an hour). */
const PAUSE = 59 * MINUTE;

/** A request that was made so shortly before may not be on the list yet (late-indexes, and a call that takes its time). */
const NOT_LISTED_YET = 5 * MINUTE;

/** From when to when a request gave access before some moment, as far as Lockstep had said so by then. */
const given = (
  { claims }: Tracked,
  by: number,
): { readonly from: number; readonly to: number } | undefined => {
  const from = claims.find(({ entry }) => entry.type === "AccessGranted")?.at;
  const to = claims.find(({ entry }) => entry.type === "RevocationStarted")?.at ?? by;
  return from === undefined || from >= by ? undefined : { from, to: Math.min(to, by) };
};

/**
 * How long (seconds) whoever gets the access has had any of the same when they have it again at some moment, without a pause:
 * at least, and of what others may have asked for at the same time nothing.
 */
export const secondsBefore = (
  ledger: Ledger,
  { n, action, keys }: Tracked,
  moment: number,
  clocksOff: number,
): number => {
  const spans = [...ledger.requests.values()]
    .filter(
      (other) =>
        other.n !== n &&
        other.automatic === undefined &&
        other.madeAt < moment - NOT_LISTED_YET &&
        other.keys.some((key) => keys.includes(key)) &&
        (action.group === undefined || other.action.who === action.who),
    )
    .flatMap((other) => given(other, moment) ?? [])
    .toSorted((a, b) => b.to - a.to);
  let milliseconds = 0;
  let begin = moment;
  for (const { from, to } of spans) {
    if (begin - to >= PAUSE - 2 * clocksOff) break;
    milliseconds += Math.max(0, Math.min(to, begin) - from);
    begin = Math.min(begin, from);
  }
  return Math.max(0, milliseconds - 2 * clocksOff) / 1_000;
};
