import type { Conditions } from "../conditions.ts";
import type { Random } from "../random.ts";
import type { VirtualTime } from "../virtual-time.ts";
import type { IndexDelay } from "./dynamodb/dynamodb.ts";

/** Most of what is written is shown by the indexes at once; the rest up to so much later. */
const LATE_IN_INDEX = 0.1;
const INDEX_DELAY = [20, 1_500] as const;

/** The indexes follow as late as they usually do, or as a fault has it. */
export const lateIndexes = (around: {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly conditions: Conditions;
}): IndexDelay => {
  const { time, conditions } = around;
  const random = around.random.split("indexes");
  return (show) => {
    const late = Math.max(0, ...[...conditions.lateIndexes].map(({ milliseconds }) => milliseconds));
    const usual = random.chance(LATE_IN_INDEX) ? random.between(...INDEX_DELAY) : 0;
    if (late + usual === 0) show();
    else time.at(time.milliseconds + Math.max(late, usual), show);
  };
};
