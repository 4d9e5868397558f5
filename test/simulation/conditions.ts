import type { CallEffect, ContainerName, InvocationEffects } from "./aws/lambda.ts";
import type { RecordEffects } from "./aws/request-stream.ts";
import type { ServiceName } from "./aws/clients.ts";
import type { CallPoint, ClockPlace } from "./history.ts";

/** A stretch of time in which something went wrong, and which Lockstep may need to get over. */
interface Trouble {
  readonly from: number;
  readonly to: number;
}

const pointKey = ({ function: name, of, invocation }: Omit<CallPoint, "call">): string =>
  `${name}/${of}/${invocation}`;

const callKey = (point: CallPoint): string => `${pointKey(point)}/${point.call}`;

const recordKey = (of: number, version: number): string => `${of}/${version}`;

/** What goes wrong at present, and what has: the faults write it, the simulated AWS asks. */
export class Conditions {
  private readonly calls = new Map<string, CallEffect>();
  private readonly invocations = new Map<string, InvocationEffects>();
  private readonly repeated = new Set<number>();
  private readonly records = new Map<string, RecordEffects>();
  private readonly troubles: Trouble[] = [];
  readonly throttling = new Set<{ readonly service: ServiceName; readonly share: number }>();
  readonly conflicts = new Set<{ readonly share: number }>();
  readonly failing = new Set<{ readonly share: number }>();
  readonly slow = new Set<{ readonly milliseconds: number }>();
  readonly clockOff = new Set<{ readonly milliseconds: number; readonly where: ClockPlace }>();
  /** How late the indexes are (milliseconds). */
  readonly lateIndexes = new Set<{ readonly milliseconds: number }>();
  readonly lostWakeUps = new Set<number>();
  readonly lostStarts = new Set<number>();
  /** The furthest that any clock was ever off. */
  furthestClockOff = 0;

  putCall(point: CallPoint, effect: CallEffect): void {
    this.calls.set(callKey(point), effect);
  }

  putInvocation(point: Omit<CallPoint, "call">, effects: InvocationEffects): void {
    const key = pointKey(point);
    if (effects.repeatedAfter !== undefined) this.repeated.add(point.of);
    this.invocations.set(key, { ...this.invocations.get(key), ...effects });
  }

  putRecord(of: number, version: number, effects: RecordEffects): void {
    const key = recordKey(of, version);
    this.records.set(key, { ...this.records.get(key), ...effects });
  }

  call(point: CallPoint): CallEffect | undefined {
    return this.calls.size === 0 ? undefined : this.calls.get(callKey(point));
  }

  invocation(point: Omit<CallPoint, "call">): InvocationEffects {
    return this.invocations.get(pointKey(point)) ?? {};
  }

  /** Whether some invocation for the step is to run once more later. */
  isRepeated(of: number): boolean {
    return this.repeated.has(of);
  }

  record(of: number, version: number): RecordEffects {
    return this.records.get(recordKey(of, version)) ?? {};
  }

  /** How far the clock of a container is off now (milliseconds). */
  offOf({ function: name, number }: ContainerName): number {
    for (const { milliseconds, where } of this.clockOff) {
      if (where === "everywhere" || where === name || (where === "every-other" && number % 2 === 1))
        return milliseconds;
    }
    return 0;
  }

  /** Something went wrong from `from` to `to` (milliseconds since 1970). */
  trouble(from: number, to: number): void {
    this.troubles.push({ from, to });
  }

  /** When what should be done at `moment` has to be done, if it may take `bound`, and again after each trouble. */
  deadlineOf(moment: number, bound: number): number {
    let deadline = moment + bound;
    for (const { from, to } of this.troubles.toSorted((a, b) => a.from - b.from)) {
      if (from <= deadline) deadline = Math.max(deadline, to + bound);
    }
    return deadline;
  }
}
