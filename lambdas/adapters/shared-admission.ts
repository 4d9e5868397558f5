import { RetryableError } from "../core/domain/errors.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { SharedAdmission } from "../core/ports/provider.ts";
import type { Share } from "./admission.ts";
import type { PaceItem } from "./dynamodb/pace-item.ts";

/**
 * Nobody waits longer than this for the first of their calls. The workflow's own wait costs nothing, and takes up none of
 * the few invocations that a young account can run at once, which a revoke needs.
 */
const LONGEST_WAIT_MILLISECONDS = 1_000;

/**
 * Calls are not set apart further ahead than this: 10 seconds of others' calls, 15 for the 60 calls of the largest
 * request, and as much again for looks at slow operations. What says more was written by a clock that is ahead, and is
 * not waited for.
 */
const PLAUSIBLE_MILLISECONDS = 60_000;

/** A call that was set apart may come so much later than its moment. Then it is lost: many late ones would be a burst. */
const KEPT_MILLISECONDS = 10_000;

/** Only a process that finds the pace idle, or whose wait grows too long, can lose a race; so often in a row is a crowd. */
const RACES = 5;

/** When the pace cannot be asked, a process makes one call in so much time. */
const ALONE_MILLISECONDS = 1000;

interface Dependencies {
  readonly pace: PaceItem;
  readonly share: Share;
  readonly clock: Clock;
  /** How many calls are set apart when one more is needed (default: 1): who makes many need not ask for each. */
  readonly ahead?: number;
}

/**
 * Paces the calls of all processes together (the generic cell rate algorithm, on one item): each call has its moment,
 * `1 / perSecond` after the one before it, and after a pause `burst` of them at once. Setting calls apart is one read and
 * one write, however many they are.
 *
 * `setApart` throws RetryableError `StoreUnavailable`; `admit` never throws.
 */
export const sharedAdmission = ({
  pace,
  share: { perSecond, burst },
  clock,
  ahead = 1,
}: Dependencies): SharedAdmission => {
  const interval = Math.ceil(1000 / perSecond);
  /** How much sooner than its place in line a call may come. */
  const early = (burst - 1) * interval;
  /** The moments of the calls that are set apart for this process, and not made yet. */
  let moments: readonly number[] = [];
  /** The moment of the newest call. */
  let newest = -Infinity;
  /** Who asks for a moment waits for whoever asked before: one sets calls apart, and the others take of them. */
  let asked: Promise<unknown> = Promise.resolve();

  const now = () => clock.now().getTime();

  const until = async (moment: number): Promise<void> => {
    await clock.sleep(Math.max(0, moment - now()));
  };

  /** Sets so many calls apart, unless the first of them would be more than `longestWait` away. */
  const book = async (calls: number, longestWait: number): Promise<readonly number[] | "later"> => {
    const length = calls * interval;
    for (let race = 0; race < RACES; race += 1) {
      const freeFrom = await pace.freeFrom();
      const at = now();
      const plausible = at + PLAUSIBLE_MILLISECONDS;
      const isIdle = freeFrom === undefined || freeFrom <= at || freeFrom > plausible;
      const latest = Math.min(at + longestWait + early, plausible);
      if (!isIdle && freeFrom > latest) return "later";
      const booked = isIdle
        ? await pace.begin(at + length, { now: at, plausible })
        : await pace.extend(length, { now: at, latest });
      if (booked !== "conflict") return momentsFrom(booked - length, calls);
    }
    return "later";
  };

  const momentsFrom = (begin: number, calls: number): readonly number[] =>
    Array.from({ length: calls }, (_, index) => begin + index * interval - early);

  /** The moment of the next call that was set apart and is not lost. */
  const nextMoment = (): number | undefined => {
    const lostBefore = now() - KEPT_MILLISECONDS;
    const [next, ...others] = moments.filter((moment) => moment >= lostBefore);
    moments = others;
    return next;
  };

  /** The moment of one call more, and of some behind it; a second from now when the pace does not say: a call that is too many is throttled, and made again. */
  const oneMore = async (): Promise<number> => {
    try {
      const calls = await book(ahead, PLAUSIBLE_MILLISECONDS);
      if (calls !== "later" && calls[0] !== undefined) {
        moments = [...moments, ...calls.slice(1)];
        return calls[0];
      }
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
    }
    return now() + ALONE_MILLISECONDS;
  };

  /**
   * Of calls that were set apart ahead, many may be late at once, after a pause in which none was needed. They come one
   * after the other all the same, and not as the burst that their moments would make.
   */
  const inLine = (moment: number): number => {
    newest = ahead === 1 ? moment : Math.max(moment, now(), newest + interval);
    return newest;
  };

  return {
    setApart: async (calls) => {
      const set = await book(calls, LONGEST_WAIT_MILLISECONDS);
      if (set === "later") return "later";
      // What is left over was another request's, which did not need it.
      moments = set;
      await until(set[0] ?? now());
      return "ready";
    },
    admit: async () => {
      const moment = asked.then(async () => inLine(nextMoment() ?? (await oneMore())));
      asked = moment.catch(() => undefined);
      await until(await moment);
    },
  };
};
