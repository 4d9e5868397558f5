import { Worker } from "node:worker_threads";
import type { InvocationAnswer } from "../../../local/step-functions/ports.ts";
import type { Json } from "../../../local/wire/json.ts";
import type { VirtualTime } from "../../simulation/virtual-time.ts";
import type { AnswerAws } from "./aws-call.ts";
import type { FromFunction, FunctionSettings, Heap, ToFunction } from "./messages.ts";

/** What the function's thread may hold (MB): half of what Lambda gives it in all. More ends the thread. */
const LARGEST_HEAP = 256;

interface Deps {
  readonly time: VirtualTime;
  readonly answer: AnswerAws;
  readonly settings: FunctionSettings;
}

type Told<Message> = Message extends unknown ? Omit<Message, "now"> : never;

/** A function in its thread. Invocations that run at once share its heap: what it holds is what all of them hold. */
export class HostedFunction {
  heap: Heap = { loaded: 0, peak: 0 };
  /** How long the longest invocation took (milliseconds). */
  longest = 0;
  invocations = 0;
  /** The errors that invocations ended with, and where they came from. */
  readonly errors: string[] = [];
  private readonly deps: Deps;
  private readonly worker: Worker;
  private readonly sleeping = new Map<number, () => void>();
  private sent = 0;
  private quietAfter = 0;
  private settled: (() => void) | undefined;
  private readonly running = new Map<number, (answer: InvocationAnswer) => void>();
  private broken: ((error: Error) => void) | undefined;

  constructor(deps: Deps) {
    this.deps = deps;
    this.worker = new Worker(new URL("./function-thread.ts", import.meta.url), {
      workerData: deps.settings,
      // Metrics and logs go to standard output, which is the report's.
      env: { ...process.env, POWERTOOLS_METRICS_DISABLED: "true", POWERTOOLS_LOG_LEVEL: "SILENT" },
      resourceLimits: { maxOldGenerationSizeMb: LARGEST_HEAP },
    });
    this.worker.on("message", (message: FromFunction) => {
      this.take(message);
    });
    this.worker.on("error", (error: unknown) => {
      this.broken?.(error instanceof Error ? error : new Error(String(error)));
    });
    // Whoever waits for the thread is told; nobody may be waiting.
    this.failure.catch(() => undefined);
  }

  /** Rejects when the thread ends by itself. */
  readonly failure = new Promise<never>((_resolve, reject) => {
    this.broken = reject;
  });

  async invoke(payload: Json): Promise<InvocationAnswer> {
    const { time } = this.deps;
    const began = time.milliseconds;
    const invocation = (this.invocations += 1);
    const answer = await new Promise<InvocationAnswer>((resolve) => {
      this.running.set(invocation, resolve);
      this.tell({ invocation, invoke: payload });
    });
    this.running.delete(invocation);
    this.longest = Math.max(this.longest, time.milliseconds - began);
    return answer;
  }

  /** Whether the thread still works on something that it was told. */
  get isBusy(): boolean {
    return this.quietAfter < this.sent;
  }

  /** Resolves when the thread waits for time to pass, or for AWS, or to be invoked. */
  untilQuiet(): Promise<void> {
    if (!this.isBusy) return Promise.resolve();
    return new Promise((resolve) => {
      this.settled = resolve;
    });
  }

  async close(): Promise<void> {
    await this.worker.terminate();
  }

  private tell(message: Told<ToFunction>): void {
    this.sent += 1;
    this.worker.postMessage({ ...message, now: this.deps.time.milliseconds });
  }

  private take(message: FromFunction): void {
    const { time } = this.deps;
    if ("quietAfter" in message) {
      this.quietAfter = message.quietAfter;
      if (!this.isBusy) this.settled?.();
    } else if ("call" in message) {
      const { id, call } = message;
      void this.deps.answer(call).then((answer) => {
        this.tell({ id, answer });
      });
    } else if ("sleep" in message) {
      const { sleep, milliseconds } = message;
      const cancel = time.at(time.milliseconds + milliseconds, () => {
        this.sleeping.delete(sleep);
        this.tell({ wake: sleep });
      });
      this.sleeping.set(sleep, cancel);
    } else if ("cancel" in message) {
      this.sleeping.get(message.cancel)?.();
      this.sleeping.delete(message.cancel);
    } else {
      this.heap = message.heap;
      if ("functionError" in message.ended) this.errors.push(traceOf(message.ended.functionError));
      this.running.get(message.invocation)?.(message.ended);
    }
  }
}

const traceOf = ({ trace }: Readonly<Record<string, unknown>>): string =>
  typeof trace === "string" ? trace : "no trace of it";
