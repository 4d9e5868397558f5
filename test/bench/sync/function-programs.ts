import type { Context, SQSEvent } from "aws-lambda";
import {
  LookIntoAccountsInputSchema,
  SyncFunctionInputSchema,
} from "../../../lambdas/core/contracts/sync-workflow.ts";
import type { Surroundings } from "../../../lambdas/sync/compose.ts";
import type { Json } from "../../../local/wire/json.ts";
import type { FunctionName, FunctionSettings } from "./messages.ts";

/** Composes a function as its handler does. */
type Program = (
  environment: FunctionSettings["environment"],
  surroundings: Surroundings,
) => Promise<(payload: Json) => Promise<unknown>>;

/** What a logger reads of Lambda's context. */
const context = {
  functionName: "bench",
  functionVersion: "$LATEST",
  invokedFunctionArn: "arn:aws:lambda:eu-west-1:111111111111:function:bench",
  memoryLimitInMB: "512",
  awsRequestId: "bench",
} as Context;

/** The functions, each with its own code only, as in Lambda. */
export const programs: Readonly<Record<FunctionName, Program>> = {
  sync: async (environment, surroundings) => {
    const { compose } = await import("../../../lambdas/sync/compose.ts");
    const run = compose(environment, surroundings);
    return (payload) => run(SyncFunctionInputSchema.parse(payload));
  },
  "sync-accounts": async (environment, surroundings) => {
    const { compose } = await import("../../../lambdas/sync-accounts/compose.ts");
    // Each invocation as in a sandbox of its own: twenty of them run at once.
    return (payload) => compose(environment, surroundings)(LookIntoAccountsInputSchema.parse(payload));
  },
  "inventory-events": async (environment, surroundings) => {
    const { compose } = await import("../../../lambdas/inventory-events/compose.ts");
    const { changeQueue } = await import("../../../lambdas/inventory-events/change-queue.ts");
    const { logger } = await import("../../../lambdas/middleware/observability.ts");
    const handler = changeQueue(compose(environment, surroundings), logger);
    return (payload) => handler(payload as unknown as SQSEvent, context);
  },
};
