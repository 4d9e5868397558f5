import { Duration } from "aws-cdk-lib";
import {
  Alarm,
  ComparisonOperator,
  Metric,
  Stats,
  TreatMissingData,
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

export interface AlarmsProps {
  readonly stateMachine: StateMachine;
  readonly api: HttpApi;
  readonly functions: Readonly<
    Record<"api" | "awaitApproval" | "grantAccess" | "revokeAccess" | "record" | "catalogue", IFunction>
  >;
  /** The rule that tells of requests that are stuck, and its bus. */
  readonly revocationStuck: Rule;
  readonly eventBusName: string;
  readonly unrecorded: IQueue;
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
}

const FIVE_MINUTES = Duration.minutes(5);
const perFiveMinutes = { period: FIVE_MINUTES, statistic: Stats.SUM };
const perHour = { period: Duration.hours(1), statistic: Stats.SUM };

/** Errors that end within a quarter of an hour are the machine's own retries at work. */
const LASTING = { threshold: 1, periods: 3 } as const;

/** Every alarm, by its name. Each has a section of the same name in docs/runbook.md; a test compares them. */
function definitions(props: AlarmsProps): Readonly<Record<string, AlarmDefinition>> {
  const { stateMachine, api, functions, revocationStuck, eventBusName, unrecorded, undelivered } = props;
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
      // Measured by lambdas/record, in milliseconds from a request's expiry to its confirmed end.
      metric: new Metric({
        namespace: "Lockstep",
        metricName: "RevokeLag",
        dimensionsMap: { service: "lockstep" },
        period: FIVE_MINUTES,
        statistic: Stats.MAXIMUM,
      }),
      threshold: Duration.minutes(5).toMilliseconds(),
      description: "Access ended more than 5 minutes after its expiry.",
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
      description: "The function behind the HTTP API crashed or timed out.",
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
      metric: new Metric({
        namespace: "Lockstep",
        metricName: "RecordFailed",
        dimensionsMap: { service: "lockstep" },
        ...perFiveMinutes,
      }),
      ...LASTING,
      description: "Changes of requests cannot be recorded.",
    },
    "lockstep-catalogue-errors": {
      metric: functions.catalogue.metricErrors(perHour),
      // The hourly run and its two retries.
      threshold: 3,
      description: "The catalogue of account and permission-set names is not refreshed.",
    },
  };
}

/** The alarms, all of which tell the attention topic. */
export class Alarms extends Construct {
  constructor(scope: Construct, id: string, props: AlarmsProps) {
    super(scope, id);
    for (const [alarmName, { metric, description, threshold = 1, periods = 1 }] of Object.entries(
      definitions(props),
    )) {
      const alarm = new Alarm(this, alarmName, {
        alarmName,
        alarmDescription: `${description} What to do: docs/runbook.md#${alarmName}`,
        metric,
        threshold,
        evaluationPeriods: periods,
        comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
        // All of these count events: no data means that nothing happened.
        treatMissingData: TreatMissingData.NOT_BREACHING,
      });
      alarm.addAlarmAction(new SnsAction(props.topic));
    }
  }
}
