import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { createDurableJobs } from "../events/durable-jobs.ts";
import type { DurableJobs } from "../events/durable-jobs.ts";
import type { LocalStore } from "../store.ts";
import type { EventLimits } from "../template/functions.ts";
import type { Json } from "../wire/json.ts";
import type { FunctionAnswer } from "../wire/lambda-rest.ts";

/** An event that Lambda has taken for a function. */
export interface AsynchronousInvocation {
  readonly functionArn: string;
  readonly payload: Json;
}

/**
 * "with a one-minute wait before the first two attempts, and two minutes between the second and third"
 * (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
 */
const MINUTE = 60_000;

/** Runs invocations that nobody waits for, over restarts. */
export const createAsynchronousInvocations = (dependencies: {
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly limitsOf: (functionArn: string) => EventLimits;
  readonly invoke: (functionArn: string, payload: Json) => Promise<FunctionAnswer>;
  readonly onGivenUp: (message: string) => void;
}): DurableJobs<AsynchronousInvocation> => {
  const { store, clock, newId, limitsOf, invoke, onGivenUp } = dependencies;
  return createDurableJobs<AsynchronousInvocation>({
    store,
    collection: "lambda/asynchronous-invocations",
    clock,
    newId,
    limits: ({ functionArn }) => limitsOf(functionArn),
    delay: (attempts) => attempts * MINUTE,
    attempt: async ({ functionArn, payload }) => {
      const answer = await invoke(functionArn, payload);
      if ("functionError" in answer) throw new Error(JSON.stringify(answer.functionError));
    },
    isRetryable: () => true,
    giveUp: ({ functionArn }, error) => {
      onGivenUp(`${functionArn} was given up: ${error instanceof Error ? error.message : String(error)}`);
    },
  });
};
