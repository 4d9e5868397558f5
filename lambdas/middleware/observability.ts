import { Logger } from "@aws-lambda-powertools/logger";
import { Metrics } from "@aws-lambda-powertools/metrics";
import type { OnUnreadable } from "../core/ports/stores.ts";
import { METRICS_NAMESPACE, METRICS_SERVICE, MetricNames } from "../core/contracts/metrics.ts";

/** One logger a function: ids and codes, never a whole event, a token or personal data. */
export const logger = new Logger({ serviceName: "lockstep" });

/** CloudWatch metrics of the namespace `Lockstep`, in the embedded metric format: no API call, no IAM. */
export const metrics = new Metrics({ namespace: METRICS_NAMESPACE, serviceName: METRICS_SERVICE });

/** Tells of an item that a list passed over, by its key. */
export const tellOfUnreadable: OnUnreadable = (defect) => {
  logger.error(
    "An item was passed over that cannot be read",
    defect instanceof Error ? defect : new Error(String(defect)),
  );
};

/** AWS's own name of the service that all account assignments go through. */
const SSO_ADMIN = "SSO Admin";

/**
 * Counts a call that AWS throttled, at once and by itself: a function that is about to fail still counts it. Only
 * sso-admin's are counted, of which everything in the account shares 20 a second.
 */
export const throttleCounter =
  (sink: Pick<Metrics, "singleMetric">) =>
  (serviceId: string): void => {
    if (serviceId !== SSO_ADMIN) return;
    sink.singleMetric().addMetric(MetricNames.ssoAdminThrottled, "Count", 1);
  };

/** The counter of this function. */
export const countThrottled = throttleCounter(metrics);
