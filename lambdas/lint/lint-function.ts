import type { Logger } from "@aws-lambda-powertools/logger";
import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import middy from "@middy/core";
import type { tellWhatDied } from "../core/use-cases/lint/tell-what-died.ts";

/** The function that lints after each sync. What it is called with only says when: everything is looked at. */
export const lintFunction = (tell: ReturnType<typeof tellWhatDied>, logger: Logger) =>
  middy<unknown, undefined>()
    .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
    .handler(async () => {
      const telling = await tell();
      if (telling === undefined)
        logger.info("No sync of identities has been finished yet: nothing is looked at");
      else logger.info("Configuration linted", { ...telling });
      return undefined;
    });
