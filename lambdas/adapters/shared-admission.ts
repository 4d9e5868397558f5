import { RetryableError } from "../core/domain/errors.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { SharedAdmission } from "../core/ports/provider.ts";
import type { Share } from "./admission.ts";
import type { PaceItem } from "./dynamodb/pace-item.ts";
import { inOrder } from "./in-order.ts";
import { sharedPace } from "./shared-pace.ts";

/**
 * Nobody waits longer than this for the first of their calls. The workflow's own wait costs nothing, and takes up none of
 * the few invocations that a young account can run at once, which a revoke needs.
 */
const LONGEST_WAIT_MILLISECONDS = 1_000;

/** A call that was set apart may come so much later than its moment. Then it is lost: many late ones would be a burst. */
const KEPT_MILLISECONDS = 10_000;

/** When the pace cannot be asked, a process makes one call in so much time. */
const ALONE_MILLISECONDS = 1000;

interface Dependencies {
  readonly pace: PaceItem;
  readonly share: Share;
  readonly clock: Clock;
}

/**
 * Paces the calls of all processes together, many of which one process sets apart for what it is about to do.
 *
 * `setApart` throws RetryableError `StoreUnavailable`; `admit` never throws.
 */
export const sharedAdmission = ({ pace, share, clock }: Dependencies): SharedAdmission => {
  const setCallsApart = sharedPace({ pace, clock });
  /** The moments of the calls that are set apart for this process, and not made yet. */
  let moments: readonly number[] = [];
  /** Who asks for a moment waits for whoever asked before: each takes one of those that are set apart, or sets one apart. */
  const inTheirOrder = inOrder();

  const now = () => clock.now().getTime();

  const until = async (moment: number): Promise<void> => {
    await clock.sleep(Math.max(0, moment - now()));
  };

  /** The moment of the next call that was set apart and is not lost. */
  const nextMoment = (): number | undefined => {
    const lostBefore = now() - KEPT_MILLISECONDS;
    const [next, ...others] = moments.filter((moment) => moment >= lostBefore);
    moments = others;
    return next;
  };

  /** The moment of one call more; a second from now when the pace does not say: a call that is too many is throttled, and made again. */
  const oneMore = async (): Promise<number> => {
    try {
      const set = await setCallsApart({ share, calls: 1 });
      if (set !== "later" && set[0] !== undefined) return set[0];
    } catch (error) {
      if (!(error instanceof RetryableError)) throw error;
    }
    return now() + ALONE_MILLISECONDS;
  };

  return {
    setApart: async (calls) => {
      const set = await setCallsApart({ share, calls, longestWait: LONGEST_WAIT_MILLISECONDS });
      if (set === "later") return "later";
      // What is left over was another request's, which did not need it.
      moments = set;
      await until(set[0] ?? now());
      return "ready";
    },
    admit: async () => {
      await until(await inTheirOrder(async () => nextMoment() ?? (await oneMore())));
    },
  };
};
