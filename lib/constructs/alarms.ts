import { ArnFormat, Duration, Stack } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  MathExpression,
  Metric,
  Stats,
  TreatMissingData,
  type IAlarm,
  type IMetric,
} from "aws-cdk-lib/aws-cloudwatch";
import { SnsAction } from "aws-cdk-lib/aws-cloudwatch-actions";
import type { HttpApi } from "aws-cdk-lib/aws-apigatewayv2";
import type { Rule } from "aws-cdk-lib/aws-events";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { ITopic } from "aws-cdk-lib/aws-sns";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { StateMachine } from "aws-cdk-lib/aws-stepfunctions";
import { Construct } from "constructs";
import { MetricNames } from "../../lambdas/core/contracts/metrics.ts";
import { lockstepMetric } from "./metrics.ts";

export interface AlarmsProps {
  readonly stateMachine: StateMachine;
  readonly syncMachine: StateMachine;
  readonly api: HttpApi;
  readonly functions: Readonly<
    Record<
      | "api"
      | "administration"
      | "awaitApproval"
      | "grantAccess"
      | "revokeAccess"
      | "record"
      | "sync"
      | "syncAccounts"
      | "syncSchedule"
      | "inventoryEvents"
      | "announce"
      | "sweep"
      | "automatic"
      | "lint"
      | "seal",
      IFunction
    >
  >;
  /** The rule that tells of requests that are stuck, and its bus. */
  readonly revocationStuck: Rule;
  readonly eventBusName: string;
  readonly unrecorded: IQueue;
  readonly lostChanges: IQueue;
  readonly changes: IQueue;
  readonly unannounced: IQueue;
  readonly undelivered: IQueue;
  readonly topic: ITopic;
}

interface AlarmDefinition {
  readonly metric: IMetric;
  /** One sentence: what has happened. */
  readonly description: string;
  /** Alarms when the metric reaches it; 1 by default. */
  readonly threshold?: number;
  /** How many periods in a row; 1 by default. */
  readonly periods?: number;
  /** What no data means; by default that nothing happened. */
  readonly whenMissing?: TreatMissingData;
}

const FIVE_MINUTES = Duration.minutes(5);
const perFiveMinutes = { period: FIVE_MINUTES, statistic: Stats.SUM };
const perFiveMinutesAtMost = { period: FIVE_MINUTES, statistic: Stats.MAXIMUM };
const perHour = { period: Duration.hours(1), statistic: Stats.SUM };

/** Errors that end within a quarter of an hour are the machine's own retries at work. */
const LASTING = { threshold: 1, periods: 3 } as const;

