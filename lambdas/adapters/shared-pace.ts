import type { Clock } from "../core/ports/clock.ts";
import type { Share } from "./admission.ts";
import type { PaceItem } from "./dynamodb/pace-item.ts";

/**
 * Calls are not set apart further ahead than this: 10 seconds of others' calls, 15 for the 60 calls of the largest
 * request, and as much again for looks at slow operations. What says more was written by a clock that is ahead, and is
 * not waited for.
 */
const PLAUSIBLE_MILLISECONDS = 60_000;

/**
 * Only a process that finds the pace idle, or whose wait grows too long, can lose a race; so often in a row is a crowd. The first
 * attempt may only have believed wrongly.
 */
const RACES = 5;

/** The time that one call of a share has to itself. */
export const intervalOf = ({ perSecond }: Share): number => Math.ceil(1000 / perSecond);

interface Wanted {
  readonly share: Share;
  readonly calls: number;
  /** How long the first of them may have to wait at most (default: as long as anything is waited for). */
  readonly longestWait?: number;
}

/** Sets calls apart from those of all other processes: the moment of each, or "later" when that would take too long. */
export type SetCallsApart = (wanted: Wanted) => Promise<readonly number[] | "later">;

/**
 * The pace of the calls of all processes together (the generic cell rate algorithm, on one item): each call has its moment,
 * `1 / perSecond` after the one before it, and after a pause `burst` of them at once. Setting calls apart is one write,
 * however many they are, where things stand as this process believes: idle, or as its own last calls left them. Where they do
 * not, it is a read and a write more.
 *
 * Throws RetryableError `StoreUnavailable`.
 */
export const sharedPace = ({
  pace,
  clock,
}: {
  readonly pace: PaceItem;
  readonly clock: Pick<Clock, "now">;
}): SetCallsApart => {
  let believed: number | undefined;
  return async ({ share, calls, longestWait = PLAUSIBLE_MILLISECONDS }) => {
    const interval = intervalOf(share);
    const length = calls * interval;
    /** How much sooner than its place in line a call may come. */
    const early = (share.burst - 1) * interval;
    let isRead = false;
    for (let race = 0; race <= RACES; race += 1) {
      const at = clock.now().getTime();
      const plausible = at + PLAUSIBLE_MILLISECONDS;
      const isIdle = believed === undefined || believed <= at || believed > plausible;
      const latest = Math.min(at + longestWait + early, plausible);
      const isTooLong = !isIdle && believed !== undefined && believed > latest;
      if (isTooLong && isRead) return "later";
      const booked = isTooLong
        ? "conflict"
        : isIdle
          ? await pace.begin(at + length, { now: at, plausible })
          : await pace.extend(length, { now: at, latest });
      if (booked === "conflict") {
        believed = await pace.freeFrom();
        isRead = true;
        continue;
      }
      believed = booked;
      return Array.from({ length: calls }, (_, index) => booked - length + index * interval - early);
    }
    return "later";
  };
};
