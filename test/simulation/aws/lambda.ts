import type { ClientsFor } from "../../../lambdas/adapters/aws-clients.ts";
import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import type { InvocationAnswer } from "../../../local/step-functions/ports.ts";
import type { Json } from "../../../local/wire/json.ts";
import type { CallPoint } from "../history.ts";
import type { FunctionName } from "../lockstep/names.ts";
import type { Random } from "../random.ts";
import type { Trace } from "../trace.ts";
import type { VirtualTime } from "../virtual-time.ts";
import { simulatedClients, type AwsCall } from "./clients.ts";

/** What a function is made of: one row for each, in lockstep/functions.ts. */
export interface FunctionRow {
  readonly timeoutSeconds: number;
  /** Composes the function as its handler does; runs once in each container. */
  readonly compose: (environment: FunctionEnvironment) => (payload: Json) => Promise<Json | undefined>;
}

export interface FunctionEnvironment {
  readonly clientsFor: ClientsFor;
  readonly clock: Clock;
  readonly uniqueText: () => string;
  /** Where the function's log goes. */
  readonly log: (line: object) => void;
}

/** One run of a function. */
export interface Invocation {
  readonly function: FunctionName;
  /** What it is about: the number of a step. */
  readonly of: number;
  /** How many of the function ran for the same step before. */
  readonly ordinal: number;
  readonly random: Random;
  calls: number;
  /** It was killed: nothing of it happens any more. */
  dead: boolean;
}

/** What goes wrong at a call. */
export type CallEffect =
  | { readonly kind: "crash-before" | "crash-after" | "lost-answer" }
  /** In milliseconds, from when its caller gave it up; never, where it is absent. */
  | { readonly kind: "no-answer"; readonly arrivesAfter?: number }
  | { readonly kind: "runs-on"; readonly milliseconds: number };

/** What goes wrong with an invocation as a whole. */
export interface InvocationEffects {
  readonly unreachable?: boolean;
  readonly repeatedAfter?: number;
}

/** What the functions live in. */
export interface Surroundings {
  readonly time: VirtualTime;
  readonly random: Random;
  readonly functions: Readonly<Record<FunctionName, FunctionRow>>;
  /** How far the clock of a container is off now (milliseconds). */
  readonly clockOff: (container: ContainerName) => number;
  readonly callEffect: (point: CallPoint) => CallEffect | undefined;
  readonly invocationEffects: (point: Omit<CallPoint, "call">) => InvocationEffects;
  /** Makes an AWS call, now; throws as the SDK does. */
  readonly answer: (invocation: Invocation, call: AwsCall) => unknown;
  readonly log: (invocation: Invocation, line: object) => void;
  readonly trace: Trace;
}

const labelOf = (invocation: Invocation): string =>
  `${invocation.function} of ${invocation.of} #${invocation.ordinal}`;

/** One of the containers of a function: the how manieth. */
export interface ContainerName {
  readonly function: FunctionName;
  readonly number: number;
}

interface Container {
  readonly handle: (payload: Json) => Promise<Json | undefined>;
  current: Invocation | undefined;
}

/** Most calls take some milliseconds; now and then one takes long, as they do. */
const USUAL_LATENCY = [4, 40] as const;
const SLOW_LATENCY = [500, 2_500] as const;
const SLOW_SHARE = 0.02;

/** When the adapters' clients give up (lambdas/adapters/aws-clients.ts and dynamodb/table.ts). */
const timeoutOf = ({ service }: AwsCall): number => (service === "dynamodb" ? 3_000 : 10_000);

/** What a client throws when nobody answers it. */
export const timedOut = (): Error =>
  Object.assign(new Error("The request was not answered in time"), { name: "TimeoutError" });

const never = () => new Promise<never>(() => undefined);

const functionError = (errorType: string, errorMessage: string): InvocationAnswer => ({
  functionError: { errorType, errorMessage },
});

