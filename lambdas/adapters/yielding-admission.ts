import type { Clock } from "../core/ports/clock.ts";
import type { Admission } from "../core/ports/provider.ts";
import type { Share } from "./admission.ts";
import type { PaceItem } from "./dynamodb/pace-item.ts";
import { inOrder } from "./in-order.ts";
import { intervalOf, sharedPace } from "./shared-pace.ts";

interface Dependencies {
  /** What all processes share that make such calls. */
  readonly pace: PaceItem;
  /** The pace of all of them together while nobody needs the room. */
  readonly usual: Share;
  /** What is left for all of them together while somebody does. */
  readonly meanwhile: Share;
  /** Whether somebody needs the room now. */
  readonly mustYield: () => Promise<boolean>;
  readonly clock: Clock;
  /** How many calls are set apart at the usual pace when one is needed (default: 1): who makes many need not ask for each. */
  readonly ahead?: number;
}

/** After so many lost races for the pace, a process tries again in so much time. */
const CROWDED_MILLISECONDS = 1000;

/**
 * Admission of calls that can wait, of all processes together: at a pace of their own, and at a slower one from the very
 * call on before which somebody else began to need the room. Asked before each call.
 *
 * Both paces are one item, and every call is made at its own moment or not at all: a moment that passed unused is lost, since
 * by then others have theirs. So whoever comes late, or goes from one pace to the other, adds no call to anybody's second.
 *
 * Throws RetryableError `StoreUnavailable`: a call that nobody could set apart is not made.
 */
export const yieldingAdmission = (dependencies: Dependencies): Admission => {
  const { pace, usual, meanwhile, mustYield, clock, ahead = 1 } = dependencies;
  const setCallsApart = sharedPace({ pace, clock });
  const slowly = intervalOf(meanwhile);
  /** The moments of the calls that are set apart at the usual pace for this process, and not made yet. */
  let moments: readonly number[] = [];
  /** From when on a call at the slower pace has the time before it to itself: all that were made at the usual one are over. */
  let calmFrom = -Infinity;
  /** Until when this process takes it that somebody still needs the room, and makes no call at the usual pace. */
  let slowUntil = -Infinity;
  const setApartInOrder = inOrder();
  const slowlyInOrder = inOrder();

  const now = () => clock.now().getTime();

  const until = async (moment: number): Promise<void> => {
    await clock.sleep(Math.max(0, moment - now()));
  };

  const set = async (share: Share, calls: number): Promise<readonly number[]> => {
    for (;;) {
      const apart = await setCallsApart({ share, calls });
      if (apart !== "later") return apart;
      await clock.sleep(CROWDED_MILLISECONDS);
    }
  };

  const mayNeedRoom = () => now() < slowUntil;

  /**
   * The next moment that is set apart and has not passed, or else one of those that are set apart now; undefined where
   * somebody began to need the room while others asked for theirs.
   */
  const usualMoment = async (): Promise<number | undefined> => {
    if (mayNeedRoom()) return undefined;
    const [kept, ...later] = moments.filter((moment) => moment >= now());
    const [next = now(), ...others] = kept === undefined ? await set(usual, ahead) : [kept, ...later];
    moments = others;
    return next;
  };

  const giveWay = (): void => {
    if (!mayNeedRoom()) calmFrom = now() + slowly;
    slowUntil = Math.max(slowUntil, calmFrom + slowly);
  };

  /**
   * One call at the slower pace, if that is still to be. They are set apart one after another: those of many who wait
   * would be in everybody's way once the room is free.
   */
  const admittedSlowly = async (): Promise<boolean> => {
    await until(calmFrom);
    if (!mayNeedRoom()) return false;
    const [moment = now()] = await set(meanwhile, 1);
    slowUntil = moment + slowly;
    await until(moment);
    if (!(await mustYield())) slowUntil = -Infinity;
    return true;
  };

  return {
    admit: async () => {
      for (;;) {
        const moment = await setApartInOrder(usualMoment);
        if (moment === undefined) {
          if (await slowlyInOrder(admittedSlowly)) return;
        } else {
          await until(moment);
          if (!(await mustYield())) return;
          giveWay();
        }
      }
    },
  };
};
