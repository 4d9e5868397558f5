import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { ApplicationFunction } from "../template/functions.ts";
import type { Json } from "../wire/json.ts";
import type { FunctionAnswer } from "../wire/lambda-rest.ts";
import { AwsError } from "../wire/service.ts";
import type { FunctionError } from "./messages.ts";
import type { Sandbox } from "./sandbox.ts";

/** What one invocation used. */
export interface InvocationUsage {
  readonly functionName: string;
  /** Rounded up to whole milliseconds, as Lambda bills, from the start of a cold sandbox on. */
  readonly billedMilliseconds: number;
  readonly memoryMegabytes: number;
  readonly cold: boolean;
}

export interface FunctionHostOptions {
  readonly declared: ApplicationFunction;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly createSandbox: () => Sandbox;
  /** Takes what Lambda's runtime itself logs of an invocation that failed. */
  readonly onLog: (line: string) => void;
  readonly onUsage: (usage: InvocationUsage) => void;
}

/** Runs one function: as many sandboxes as there are concurrent invocations, each reused while it is warm. */
export interface FunctionHost {
  invoke(payload: Json): Promise<FunctionAnswer>;
  /** Ends every sandbox; what is under way gets an error. */
  stop(): Promise<void>;
}

/** A thread takes 20 MB: beyond this many, invocations wait for each other. Lambda would allow a thousand. */
const MOST_SANDBOXES = 16;

/** Lambda gives a handler this long to load; https://docs.aws.amazon.com/lambda/latest/dg/lambda-runtime-environment.html */
const LONGEST_LOADING_MILLISECONDS = 10_000;

const late = Symbol("late");

export const createFunctionHost = (options: FunctionHostOptions): FunctionHost => {
  const { declared, clock, newId, createSandbox, onLog, onUsage } = options;
  const idle: Sandbox[] = [];
  const all = new Set<Sandbox>();
  const waiting: (() => void)[] = [];
  let busy = 0;
  let stopped = false;

  const within = async <T>(milliseconds: number, work: Promise<T>): Promise<T | typeof late> => {
    const done = new AbortController();
    try {
      return await Promise.race([work, clock.sleep(milliseconds, done.signal).then((): typeof late => late)]);
    } finally {
      done.abort();
    }
  };

  const discard = async (sandbox: Sandbox) => {
    all.delete(sandbox);
    await sandbox.kill();
  };

  const warmSandbox = (): Sandbox | undefined => {
    for (let sandbox = idle.pop(); sandbox !== undefined; sandbox = idle.pop()) {
      if (sandbox.isAlive()) return sandbox;
      all.delete(sandbox);
    }
    return undefined;
  };

  const failed = (errorType: string, requestId: string, problem: string): FunctionAnswer => ({
    functionError: { errorType, errorMessage: `RequestId: ${requestId} Error: ${problem}` },
  });

  const coldSandbox = async (): Promise<Sandbox | FunctionError> => {
    const sandbox = createSandbox();
    all.add(sandbox);
    const problem = await within(LONGEST_LOADING_MILLISECONDS, sandbox.loaded);
    if (problem === undefined) return sandbox;
    await discard(sandbox);
    if (problem !== late) return problem;
    return {
      errorType: "Sandbox.Timedout",
      errorMessage: "Error: Task timed out while its handler was loading",
    };
  };

  const run = async (sandbox: Sandbox, payload: Json): Promise<FunctionAnswer> => {
    const requestId = newId();
    const { name, arn, memoryMegabytes, timeoutSeconds } = declared;
    const timeoutMilliseconds = timeoutSeconds * 1000;
    const answer = await within(
      timeoutMilliseconds,
      sandbox.invoke({
        payload: JSON.stringify(payload),
        requestId,
        functionName: name,
        functionArn: arn,
        memoryMegabytes,
        timeoutMilliseconds,
      }),
    );
    if (answer === late) {
      await discard(sandbox);
      return failed(
        "Sandbox.Timedout",
        requestId,
        `Task timed out after ${timeoutSeconds.toFixed(2)} seconds`,
      );
    }
    if ("died" in answer) {
      await discard(sandbox);
      return failed("Runtime.ExitError", requestId, `Runtime exited with error: ${answer.died}`);
    }
    if (stopped) await discard(sandbox);
    else idle.push(sandbox);
    return "error" in answer
      ? { functionError: answer.error }
      : { payload: JSON.parse(answer.payload) as Json };
  };

  const turn = async () => {
    if (busy >= MOST_SANDBOXES) await new Promise<void>((resolve) => waiting.push(resolve));
    else busy += 1;
  };

  const pass = () => {
    const next = waiting.shift();
    // The next one takes over this one's place, so the number of the busy stays.
    if (next === undefined) busy -= 1;
    else next();
  };

  const measured = async (payload: Json): Promise<FunctionAnswer> => {
    const startedAt = clock.now().getTime();
    const warm = warmSandbox();
    const sandbox = warm ?? (await coldSandbox());
    const answer = "errorType" in sandbox ? { functionError: sandbox } : await run(sandbox, payload);
    if ("functionError" in answer) onLog(`ERROR Invoke Error ${JSON.stringify(answer.functionError)}`);
    onUsage({
      functionName: declared.name,
      billedMilliseconds: Math.max(1, Math.ceil(clock.now().getTime() - startedAt)),
      memoryMegabytes: declared.memoryMegabytes,
      cold: warm === undefined,
    });
    return answer;
  };

  return {
    invoke: async (payload) => {
      await turn();
      try {
        if (stopped) throw new AwsError("ServiceException", "The embedded AWS is stopping", 500);
        return await measured(payload);
      } finally {
        pass();
      }
    },
    stop: async () => {
      stopped = true;
      await Promise.all([...all].map(discard));
    },
  };
};
