import type { Metrics } from "@aws-lambda-powertools/metrics";
import { MetricNames } from "../core/contracts/metrics.ts";
import type { AccessRequest } from "../core/domain/access-request.ts";

/** From the last thing that people did, or the start that they chose, to access: milliseconds. */
const grantLag = (request: AccessRequest & { readonly status: "active" }): number => {
  const ready = [request.createdAt, request.startAt ?? "", request.approval.decisions.at(-1)?.at ?? ""];
  return (
    Date.parse(request.activeAt) - Math.max(...ready.filter((at) => at !== "").map((at) => Date.parse(at)))
  );
};

/**
 * From the expiry to the end of the access: milliseconds. An early revoke has no lag by this measure, and the time in
 * which a removed access waits to be removed once more is none either.
 */
const revokeLag = (request: AccessRequest & { readonly status: "ended" }): number => {
  const removedAt = request.trail.find(({ type }) => type === "VerificationStarted")?.at ?? request.ended.at;
  return Math.max(0, Date.parse(removedAt) - Date.parse(request.expiresAt));
};

/** Counts the transition, and measures the lags that the alarms watch. */
export const measure = (request: AccessRequest, metrics: Pick<Metrics, "addMetric">): void => {
  const transition = request.trail.at(-1)?.type;
  if (transition !== undefined) metrics.addMetric(transition, "Count", 1);
  if (transition === "AccessGranted" && request.status === "active") {
    metrics.addMetric(MetricNames.grantLag, "Milliseconds", grantLag(request));
  }
  if (transition === "AccessEnded" && request.status === "ended") {
    metrics.addMetric(MetricNames.revokeLag, "Milliseconds", revokeLag(request));
  }
};
