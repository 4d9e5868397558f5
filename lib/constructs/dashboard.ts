import { Duration } from "aws-cdk-lib";
import {
  AlarmStatusWidget,
  Dashboard,
  GraphWidget,
  PeriodOverride,
  Stats,
  type IAlarm,
  type IMetric,
} from "aws-cdk-lib/aws-cloudwatch";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import { MetricNames, RequestsByStatusMetrics } from "../../lambdas/core/contracts/metrics.ts";
import { names } from "../names.ts";
import { lockstepMetric } from "./metrics.ts";

export interface DashboardProps {
  readonly alarms: readonly IAlarm[];
  readonly stateMachine: StateMachine;
  readonly syncMachine: StateMachine;
}

const FIVE_MINUTES = Duration.minutes(5);
const sum = { period: FIVE_MINUTES, statistic: Stats.SUM };
const maximum = { period: FIVE_MINUTES, statistic: Stats.MAXIMUM };

const HALF = 12;
const HEIGHT = 6;

function graph(title: string, label: string, metrics: readonly IMetric[], stacked = false): GraphWidget {
  return new GraphWidget({
    title,
    left: [...metrics],
    leftYAxis: { label, min: 0, showUnits: false },
    stacked,
    width: HALF,
    height: HEIGHT,
  });
}

/** Half of all took less, nearly all took less, and the one that took the longest. */
const lag = (name: typeof MetricNames.grantLag | typeof MetricNames.revokeLag): readonly IMetric[] =>
  [Stats.percentile(50), Stats.percentile(99), Stats.MAXIMUM].map((statistic) =>
    lockstepMetric(name, { period: FIVE_MINUTES, statistic, label: statistic }),
  );

/** One page that says how Lockstep is: its alarms, its requests, how late it is, what the sweep found, and its syncs. */
export function dashboard(scope: Construct, { alarms, stateMachine, syncMachine }: DashboardProps): void {
  new Dashboard(scope, "Dashboard", {
    dashboardName: names.dashboard,
    periodOverride: PeriodOverride.INHERIT,
    defaultInterval: Duration.days(1),
    widgets: [
      [new AlarmStatusWidget({ title: "Alarms", alarms: [...alarms], width: 2 * HALF, height: HEIGHT })],
      [
        graph(
          "Requests by status",
          "requests",
          Object.entries(RequestsByStatusMetrics).map(([status, name]) =>
            lockstepMetric(name, { ...maximum, label: status }),
          ),
          true,
        ),
        graph("Executions that did not come to their end", "executions", [
          stateMachine.metricFailed({ ...sum, label: "failed" }),
          stateMachine.metricTimedOut({ ...sum, label: "timed out" }),
          stateMachine.metricAborted({ ...sum, label: "aborted" }),
          lockstepMetric(MetricNames.restartedExecutions, { ...sum, label: "restarted by the sweep" }),
        ]),
      ],
      [
        graph("Grant lag: from the last approval or the start to access", "ms", lag(MetricNames.grantLag)),
        graph("Revoke lag: from the expiry to the end of access", "ms", lag(MetricNames.revokeLag)),
      ],
      [
        graph("sso-admin calls that AWS throttled", "calls", [
          lockstepMetric(MetricNames.ssoAdminThrottled, { ...sum, label: "throttled" }),
        ]),
        graph("How long ago the longest unverified access was compared with AWS", "s", [
          lockstepMetric(MetricNames.rotationSeconds, { ...maximum, label: "rotation" }),
        ]),
      ],
      [
        graph("Sweep: access", "findings", [
          lockstepMetric(MetricNames.orphans, { ...sum, label: "orphans" }),
          lockstepMetric(MetricNames.deadHolders, { ...sum, label: "dead holders" }),
          lockstepMetric(MetricNames.appeared, { ...sum, label: "appeared" }),
          lockstepMetric(MetricNames.vanished, { ...sum, label: "vanished" }),
        ]),
        graph("Sweep: requests and their trail", "findings", [
          lockstepMetric(MetricNames.overdueRequests, { ...sum, label: "overdue" }),
          lockstepMetric(MetricNames.requestsLeft, { ...sum, label: "left for the next sweep" }),
          lockstepMetric(MetricNames.trailGapsHealed, { ...sum, label: "audit entries put back" }),
          lockstepMetric(MetricNames.trailGapsLost, { ...sum, label: "audit entries lost" }),
        ]),
      ],
      [
        graph("Access in emergencies", "uses", [
          lockstepMetric(MetricNames.breakGlassUsed, { ...sum, label: "used" }),
          lockstepMetric(MetricNames.breakGlassUnreviewed, { ...maximum, label: "not reviewed in time" }),
        ]),
      ],
      [
        graph("Syncs that are behind", "syncs", [
          lockstepMetric(MetricNames.syncsBehind, { ...maximum, label: "behind" }),
        ]),
        graph("Executions of syncs that did not come to their end", "executions", [
          syncMachine.metricFailed({ ...sum, label: "failed" }),
          syncMachine.metricTimedOut({ ...sum, label: "timed out" }),
          syncMachine.metricAborted({ ...sum, label: "aborted" }),
        ]),
      ],
    ],
  });
}
