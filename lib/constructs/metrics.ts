import { Metric, type MetricOptions } from "aws-cdk-lib/aws-cloudwatch";
import {
  METRICS_NAMESPACE,
  METRICS_SERVICE,
  type CountedStatus,
  type MetricName,
  type RequestsByStatusMetrics,
} from "../../lambdas/core/contracts/metrics.ts";

/** A metric that Lockstep's functions emit. */
export function lockstepMetric(
  metricName: MetricName | (typeof RequestsByStatusMetrics)[CountedStatus],
  options: MetricOptions,
): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    dimensionsMap: { service: METRICS_SERVICE },
    ...options,
  });
}
