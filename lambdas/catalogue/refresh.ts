import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import type { Logger } from "@aws-lambda-powertools/logger";
import middy from "@middy/core";
import * as z from "zod/mini";
import type { refreshCatalogue } from "../core/use-cases/refresh-catalogue.ts";

/** The API asks for `newOnly`; a schedule's event says nothing of it, and everything is looked at again. */
const EventSchema = z.object({ newOnly: z._default(z.boolean(), false) });

/** The function that refreshes the catalogue of names, on a schedule and when the API misses one. */
export const refresh = (work: ReturnType<typeof refreshCatalogue>, logger: Logger) =>
  middy<unknown, undefined>()
    .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
    .handler(async (event) => {
      const { newOnly } = EventSchema.parse(event);
      await work({ newOnly });
      logger.info("Catalogue refreshed", { newOnly });
      return undefined;
    });
