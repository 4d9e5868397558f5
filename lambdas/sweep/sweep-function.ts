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
  type ChangedFlowSchema,
  type FailedExecutionSchema,
  type SweepPayload,
} from "../core/contracts/sweep.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { lookAtRequestsOf } from "../core/use-cases/sweep/requests-without-flow.ts";
import type { replaceExecution } from "../core/use-cases/sweep/resume-request.ts";
import type { sweep } from "../core/use-cases/sweep/sweep.ts";
import { measure } from "./measure.ts";
import type * as z from "zod/mini";

export interface SweepUseCases {
  readonly sweep: ReturnType<typeof sweep>;
  readonly replaceExecution: ReturnType<typeof replaceExecution>;
  readonly lookAtRequestsOf: ReturnType<typeof lookAtRequestsOf>;
  readonly clock: Pick<Clock, "now">;
}

/** A scheduled sweep stops when the next one comes soon: 5 minutes are its rhythm, and the function's timeout. */
const SCHEDULED_SECONDS = 240;

/** The function of the sweep: on its schedule, on demand, for each execution that failed, and for each access flow that changed. */
export const sweepFunction = (useCases: SweepUseCases, logger: Logger, metrics: Metrics) =>
  middy<unknown, SweepReport | undefined>()
    .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
    .use(logMetrics(metrics))
    .handler(async (event) => {
      const payload = SweepPayloadSchema.parse(event);
      if ("detail" in payload) {
        if (payload["detail-type"] === "ConfigurationChanged") await lookAtFlow(useCases, payload, logger);
        else await replace(useCases, payload, logger, metrics);
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

/** Those that are too many are left to the schedule. */
const lookAtFlow = async (
  { lookAtRequestsOf: look, clock }: SweepUseCases,
  { detail }: z.output<typeof ChangedFlowSchema>,
  logger: Logger,
): Promise<void> => {
  await look(detail.name, new Date(clock.now().getTime() + SCHEDULED_SECONDS * 1000));
  logger.info("Looked at the requests of an access flow that changed", { flow: detail.name });
};

const asError = (error: unknown): Error => (error instanceof Error ? error : new Error(String(error)));