/** Every alarm, by its name. Each has a section of the same name in docs/runbook.md; a test compares them. */
function definitions(props: AlarmsProps): Readonly<Record<string, AlarmDefinition>> {
  const { stateMachine, syncMachine, api, functions, revocationStuck, eventBusName } = props;
  const { unrecorded, lostChanges, changes, unannounced, undelivered } = props;
  const errors = (handler: IFunction) => handler.metricErrors(perFiveMinutes);
  return {
    "lockstep-workflow-failed": {
      metric: stateMachine.metricFailed(perFiveMinutes),
      description: "An execution of a request failed: nothing carries that request to its end any more.",
    },
    "lockstep-workflow-timed-out": {
      metric: stateMachine.metricTimedOut(perFiveMinutes),
      description: "An execution of a request timed out: nothing carries that request to its end any more.",
    },
    "lockstep-workflow-aborted": {
      metric: stateMachine.metricAborted(perFiveMinutes),
      description: "Somebody stopped an execution: nothing carries that request to its end any more.",
    },
    "lockstep-revocation-stuck": {
      metric: new Metric({
        namespace: "AWS/Events",
        metricName: "TriggeredRules",
        dimensionsMap: {
          EventBusName: eventBusName,
          RuleName: revocationStuck.ruleName,
        },
        ...perFiveMinutes,
      }),
      description: "A revoke has failed for 24 hours: somebody's access outlives its expiry.",
    },
    "lockstep-revoke-lag": {
      // Milliseconds: measured by lambdas/record when access has ended, and by lambdas/sweep while it has not.
      metric: lockstepMetric(MetricNames.revokeLag, perFiveMinutesAtMost),
      threshold: Duration.minutes(5).toMilliseconds(),
      description: "Access ended more than 5 minutes after its expiry, or is still there.",
    },
    "lockstep-orphans": {
      metric: lockstepMetric(MetricNames.orphans, perFiveMinutes),
      description:
        "The sweep found access that Lockstep made and that no live request needs: it is being removed.",
    },
    "lockstep-changed-out-of-band": {
      metric: new MathExpression({
        expression: "appeared + vanished",
        usingMetrics: {
          appeared: lockstepMetric(MetricNames.appeared, perFiveMinutes),
          vanished: lockstepMetric(MetricNames.vanished, perFiveMinutes),
        },
        period: FIVE_MINUTES,
      }),
      description: "Somebody else made or removed access that Lockstep manages.",
    },
    "lockstep-break-glass-used": {
      // Counted by lambdas/record, as every transition is.
      metric: lockstepMetric(MetricNames.breakGlassUsed, perFiveMinutes),
      description: "Somebody took access in an emergency, past every approval.",
    },
    "lockstep-break-glass-unreviewed": {
      // Emitted by every sweep, one in 5 minutes: a single one that came to no count must not end an alarm that rings.
      metric: lockstepMetric(MetricNames.breakGlassUnreviewed, {
        period: Duration.minutes(15),
        statistic: Stats.MAXIMUM,
      }),
      whenMissing: TreatMissingData.IGNORE,
      description: "Access that was taken in an emergency was not reviewed in time.",
    },
    "lockstep-audit-gaps": {
      metric: lockstepMetric(MetricNames.trailGapsLost, perFiveMinutes),
      description: "Audit entries are missing, and no copy of them is left.",
    },
    "lockstep-sweep-errors": {
      metric: errors(functions.sweep),
      ...LASTING,
      description: "A part of the sweep has been failing for 15 minutes.",
    },
    "lockstep-automatic-errors": {
      metric: errors(functions.automatic),
      ...LASTING,
      description:
        "Automatic flows have not been able to give or take away all of what they give for 15 minutes.",
    },
    "lockstep-lint-errors": {
      metric: errors(functions.lint),
      description: "Lint has failed after a sync: what died of the configuration is not told.",
    },
    "lockstep-sweep-behind": {
      // Emitted by every scheduled sweep, so that no data means that none has come to its end.
      metric: lockstepMetric(MetricNames.rotationSeconds, {
        period: Duration.minutes(15),
        statistic: Stats.MAXIMUM,
      }),
      // 10,000 entitlements at 2 calls a second, in 240 of every 300 seconds, take 104 minutes at most.
      threshold: Duration.hours(2).toSeconds(),
      whenMissing: TreatMissingData.BREACHING,
      description: "The sweep has not run for 15 minutes, or needs more than 2 hours for a rotation.",
    },
    "lockstep-record-dead-letters": {
      metric: unrecorded.metricApproximateNumberOfMessagesVisible({
        period: FIVE_MINUTES,
        statistic: Stats.MAXIMUM,
      }),
      description: "Changes of requests were given up: they lack an audit entry and an event.",
    },
    "lockstep-record-behind": {
      metric: functions.record.metric("IteratorAge", { period: FIVE_MINUTES, statistic: Stats.MAXIMUM }),
      // Milliseconds. The stream forgets after 24 hours; people miss a notification much earlier.
      threshold: Duration.minutes(15).toMilliseconds(),
      description: "Audit entries and events are more than 15 minutes behind the requests.",
    },
    "lockstep-inventory-events-dead-letters": {
      metric: lostChanges.metricApproximateNumberOfMessagesVisible({
        period: FIVE_MINUTES,
        statistic: Stats.MAXIMUM,
      }),
      description: "Changes that CloudTrail told of could not be looked at: the next sync finds them.",
    },
    "lockstep-inventory-events-behind": {
      metric: changes.metricApproximateAgeOfOldestMessage({ period: FIVE_MINUTES, statistic: Stats.MAXIMUM }),
      // Two deliveries of an assignment that is slow to settle are 12 minutes; an hour is what a sync takes to find it.
      threshold: Duration.hours(1).toSeconds(),
      description: "Changes that CloudTrail told of have waited for an hour to be looked at.",
    },
    "lockstep-inventory-events-errors": {
      metric: errors(functions.inventoryEvents),
      ...LASTING,
      description: "The function that looks at changes has been crashing or timing out for 15 minutes.",
    },
    "lockstep-announce-dead-letters": {
      metric: unannounced.metricApproximateNumberOfMessagesVisible({
        period: FIVE_MINUTES,
        statistic: Stats.MAXIMUM,
      }),
      description: "Changes of the inventory were given up: the bus was not told of them.",
    },
    "lockstep-announce-errors": {
      // Counted by lambdas/announce: a record that fails is reported to the stream, and the invocation succeeds.
      metric: lockstepMetric(MetricNames.announceFailed, perFiveMinutes),
      ...LASTING,
      description: "Changes of the inventory cannot be announced.",
    },
    "lockstep-attention-undelivered": {
      metric: undelivered.metricApproximateNumberOfMessagesVisible({
        period: FIVE_MINUTES,
        statistic: Stats.MAXIMUM,
      }),
      description: "Messages to the attention topic were not delivered: people were not told what to act on.",
    },
    "lockstep-api-5xx": {
      metric: api.metricServerError(perFiveMinutes),
      // One may be a client that met a throttled dependency and tries again; three are not.
      threshold: 3,
      description: "The HTTP API answers with server errors.",
    },
    "lockstep-api-errors": {
      // The function answers what it understands; an error here is a defect, a timeout or a missing permission.
      metric: errors(functions.api),
      description: "The function that answers people's requests crashed or timed out.",
    },
    "lockstep-administration-errors": {
      metric: errors(functions.administration),
      description: "The function that answers administration crashed or timed out.",
    },
    "lockstep-await-approval-errors": {
      metric: errors(functions.awaitApproval),
      ...LASTING,
      description: "Requests cannot begin to wait for their approval.",
    },
    "lockstep-grant-access-errors": {
      metric: errors(functions.grantAccess),
      ...LASTING,
      description: "Grants have been failing for 15 minutes.",
    },
    "lockstep-revoke-access-errors": {
      metric: errors(functions.revokeAccess),
      ...LASTING,
      description: "Revokes have been failing for 15 minutes: access may outlive its expiry.",
    },
    "lockstep-record-errors": {
      // Counted by lambdas/record: a record that fails is reported to the stream, and the invocation succeeds.
      metric: lockstepMetric(MetricNames.recordFailed, perFiveMinutes),
      ...LASTING,
      description: "Changes of requests cannot be recorded.",
    },
    "lockstep-sync-failed": {
      metric: syncMachine.metricFailed(perHour),
      description:
        "A sync's execution failed: it goes on in half an hour, and the inventory is older until then.",
      threshold: 1,
    },
    "lockstep-sync-errors": {
      metric: new MathExpression({
        expression: "sync + accounts + schedule",
        usingMetrics: {
          sync: functions.sync.metricErrors(perHour),
          accounts: functions.syncAccounts.metricErrors(perHour),
          schedule: functions.syncSchedule.metricErrors(perHour),
        },
        period: Duration.hours(1),
        label: "Errors of the functions that sync",
      }),
      // One that AWS did not answer is tried again by the machine.
      threshold: 3,
      description: "Functions that sync fail again and again: the inventory is not brought up to date.",
    },
    "lockstep-sync-behind": {
      // Emitted by every look at what is due, so that no data means that none has come to its end.
      metric: lockstepMetric(MetricNames.syncsBehind, {
        period: Duration.minutes(15),
        statistic: Stats.MAXIMUM,
      }),
      whenMissing: TreatMissingData.BREACHING,
      description:
        "No sync of an integration has been finished for too long, or nobody looks what is due: the inventory is old.",
    },
    "lockstep-seal-errors": {
      metric: functions.seal.metricErrors(perHour),
      // The daily run and its two retries, all within an hour.
      threshold: 3,
      description: "The audit trail was not sealed today: what is recorded could be rewritten unnoticed.",
    },
  };
}

/** The alarms, all of which tell the attention topic. */
export class Alarms extends Construct {
  /** By their pinned names: a reference would need each alarm's ARN of implementations that do not give it. */
  readonly all: IAlarm[] = [];

  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    for (const [alarmName, definition] of Object.entries(definitions(props))) {
      const { metric, description, threshold = 1, periods = 1, whenMissing } = definition;
      const alarm = new Alarm(this, alarmName, {
        alarmName,
        alarmDescription: `${description} What to do: docs/runbook.md#${alarmName}`,
        metric,
        threshold,
        evaluationPeriods: periods,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        // Most of these count events: no data means that nothing happened.
        treatMissingData: whenMissing ?? TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(props.topic));
      const alarmArn = Stack.of(this).formatArn({
        service: "cloudwatch",
        resource: "alarm",
        resourceName: alarmName,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      });
      this.all.push(Alarm.fromAlarmArn(this, `${alarmName}-by-name`, alarmArn));
    }
  }
}
