import type { Landmark, Step } from "./history.ts";
import type { VirtualTime } from "./virtual-time.ts";

const keyOf = (of: number, landmark: Landmark): string => `${landmark}/${of}`;

/** When the steps of a history begin: at a moment of their own, or by a landmark that a request comes to. */
export class StepSchedule {
  private readonly time: VirtualTime;
  private readonly start: number;
  private readonly begin: (step: Step) => void;
  private readonly reached = new Set<string>();
  private readonly waiting = new Map<string, { readonly step: Step; readonly by: number }[]>();
  /** When the last of the steps begins whose moment is known. */
  lastStep: number;

  constructor(time: VirtualTime, start: number, begin: (step: Step) => void) {
    this.time = time;
    this.start = start;
    this.begin = begin;
    this.lastStep = start;
  }

  add(step: Step): void {
    if ("at" in step.when) {
      this.beginAt(this.start + step.when.at, step);
      return;
    }
    const { after, of, by } = step.when;
    const key = keyOf(of, after);
    this.waiting.set(key, [...(this.waiting.get(key) ?? []), { step, by }]);
  }

  /** Only the first time counts: access that is extended becomes active once. */
  reach(of: number, landmark: Landmark, moment: number): void {
    const key = keyOf(of, landmark);
    if (this.reached.has(key)) return;
    this.reached.add(key);
    for (const { step, by } of this.waiting.get(key) ?? []) this.beginAt(moment + by, step);
    this.waiting.delete(key);
  }

  private beginAt(moment: number, step: Step): void {
    this.lastStep = Math.max(this.lastStep, moment);
    this.time.at(moment, () => {
      this.begin(step);
    });
  }
}
