import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import type { Logger } from "@aws-lambda-powertools/logger";
import type { Metrics } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import middy from "@middy/core";
import type { sealAudit } from "../core/use-cases/seal-audit.ts";

/** What a run made, for whoever invoked it by hand. */
export interface SealedDays {
  readonly sealed: readonly { readonly day: string; readonly heads: number; readonly hash: string }[];
}

/**
 * The function that seals what is over and not sealed yet. It logs each root's hash: the log is a second place, which
 * somebody who rewrites the bucket would have to rewrite too.
 */
export const seal = (
  work: ReturnType<typeof sealAudit>,
  { logger, metrics }: { readonly logger: Logger; readonly metrics: Metrics },
) =>
  middy<unknown, SealedDays>()
    .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
    .use(logMetrics(metrics))
    .handler(async () => {
      const sealed = (await work()).map(({ day, heads, hash }) => ({ day, heads: heads.length, hash }));
      for (const root of sealed) logger.info("Day sealed", root);
      metrics.addMetric("DaySealed", "Count", sealed.length);
      return { sealed };
    });