const killed = functionError("Runtime.ExitError", "Runtime exited with error: signal: killed");

/** As Step Functions reports a function that took too long. */
const timedOutFunction = functionError("Sandbox.Timedout", "Task timed out");

const lambdaError = (name: string, message: string): Error => Object.assign(new Error(message), { name });

/** Lambda: containers that serve one invocation at a time, are used again, and die. */
export class SimulatedLambda {
  private readonly around: Surroundings;
  private idle = new Map<FunctionName, Container[]>();
  private readonly ordinals = new Map<string, number>();
  private readonly containers = new Map<FunctionName, number>();
  /** What is to become of the machine's wait for an invocation, by the invocation. */
  private readonly settlers = new Map<Invocation, (answer: InvocationAnswer | Error) => void>();
  running = 0;

  constructor(around: Surroundings) {
    this.around = around;
  }

  /** Runs the function and waits for it, as a synchronous invocation does; throws errors of Lambda itself. */
  async invoke(name: FunctionName, of: number, payload: Json): Promise<InvocationAnswer> {
    const { time, random, functions, invocationEffects } = this.around;
    const key = `${name}/${of}`;
    const ordinal = this.ordinals.get(key) ?? 0;
    this.ordinals.set(key, ordinal + 1);
    const invocation: Invocation = {
      function: name,
      of,
      ordinal,
      random: random.split(`${key}/${ordinal}`),
      calls: 0,
      dead: false,
    };
    const { unreachable, repeatedAfter } = invocationEffects({ function: name, of, invocation: ordinal });
    if (repeatedAfter !== undefined) {
      time.at(
        time.milliseconds + repeatedAfter,
        () => void this.invoke(name, of, payload).catch(() => undefined),
      );
    }
    if (unreachable === true) throw lambdaError("Lambda.TooManyRequestsException", "Rate exceeded");
    const answer = await new Promise<InvocationAnswer | Error>((settle) => {
      this.settlers.set(invocation, settle);
      this.begin(invocation, payload, functions[name].timeoutSeconds * 1000);
    });
    if (answer instanceof Error) throw answer;
    return answer;
  }

  /** New code is out: containers that wait for work are not used again. */
  redeploy(): void {
    this.idle = new Map();
  }

  private begin(invocation: Invocation, payload: Json, timeoutMilliseconds: number): void {
    const { time, trace } = this.around;
    const container = this.containerFor(invocation);
    trace(() => `${labelOf(invocation)} begins`);
    this.running += 1;
    const cancelTimeout = time.at(time.milliseconds + timeoutMilliseconds, () => {
      this.kill(invocation, timedOutFunction);
    });
    const end = (answer: InvocationAnswer) => {
      if (invocation.dead) return;
      cancelTimeout();
      this.running -= 1;
      container.current = undefined;
      this.idle.get(invocation.function)?.push(container);
      trace(() => `${labelOf(invocation)} ends: ${JSON.stringify(answer)}`);
      this.settle(invocation, answer);
    };
    container.handle(payload).then(
      (output) => {
        // Lambda carries JSON.
        end({ payload: output === undefined ? null : (JSON.parse(JSON.stringify(output)) as Json) });
      },
      (error: unknown) => {
        const { name, message } = error instanceof Error ? error : new Error(String(error));
        this.around.log(invocation, { errorName: name, errorMessage: message });
        end(functionError(name, message));
      },
    );
  }

  private containerFor(invocation: Invocation): Container {
    const waiting = this.idle.get(invocation.function) ?? [];
    this.idle.set(invocation.function, waiting);
    const container = waiting.pop() ?? this.newContainer(invocation.function);
    container.current = invocation;
    return container;
  }

