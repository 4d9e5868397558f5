import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import type { Logger } from "@aws-lambda-powertools/logger";
import middy from "@middy/core";
import type { beginDueSyncs } from "../core/use-cases/sync/begin-due-syncs.ts";

/** The function that begins syncs: whatever woke it, it looks what is due. */
export const beginSyncs = (work: ReturnType<typeof beginDueSyncs>, logger: Logger) =>
  middy<unknown, undefined>()
    .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
    .handler(async () => {
      const begun = await work();
      if (begun.length > 0) logger.info("Syncs begun", { syncs: begun });
      return undefined;
    });
