import { Annotations, Duration, RemovalPolicy } from "aws-cdk-lib";
import { Rule, Schedule, type EventPattern, type IEventBus } from "aws-cdk-lib/aws-events";
import { LambdaFunction, SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { EventSourceMapping, type IFunction } from "aws-cdk-lib/aws-lambda";
import { Queue, QueueEncryption } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { AUTOMATIC_TIMEOUT } from "../functions/automatic.ts";
import { acknowledge } from "./acknowledge.ts";

const EVERY = Duration.minutes(5);

/** What an automatic flow's sense depends on (lambdas/core/domain/configuration/subject.ts). */
const CHANGEABLE = ["access-flow", "bundle", "access-scope", "rota"] as const;

/**
 * The changes that automatic flows depend on, until a run has looked. Between EventBridge and the function is a queue, and no
 * invocation of its own for each event: a group of two thousand that is synced, or two hundred documents that are applied,
 * are a run or two, and take up none of the few invocations that a young account can run at once, which a revoke needs.
 */
export function automaticChangesQueue(scope: Construct): Queue {
  const queue = new Queue(scope, "AutomaticChanges", {
    queueName: "lockstep-automatic",
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    // No shorter than the function may run (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html). The
    // sixfold that is recommended there is for what Lambda received and then found no room for: `maxConcurrency` keeps it
    // from receiving that.
    visibilityTimeout: AUTOMATIC_TIMEOUT.plus(Duration.minutes(1)),
    // A message says no more than that there is something to look at, and by then the schedule has looked at everything. So
    // what a run failed with is not delivered again either.
    retentionPeriod: EVERY,
    removalPolicy: RemovalPolicy.DESTROY,
  });
  acknowledge(queue, {
    id: "AwsSolutions-SQS3",
    reason:
      "What is lost here loses five minutes: the schedule looks at everything, and its failures are alarmed.",
  });
  return queue;
}

export interface AutomaticScheduleProps {
  readonly automatic: IFunction;
  readonly eventBus: IEventBus;
  readonly changes: Queue;
}

/** Looks at automatic flows every five minutes, and when somebody changed one, or joined or left a group. */
export function runAutomaticFlows(
  scope: Construct,
  { automatic, eventBus, changes }: AutomaticScheduleProps,
): void {
  new Rule(scope, "AutomaticSchedule", {
    ruleName: "lockstep-automatic-every-five-minutes",
    description: "Gives and takes away every five minutes what automatic flows give",
    schedule: Schedule.rate(EVERY),
    // The next one comes soon, and finds all that a late one would have found.
    targets: [new LambdaFunction(automatic, { maxEventAge: EVERY, retryAttempts: 2 })],
  });
  const onChange = (id: string, ruleName: string, description: string, eventPattern: EventPattern) => {
    const targets = [new SqsQueue(changes)];
    const rule = new Rule(scope, id, { ruleName, description, eventBus, eventPattern, targets });
    Annotations.of(rule).acknowledgeWarning(
      "@aws-cdk/aws-events:ruleUnresolvedEnvironment",
      "The queue is in this very stack.",
    );
  };
  onChange(
    "AutomaticOnConfiguration",
    "lockstep-automatic-on-configuration",
    "The same when an access flow changes, or what one names",
    { source: ["lockstep"], detailType: ["ConfigurationChanged"], detail: { kind: [...CHANGEABLE] } },
  );
  onChange(
    "AutomaticOnMembership",
    "lockstep-automatic-on-membership",
    "The same when somebody joins or leaves a group",
    { source: ["lockstep"], detailType: ["MembershipAppeared", "MembershipVanished"] },
  );
  new EventSourceMapping(scope, "AutomaticChangesSource", {
    target: automatic,
    eventSourceArn: changes.queueArn,
    // As many as one invocation takes: none says more than that there is something to look at.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-params
    batchSize: 1_000,
    maxBatchingWindow: Duration.seconds(10),
    // The fewest that can be set: one run is at work, and another one leaves at once.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html#events-sqs-max-concurrency
    maxConcurrency: 2,
  });
}