  private newContainer(name: FunctionName): Container {
    const { time, clockOff, functions, log } = this.around;
    let unique = 0;
    const number = this.containers.get(name) ?? 0;
    this.containers.set(name, number + 1);
    const off = () => clockOff({ function: name, number });
    const current = (): Invocation => {
      if (container.current === undefined) throw new Error(`${name} works without an invocation`);
      return container.current;
    };
    const clock: Clock = {
      now: () => new Date(time.milliseconds + off()),
      sleep: async (milliseconds, signal) => {
        const invocation = current();
        await time.sleep(milliseconds, signal);
        if (invocation.dead) await never();
      },
    };
    const container: Container = {
      current: undefined,
      handle: functions[name].compose({
        clientsFor: simulatedClients((call) => this.call(current(), call)),
        clock,
        uniqueText: () => {
          const { of, ordinal } = current();
          return `${name}/${of}/${ordinal}/${(unique += 1)}`;
        },
        log: (line) => {
          log(current(), line);
        },
      }),
    };
    return container;
  }

  /** One call of an AWS client: it travels, it is answered, or something goes wrong. */
  private async call(invocation: Invocation, call: AwsCall): Promise<unknown> {
    const { callEffect, answer, trace } = this.around;
    const { function: name, of, ordinal, random } = invocation;
    const ordinalOfCall = invocation.calls;
    invocation.calls += 1;
    const effect = callEffect({ function: name, of, invocation: ordinal, call: ordinalOfCall });
    const label = () => `${labelOf(invocation)}.${ordinalOfCall} ${call.operation}`;
    const [least, most] = random.chance(SLOW_SHARE) ? SLOW_LATENCY : USUAL_LATENCY;
    await this.pass(invocation, random.between(least, most));
    if (effect !== undefined) trace(() => `${label()}: ${effect.kind}`);
    switch (effect?.kind) {
      case "crash-before":
        this.kill(invocation, killed);
        return never();
      case "no-answer":
        await this.pass(invocation, timeoutOf(call));
        if (effect.arrivesAfter !== undefined) this.arriveLate(invocation, call, effect.arrivesAfter);
        throw timedOut();
      case "runs-on":
      case "crash-after":
      case "lost-answer":
      case undefined:
        break;
    }
    let answered: { readonly output: unknown } | { readonly error: unknown };
    try {
      answered = { output: await answer(invocation, call) };
      trace(label);
    } catch (error) {
      answered = { error };
      trace(() => `${label()}: ${String(error)}`);
    }
    switch (effect?.kind) {
      case "crash-after":
        this.kill(invocation, killed);
        return never();
      case "lost-answer":
        await this.pass(invocation, timeoutOf(call));
        throw timedOut();
      case "runs-on":
        // With the answer in hand: between what it looks at and what it does next.
        this.settle(invocation, lambdaError("Lambda.SdkClientException", "The connection was closed"));
        await this.pass(invocation, effect.milliseconds);
        break;
      case undefined:
        break;
    }
    if ("error" in answered) throw answered.error;
    return answered.output;
  }

  /** Nobody waits for the answer any more, and the call takes effect all the same. */
  private arriveLate(invocation: Invocation, call: AwsCall, milliseconds: number): void {
    const { time, answer, trace } = this.around;
    time.at(time.milliseconds + milliseconds, () => {
      trace(() => `${labelOf(invocation)} ${call.operation} arrives late`);
      void Promise.resolve()
        .then(() => answer(invocation, call))
        .catch(() => undefined);
    });
  }

  private async pass(invocation: Invocation, milliseconds: number): Promise<void> {
    await this.around.time.sleep(milliseconds);
    if (invocation.dead) await never();
  }

  /** The invocation ends here and now, and its container with it. */
  private kill(invocation: Invocation, answer: InvocationAnswer): void {
    if (invocation.dead) return;
    invocation.dead = true;
    this.running -= 1;
    this.settle(invocation, answer);
  }

  private settle(invocation: Invocation, answer: InvocationAnswer | Error): void {
    this.settlers.get(invocation)?.(answer);
    this.settlers.delete(invocation);
  }
}
