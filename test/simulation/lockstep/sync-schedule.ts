import type { Random } from "../random.ts";
import type { VirtualTime } from "../virtual-time.ts";

const LOOK_EVERY = 5 * 60_000;

/** Looks which syncs are due, in the rhythm of lib/constructs/sync-schedule.ts, which began before the history. */
export const syncRegularly = (time: VirtualTime, random: Random, look: () => void): void => {
  const lookFrom = (moment: number): void => {
    time.at(moment, () => {
      look();
      lookFrom(moment + LOOK_EVERY);
    });
  };
  lookFrom(time.milliseconds + random.split("sync").between(0, LOOK_EVERY));
};
