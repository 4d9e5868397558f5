import type { Json } from "../../../local/wire/json.ts";
import type { FunctionName } from "../lockstep/names.ts";
import type { VirtualTime } from "../virtual-time.ts";
import type { SimulatedLambda } from "./lambda.ts";

const MINUTE = 60_000;

/** Lambda repeats an event twice when its function fails (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html). */
const REPEATED_AFTER = [MINUTE, 2 * MINUTE] as const;

interface QueuedEvent {
  readonly function: FunctionName;
  /** What it is about: the number of a step. */
  readonly of: number;
  readonly payload: Json;
}

/** Lambda's asynchronous invocations: nobody waits for the function. */
export class EventQueue {
  private readonly time: VirtualTime;
  private readonly lambda: SimulatedLambda;
  /** Events that a function has still to take. */
  pending = 0;

  constructor(time: VirtualTime, lambda: SimulatedLambda) {
    this.time = time;
    this.lambda = lambda;
  }

  send(name: FunctionName, of: number, payload: Json): void {
    this.attempt({ function: name, of, payload }, 0);
  }

  private attempt(event: QueuedEvent, failures: number): void {
    const { time, lambda } = this;
    this.pending += 1;
    void lambda
      .invoke(event.function, event.of, event.payload)
      .then(
        (answer) => "payload" in answer,
        () => false,
      )
      .then((done) => {
        this.pending -= 1;
        const pause = REPEATED_AFTER[failures];
        if (done || pause === undefined) return;
        time.at(time.milliseconds + pause, () => {
          this.attempt(event, failures + 1);
        });
      });
  }
}
