import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Application } from "../template/application.ts";
import { functionArnIn } from "../template/application.ts";
import type { Json } from "../wire/json.ts";
import type { FunctionAnswer } from "../wire/lambda-rest.ts";
import type { Principals } from "../wire/principals.ts";
import { AwsError } from "../wire/service.ts";
import { functionEnvironment } from "./environment.ts";
import { createFunctionHost } from "./function-host.ts";
import type { FunctionHost, InvocationUsage } from "./function-host.ts";
import { createSandbox } from "./sandbox.ts";

/** A line that a function logged. */
export interface FunctionLog {
  readonly functionName: string;
  readonly line: string;
}

export interface LambdaOptions {
  readonly application: Pick<Application, "environment" | "functions">;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly principals: Principals;
  /** Where functions reach AWS; asked when a function first runs. */
  readonly endpointUrl: () => string;
  readonly onLog: (log: FunctionLog) => void;
  readonly onUsage: (usage: InvocationUsage) => void;
  /** Variables that no template knows, for every function. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** The embedded Lambda: no checks of who may invoke what, see invoke-function.ts for those. */
export interface Lambda {
  /** Throws ResourceNotFoundException. */
  arnOf(nameOrArn: string): string;
  readonly invoke: (functionArn: string, payload: Json) => Promise<FunctionAnswer>;
  /** Waits a moment for what is under way, then ends every thread. */
  stop(): Promise<void>;
}

/** How long a stop waits for invocations that are under way: a call to AWS and the write after it. */
const STOP_MILLISECONDS = 2000;

export const createLambda = (options: LambdaOptions): Lambda => {
  const { application, clock, newId, principals, endpointUrl, onLog, onUsage } = options;
  const { environment } = application;
  const arnFrom = functionArnIn(environment);
  const underWay = new Set<Promise<unknown>>();

  const hosts = new Map(
    application.functions.map((declared): [string, FunctionHost] => {
      const log = (line: string) => {
        onLog({ functionName: declared.name, line });
      };
      const host = createFunctionHost({
        declared,
        clock,
        newId,
        onUsage,
        onLog: log,
        createSandbox: () =>
          createSandbox({
            directory: declared.directory,
            handler: declared.handler,
            memoryMegabytes: declared.memoryMegabytes,
            environment: {
              ...functionEnvironment(declared, {
                region: environment.region,
                endpointUrl: endpointUrl(),
                credentials: principals.issue(declared.roleArn, declared.name),
                logStreamName: `${clock.now().toISOString().slice(0, 10).replaceAll("-", "/")}/[$LATEST]${newId()}`,
              }),
              ...options.environment,
            },
            onLog: log,
          }),
      });
      return [declared.arn, host];
    }),
  );

  const hostOf = (nameOrArn: string): [string, FunctionHost] => {
    const arn = arnFrom(nameOrArn);
    const host = hosts.get(arn);
    if (host !== undefined) return [arn, host];
    throw new AwsError("ResourceNotFoundException", `Function not found: ${arn}`, 404);
  };

  return {
    arnOf: (nameOrArn) => hostOf(nameOrArn)[0],
    invoke: async (functionArn, payload) => {
      const invocation = hostOf(functionArn)[1].invoke(payload);
      underWay.add(invocation);
      try {
        return await invocation;
      } finally {
        underWay.delete(invocation);
      }
    },
    stop: async () => {
      const done = new AbortController();
      await Promise.race([Promise.allSettled(underWay), clock.sleep(STOP_MILLISECONDS, done.signal)]);
      done.abort();
      await Promise.all([...hosts.values()].map((host) => host.stop()));
    },
  };
};
