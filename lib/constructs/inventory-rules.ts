import { Annotations, Duration, RemovalPolicy } from "aws-cdk-lib";
import { Rule, type EventPattern, type IEventBus } from "aws-cdk-lib/aws-events";
import { SqsQueue } from "aws-cdk-lib/aws-events-targets";
import { EventSourceMapping, type IFunction } from "aws-cdk-lib/aws-lambda";
import { Queue, QueueEncryption, type IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import { CHANGING_SERVICES } from "../connector/forward-changes.ts";
import { LOOKING_TIMEOUT } from "../functions/inventory-events.ts";

/** An event comes so often before it is kept for people: with the timeout below, within half an hour. */
const MOST_DELIVERIES = 5;

/**
 * The changes that CloudTrail tells of, until they are looked at. Between EventBridge and the function is a queue, and no
 * invocation of its own for each event: ten thousand assignments that a script makes wait here, and take up none of the few
 * invocations that a young account can run at once, which a revoke needs.
 */
export function changesQueue(scope: Construct, deadLetters: IQueue): Queue {
  return new Queue(scope, "InventoryChanges", {
    queueName: "lockstep-inventory-events",
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
    // No shorter than the function may run (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html). The
    // sixfold that is recommended there is for what Lambda received and then found no room for: `maxConcurrency` keeps it
    // from receiving that.
    visibilityTimeout: LOOKING_TIMEOUT.plus(Duration.minutes(1)),
    // By then, 24 syncs have seen it.
    retentionPeriod: Duration.days(1),
    deadLetterQueue: { queue: deadLetters, maxReceiveCount: MOST_DELIVERIES },
    removalPolicy: RemovalPolicy.DESTROY,
  });
}

/**
 * EventBridge's `source` is `aws.` and the first part of CloudTrail's `eventSource`; the latter is what CloudTrail
 * documents, and nobody but AWS can put an event whose source begins with `aws.`
 * (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html). Calls that only read are
 * left out by EventBridge itself, unless a rule's state asks for them
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-service-event-cloudtrail.html).
 */
const CHANGES: EventPattern = {
  source: [{ prefix: "aws." }] as unknown as string[],
  detailType: ["AWS API Call via CloudTrail", "AWS Service Event via CloudTrail"],
  detail: { eventSource: [...CHANGING_SERVICES.organization] },
};

export interface InventoryRulesProps {
  readonly eventBus: IEventBus;
  readonly changes: Queue;
}

/**
 * Puts changes into the queue: those of this account and region from the default bus, and those that other accounts and
 * regions forward from Lockstep's. An event is forwarded once at most, so that neither goes by way of the other
 * (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-bus-to-bus.html).
 */
export function queueChanges(scope: Construct, { eventBus, changes }: InventoryRulesProps): void {
  const rules = [
    new Rule(scope, "ChangesHere", {
      ruleName: "lockstep-changes-here",
      description: "Changes of identities and access in this account and region",
      eventPattern: CHANGES,
      targets: [new SqsQueue(changes)],
    }),
    new Rule(scope, "ChangesForwarded", {
      ruleName: "lockstep-changes-forwarded",
      description: "Changes of identities and access that other accounts and regions forward",
      eventBus,
      eventPattern: CHANGES,
      targets: [new SqsQueue(changes)],
    }),
  ];
  for (const rule of rules) {
    Annotations.of(rule).acknowledgeWarning(
      "@aws-cdk/aws-events:ruleUnresolvedEnvironment",
      "The queue is in this very stack.",
    );
  }
}

/** Delivers the queue to the function that looks. */
export function lookAtChanges(
  scope: Construct,
  { handler, changes }: { readonly handler: IFunction; readonly changes: IQueue },
): void {
  new EventSourceMapping(scope, "InventoryChangesSource", {
    target: handler,
    eventSourceArn: changes.queueArn,
    batchSize: 10,
    reportBatchItemFailures: true,
    // The fewest that can be set. All of them share ten calls of sso-admin a second with the sync: more would only wait.
    // https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html#events-sqs-max-concurrency
    maxConcurrency: 2,
  });
}
