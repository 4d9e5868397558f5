import * as z from "zod/mini";
import type { DeployedResource, Deployment } from "./deployment.ts";
import { number, propertiesOf } from "./parse.ts";

const TargetSchema = z.object({
  Id: z.string(),
  Arn: z.string(),
  /** By whose permissions EventBridge reaches a state machine or another bus. */
  RoleArn: z.optional(z.string()),
  Input: z.optional(z.string()),
  InputPath: z.optional(z.string()),
  InputTransformer: z.optional(
    z.object({ InputPathsMap: z._default(z.record(z.string(), z.string()), {}), InputTemplate: z.string() }),
  ),
  /** "Retry policy and dead-letter queues": 24 hours and 185 times by default. */
  RetryPolicy: z.optional(
    z.object({ MaximumEventAgeInSeconds: z.optional(number), MaximumRetryAttempts: z.optional(number) }),
  ),
  DeadLetterConfig: z.optional(z.object({ Arn: z.string() })),
});

const RuleSchema = z.object({
  EventBusName: z._default(z.string(), "default"),
  EventPattern: z.optional(z.record(z.string(), z.unknown())),
  ScheduleExpression: z.optional(z.string()),
  State: z._default(z.string(), "ENABLED"),
  Targets: z._default(z.array(TargetSchema), []),
});

/** Where a rule sends events, and what it makes of them. */
export type RuleTarget = z.infer<typeof TargetSchema>;

/** A rule of the app: on a pattern, on a schedule, or both. */
export interface ApplicationRule {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  readonly eventPattern?: Readonly<Record<string, unknown>>;
  readonly schedule?: string;
  readonly targets: readonly RuleTarget[];
}

/** An event bus, SNS topic or SQS queue of the app. */
export interface NamedResource {
  readonly name: string;
  readonly arn: string;
}

const ruleOf = (resource: DeployedResource): ApplicationRule | undefined => {
  const { EventBusName, EventPattern, ScheduleExpression, State, Targets } = propertiesOf(
    resource,
    RuleSchema,
  );
  if (State === "DISABLED") return undefined;
  const arn = resource.attribute("Arn");
  return {
    name: arn.slice(arn.lastIndexOf("/") + 1),
    arn,
    busName: EventBusName.slice(EventBusName.lastIndexOf("/") + 1),
    ...(EventPattern !== undefined && { eventPattern: EventPattern }),
    ...(ScheduleExpression !== undefined && { schedule: ScheduleExpression }),
    targets: Targets,
  };
};

export const rulesIn = (deployment: Deployment): readonly ApplicationRule[] =>
  deployment
    .resources("AWS::Events::Rule")
    .map(ruleOf)
    .filter((rule) => rule !== undefined);

export const busesIn = (deployment: Deployment): readonly NamedResource[] =>
  deployment
    .resources("AWS::Events::EventBus")
    .map((resource) => ({ name: resource.ref, arn: resource.attribute("Arn") }));

export const topicsIn = (deployment: Deployment): readonly NamedResource[] =>
  deployment
    .resources("AWS::SNS::Topic")
    .map((resource) => ({ name: resource.attribute("TopicName"), arn: resource.ref }));

/** Defaults: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
const QueueSchema = z.object({
  VisibilityTimeout: z._default(number, 30),
  RedrivePolicy: z.optional(z.object({ deadLetterTargetArn: z.string(), maxReceiveCount: number })),
});

/** An SQS queue of the app. */
export interface ApplicationQueue extends NamedResource {
  /** How long a message that was received is not received again, unless its receiver says otherwise. */
  readonly visibilitySeconds?: number;
  /** Where a message goes that was received so often and is still there. */
  readonly redrive?: { readonly queueArn: string; readonly receives: number };
}

const queueOf = (resource: DeployedResource): ApplicationQueue => {
  const { VisibilityTimeout, RedrivePolicy } = propertiesOf(resource, QueueSchema);
  return {
    name: resource.attribute("QueueName"),
    arn: resource.attribute("Arn"),
    visibilitySeconds: VisibilityTimeout,
    ...(RedrivePolicy !== undefined && {
      redrive: { queueArn: RedrivePolicy.deadLetterTargetArn, receives: RedrivePolicy.maxReceiveCount },
    }),
  };
};

export const queuesIn = (deployment: Deployment): readonly ApplicationQueue[] =>
  deployment.resources("AWS::SQS::Queue").map(queueOf);
