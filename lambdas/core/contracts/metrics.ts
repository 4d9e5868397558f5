import type { Status } from "../domain/access-request.ts";
import type { TransitionName } from "../domain/transitions.ts";

/** The namespace and the one dimension of every metric that a function emits. */
export const METRICS_NAMESPACE = "Lockstep";
export const METRICS_SERVICE = "lockstep";

/** The metrics that alarms and the dashboard name: the functions that emit them take their names from here. */
export const MetricNames = {
  /** From the last thing that people did, or the start that they chose, to access (milliseconds). */
  grantLag: "GrantLag",
  /** From the moment at which access should be gone to its end, or to now while it is not (milliseconds). */
  revokeLag: "RevokeLag",
  /** Changes of requests that the stream's consumer could not record. */
  recordFailed: "RecordFailed",
  /** Changes of the inventory that could not be announced on the bus. */
  announceFailed: "AnnounceFailed",
  /** sso-admin calls that AWS throttled. */
  ssoAdminThrottled: "SsoAdminThrottled",
  /** For how long the entitlement that waits the longest has not been compared with AWS (seconds). */
  rotationSeconds: "RotationSeconds",
  /** Integrations' scopes of which no sync has been finished for far longer than they are due. */
  syncsBehind: "SyncsBehind",
  /** Access that was taken in an emergency: the count of its transition, as lambdas/record counts every one. */
  breakGlassUsed: "BreakGlassUsed" satisfies TransitionName,
  /** Emergencies that nobody has reviewed in time, counted by every sweep. */
  breakGlassUnreviewed: "BreakGlassUnreviewed",
  overdueRequests: "OverdueRequests",
  restartedExecutions: "RestartedExecutions",
  /** Requests that a sweep could not put right, and left to the next one. */
  requestsLeft: "RequestsLeft",
  trailGapsHealed: "TrailGapsHealed",
  trailGapsLost: "TrailGapsLost",
  deadHolders: "DeadHolders",
  orphans: "Orphans",
  appeared: "Appeared",
  vanished: "Vanished",
} as const;
export type MetricName = (typeof MetricNames)[keyof typeof MetricNames];

/** How many requests are in each status that a request leaves again, counted by every scheduled sweep. */
export const RequestsByStatusMetrics = {
  pending: "RequestsPending",
  approved: "RequestsApproved",
  scheduled: "RequestsScheduled",
  granting: "RequestsGranting",
  active: "RequestsActive",
  revoking: "RequestsRevoking",
  stuck: "RequestsStuck",
} as const satisfies Partial<Record<Status, string>>;
export type CountedStatus = keyof typeof RequestsByStatusMetrics;
