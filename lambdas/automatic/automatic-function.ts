import type { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { runAutomaticFlows } from "../core/use-cases/automatic/run-automatic-flows.ts";

/** A run stops when the next one comes soon: 5 minutes are its rhythm, and the function's timeout. */
const RUN_SECONDS = 240;

/**
 * The function of the automatic flows. What it is called with only says when: whichever event it was, everything is looked
 * at. A run that could not do all of it ends in an error, when the rest is done.
 */
export const automaticFunction = (run: ReturnType<typeof runAutomaticFlows>, logger: Logger) =>
  middy<unknown, undefined>()
    .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
    .handler(async () => {
      const ran = await run({ seconds: RUN_SECONDS });
      if (ran === undefined) {
        logger.info("Another run is at it");
        return undefined;
      }
      const { defects, problems, ...counts } = ran;
      logger.info("Automatic flows", counts);
      for (const problem of problems) logger.warn("Could not be done", { problem });
      for (const defect of defects) logger.error("A part of the run failed", asError(defect));
      if (defects.length > 0) throw asError(defects[0]);
      const [first] = problems;
      if (first !== undefined) throw new Error(`Some of it could not be done: ${first}`);
      return undefined;
    });

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
