import type { Metrics } from "@aws-lambda-powertools/metrics";
import { MetricNames, RequestsByStatusMetrics, type CountedStatus } from "../core/contracts/metrics.ts";
import type { Swept } from "../core/use-cases/sweep/sweep.ts";

type Measured = Pick<Swept, "report" | "revokeLagMilliseconds" | "requestsByStatus">;

/** The metrics of one sweep, for the alarms and the dashboard. */
export const measure = (
  { report, revokeLagMilliseconds, requestsByStatus }: Measured,
  metrics: Pick<Metrics, "addMetric">,
): void => {
  const { requests, trail, access, rotation } = report;
  // Not a zero, which would say that all is well: the alarm comes when there is none.
  if (rotation.oldestSeconds !== undefined)
    metrics.addMetric(MetricNames.rotationSeconds, "Seconds", rotation.oldestSeconds);
  // Not a zero either: an alarm that rings must not end because nobody could count.
  if (report.overdueReviews !== undefined)
    metrics.addMetric(MetricNames.breakGlassUnreviewed, "Count", report.overdueReviews);
  const counts = {
    [MetricNames.overdueRequests]: requests.overdue,
    [MetricNames.restartedExecutions]: requests.restarted,
    [MetricNames.requestsLeft]: requests.left,
    [MetricNames.trailGapsHealed]: trail.healed,
    [MetricNames.trailGapsLost]: trail.lost,
    [MetricNames.deadHolders]: access.deadHolders,
    [MetricNames.orphans]: access.orphans,
    [MetricNames.appeared]: access.appeared,
    [MetricNames.vanished]: access.vanished,
  };
  for (const [name, value] of Object.entries(counts)) metrics.addMetric(name, "Count", value);
  // Beside the lags of what has ended (lambdas/record): those are many, and must not drown in zeros.
  if (revokeLagMilliseconds > 0)
    metrics.addMetric(MetricNames.revokeLag, "Milliseconds", revokeLagMilliseconds);
  if (requestsByStatus === undefined) return;
  for (const [status, name] of Object.entries(RequestsByStatusMetrics) as [CountedStatus, string][]) {
    metrics.addMetric(name, "Count", requestsByStatus[status]);
  }
};
