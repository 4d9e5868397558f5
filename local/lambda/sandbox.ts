import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { Worker } from "node:worker_threads";
import type { FunctionError, InvokeMessage, WorkerMessage, WorkerStart } from "./messages.ts";

/** How an invocation ended: with a payload, with an error of the function, or with the end of its sandbox. */
export type SandboxAnswer =
  { readonly payload: string } | { readonly error: FunctionError } | { readonly died: string };

/** One execution environment of a function: a thread with an environment of its own, one invocation at a time. */
export interface Sandbox {
  /** Resolves once the handler is loaded, or with the reason why it cannot be. */
  readonly loaded: Promise<FunctionError | undefined>;
  /** False once the thread has ended. */
  isAlive(): boolean;
  invoke(message: InvokeMessage): Promise<SandboxAnswer>;
  kill(): Promise<void>;
}

export interface SandboxOptions extends WorkerStart {
  readonly environment: Readonly<Record<string, string>>;
  readonly memoryMegabytes: number;
  readonly onLog: (line: string) => void;
}

const diagnosis = (error: unknown): string =>
  error instanceof Error && "code" in error && error.code === "ERR_WORKER_OUT_OF_MEMORY"
    ? "signal: killed"
    : "exit status 1";

const forward = (output: Readable, onLog: (line: string) => void) => {
  createInterface({ input: output }).on("line", onLog);
};

/** Starts a sandbox; `memoryMegabytes` bounds its heap, as Lambda's setting bounds the whole process. */
export const createSandbox = (options: SandboxOptions): Sandbox => {
  const { directory, handler, environment, memoryMegabytes, onLog } = options;
  const workerData: WorkerStart = { directory, handler };
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    workerData,
    env: environment,
    // The parent's own flags (of a test runner, for instance) are not the function's.
    execArgv: [],
    resourceLimits: { maxOldGenerationSizeMb: memoryMegabytes },
    stdout: true,
    stderr: true,
  });
  forward(worker.stdout, onLog);
  forward(worker.stderr, onLog);

  let alive = true;
  let cause = "exit status 1";
  let hear: ((message: WorkerMessage | undefined) => void) | undefined;
  worker.on("message", (message: WorkerMessage) => hear?.(message));
  worker.on("error", (error) => {
    cause = diagnosis(error);
    onLog(error instanceof Error ? (error.stack ?? error.message) : String(error));
  });
  worker.on("exit", () => {
    alive = false;
    hear?.(undefined);
  });

  /** What the thread says next; undefined when it ends without a word. */
  const nextMessage = () =>
    new Promise<WorkerMessage | undefined>((resolve) => {
      if (alive) hear = resolve;
      else resolve(undefined);
    });

  const load = async (): Promise<FunctionError | undefined> => {
    const message = await nextMessage();
    if (message?.kind === "ready") return undefined;
    if (message?.kind === "unusable") return message.error;
    return { errorType: "Runtime.ExitError", errorMessage: `Error: Runtime exited with error: ${cause}` };
  };

  return {
    loaded: load(),
    isAlive: () => alive,
    invoke: async (message) => {
      const answered = nextMessage();
      worker.postMessage(message);
      const answer = await answered;
      if (answer?.kind === "returned") return { payload: answer.payload };
      if (answer?.kind === "threw") return { error: answer.error };
      return { died: cause };
    },
    kill: async () => {
      await worker.terminate();
    },
  };
};
