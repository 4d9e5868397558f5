import type { CallEffect, InvocationEffects } from "./aws/lambda.ts";
import type { RecordEffects } from "./aws/request-stream.ts";
import type { Conditions } from "./conditions.ts";
import type { CallPoint } from "./history.ts";
import type { VirtualTime } from "./virtual-time.ts";

/** A call that goes wrong holds its caller up no longer: its client gives up by then (aws/lambda.ts). */
const LOST_CALL_MILLISECONDS = 10_000;

/** What the faults that lie in wait do when the program comes by: only then does Lockstep have something to get over. */
export interface Effects {
  readonly call: (point: CallPoint) => CallEffect | undefined;
  readonly invocation: (point: Omit<CallPoint, "call">) => InvocationEffects;
  readonly record: (of: number, version: number) => RecordEffects;
}

export const effectsIn = (conditions: Conditions, time: VirtualTime): Effects => {
  const trouble = (milliseconds: number): void => {
    conditions.trouble(time.milliseconds, time.milliseconds + milliseconds);
  };
  return {
    call: (point) => {
      const effect = conditions.call(point);
      if (effect !== undefined) {
        trouble(effect.kind === "runs-on" ? effect.milliseconds : LOST_CALL_MILLISECONDS);
      }
      return effect;
    },
    invocation: (point) => {
      const effects = conditions.invocation(point);
      if (effects.unreachable === true || effects.repeatedAfter !== undefined) {
        trouble(effects.repeatedAfter ?? 0);
      }
      return effects;
    },
    record: (of, version) => {
      const effects = conditions.record(of, version);
      if (Object.keys(effects).length > 0) trouble(effects.lateBy ?? effects.repeatedAfter ?? 0);
      return effects;
    },
  };
};
