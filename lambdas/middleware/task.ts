import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type * as z from "zod/mini";
import { logger } from "./observability.ts";

/**
 * A function behind a Task state: parses its payload, logs that it ran and how it ended, and lets every error through
 * unchanged, since `Error.name` is what the state machine decides by.
 */
export const task = <Schema extends z.ZodMiniType<object>, Output>(
  schema: Schema,
  work: (input: z.output<Schema>) => Promise<Output>,
) =>
  middy<unknown, Output>()
    .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
    .handler(async (event) => {
      const input = schema.parse(event);
      if ("requestId" in input) logger.appendKeys({ requestId: input.requestId });
      try {
        const output = await work(input);
        logger.info("Task completed", { output: { ...output } });
        return output;
      } catch (error) {
        logger.warn("Task failed", {
          errorName: error instanceof Error ? error.name : "unknown",
          ...messageOf(error),
        });
        throw error;
      }
    });

const messageOf = (error: unknown) => (error instanceof Error ? { errorMessage: error.message } : {});
