import type { Random } from "../random.ts";
import type { VirtualTime } from "../virtual-time.ts";

/** The rhythm of the automatic flows (lib/constructs/automatic-schedule.ts). */
export const RUN_EVERY = 5 * 60_000;

/** Then the schedule stops, so that a history comes to its end: what was given ends at its expiry. */
export const RUNS_FOR = 3 * 60 * 60_000;

/** Runs the automatic flows in their rhythm, which began at some moment before the history. */
export const runAutomaticRegularly = (time: VirtualTime, random: Random, run: () => void): void => {
  const end = time.milliseconds + RUNS_FOR;
  const runFrom = (moment: number): void => {
    if (moment > end) return;
    time.at(moment, () => {
      run();
      runFrom(moment + RUN_EVERY);
    });
  };
  runFrom(time.milliseconds + random.split("automatic").between(0, RUN_EVERY));
};
