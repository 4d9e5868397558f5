import type { Clock } from "../../ports/clock.ts";

/** Waits for its turn at a steady pace; false when that would come after `until`, and nothing was waited for. */
export type Pace = (until: Date) => Promise<boolean>;

/** So many a second, one after the other. */
export const paceOf = (clock: Clock, perSecond: number): Pace => {
  let next = 0;
  return async (until) => {
    const now = clock.now().getTime();
    const mine = Math.max(now, next);
    if (mine > until.getTime()) return false;
    next = mine + 1000 / perSecond;
    await clock.sleep(mine - now);
    return true;
  };
};
