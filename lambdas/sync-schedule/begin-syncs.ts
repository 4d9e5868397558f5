import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import type { Logger } from "@aws-lambda-powertools/logger";
import type { Metrics } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import middy from "@middy/core";
import { MetricNames } from "../core/contracts/metrics.ts";
import type { beginDueSyncs } from "../core/use-cases/sync/begin-due-syncs.ts";
import type { syncsBehind } from "../core/use-cases/sync/syncs-behind.ts";

interface UseCases {
  readonly beginDue: ReturnType<typeof beginDueSyncs>;
  readonly behind: ReturnType<typeof syncsBehind>;
}

/**
 * The function that begins syncs: whatever woke it, it looks what is due, and says how many are behind. It says so only
 * when it has come to its end: the alarm takes its silence for the same.
 */
export const beginSyncs = ({ beginDue, behind }: UseCases, logger: Logger, metrics: Metrics) =>
  middy<unknown, undefined>()
    .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
    .use(logMetrics(metrics))
    .handler(async () => {
      const begun = await beginDue();
      if (begun.length > 0) logger.info("Syncs begun", { syncs: begun });
      const found = await behind();
      for (const { integration, scope, since } of found) {
        logger.warn("No sync was finished for too long", { integration, scope, since });
      }
      metrics.addMetric(MetricNames.syncsBehind, "Count", found.length);
      return undefined;
    });
