import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import type { Logger } from "@aws-lambda-powertools/logger";
import type { Metrics } from "@aws-lambda-powertools/metrics";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import middy from "@middy/core";
import type { SweepReport } from "../core/contracts/http/sweep.ts";
import { MetricNames } from "../core/contracts/metrics.ts";
import {
  requestOfExecution,
  SweepPayloadSchema,
  type FailedExecutionSchema,
  type SweepPayload,
} from "../core/contracts/sweep.ts";
import type { replaceExecution } from "../core/use-cases/sweep/resume-request.ts";
import type { sweep } from "../core/use-cases/sweep/sweep.ts";
import { measure } from "./measure.ts";
import type * as z from "zod/mini";

export interface SweepUseCases {
  readonly sweep: ReturnType<typeof sweep>;
  readonly replaceExecution: ReturnType<typeof replaceExecution>;
}

/** A scheduled sweep stops when the next one comes soon: 5 minutes are its rhythm, and the function's timeout. */
const SCHEDULED_SECONDS = 240;

/** The function of the sweep: on its schedule, on demand, and for each execution that failed. */
export const sweepFunction = (useCases: SweepUseCases, logger: Logger, metrics: Metrics) =>
  middy<unknown, SweepReport | undefined>()
    .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
    .use(logMetrics(metrics))
    .handler(async (event) => {
      const payload = SweepPayloadSchema.parse(event);
      if ("detail" in payload) {
        await replace(useCases, payload, logger, metrics);
        return undefined;
      }
      return sweepNow(useCases, payload, logger, metrics);
    });

const sweepNow = async (
  useCases: SweepUseCases,
  payload: Exclude<SweepPayload, { detail: unknown }>,
  logger: Logger,
  metrics: Metrics,
): Promise<SweepReport> => {
  const scheduled = payload.mode === "scheduled";
  const seconds = scheduled ? SCHEDULED_SECONDS : payload.seconds;
  const swept = await useCases.sweep({ seconds, counting: scheduled });
  measure(swept, metrics);
  const { findings, ...counts } = swept.report;
  logger.info("Swept", { mode: payload.mode, ...counts });
  for (const finding of findings) logger.warn("Found", { finding });
  for (const defect of swept.defects) logger.error("A part of the sweep failed", asError(defect));
  // People who asked have the report, which says so; for a schedule, the function's error metric says it.
  if (scheduled && swept.defects.length > 0) throw asError(swept.defects[0]);
  return swept.report;
};

const replace = async (
  useCases: SweepUseCases,
  { detail }: z.output<typeof FailedExecutionSchema>,
  logger: Logger,
  metrics: Metrics,
): Promise<void> => {
  const requestId = requestOfExecution(detail.input);
  if (requestId === undefined) {
    logger.warn("An execution failed that no request was for", { execution: detail.name });
    return;
  }
  const outcome = await useCases.replaceExecution({ name: detail.name, requestId });
  if (outcome === "replaced") metrics.addMetric(MetricNames.restartedExecutions, "Count", 1);
  logger.warn("An execution failed", { requestId, execution: detail.name, outcome });
};

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
