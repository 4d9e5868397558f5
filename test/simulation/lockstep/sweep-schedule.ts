import type { Json } from "../../../local/wire/json.ts";
import type { Random } from "../random.ts";
import type { VirtualTime } from "../virtual-time.ts";

/** What makes the sweep run without anybody asking for it, as lib/constructs/sweep-schedule.ts has it. */

const SWEEP_EVERY = 5 * 60_000;

const FAILED: ReadonlySet<string> = new Set(["FAILED", "TIMED_OUT", "ABORTED"]);

/** Whether the sweep is told of an execution that ends so. */
export const isSweptFor = (status: string): boolean => FAILED.has(status);

/** Runs the sweep in its rhythm, which began at some moment before the history. */
export const sweepRegularly = (time: VirtualTime, random: Random, sweep: (payload: Json) => void): void => {
  const sweepFrom = (moment: number): void => {
    time.at(moment, () => {
      sweep({ version: 1, mode: "scheduled" });
      sweepFrom(moment + SWEEP_EVERY);
    });
  };
  sweepFrom(time.milliseconds + random.split("sweep").between(0, SWEEP_EVERY));
};
