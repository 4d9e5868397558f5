import * as z from "zod/mini";
import type { DeployedResource, Deployment } from "./deployment.ts";
import { number, propertiesOf, truth } from "./parse.ts";

/** Defaults: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html (-1: without end). */
const MappingSchema = z.object({
  FunctionName: z.string(),
  EventSourceArn: z
    .string()
    .check(z.includes(":dynamodb:", "only DynamoDB streams and SQS queues are delivered here")),
  BatchSize: z._default(number, 100),
  BisectBatchOnFunctionError: z._default(truth, false),
  FunctionResponseTypes: z._default(z.array(z.literal("ReportBatchItemFailures")), []),
  MaximumRetryAttempts: z._default(number, -1),
  MaximumRecordAgeInSeconds: z._default(number, -1),
  Enabled: z._default(truth, true),
  FilterCriteria: z.optional(
    z.object({ Filters: z._default(z.array(z.object({ Pattern: z.string() })), []) }),
  ),
  DestinationConfig: z.optional(z.object({ OnFailure: z.optional(z.object({ Destination: z.string() })) })),
});

/** A stream's delivery to a function. */
export interface EventSourceMapping {
  readonly id: string;
  /** The function's name or ARN. */
  readonly functionName: string;
  readonly streamArn: string;
  readonly batchSize: number;
  readonly bisectBatchOnFunctionError: boolean;
  readonly reportBatchItemFailures: boolean;
  /** Without end when undefined. */
  readonly maximumRetryAttempts?: number;
  readonly maximumRecordAgeSeconds?: number;
  /** Event patterns, of which one must match; none lets every record pass. */
  readonly filters: readonly unknown[];
  readonly onFailureArn?: string;
}

const mappingOf = (resource: DeployedResource): EventSourceMapping | undefined => {
  const properties = propertiesOf(resource, MappingSchema);
  if (!properties.Enabled) return undefined;
  const { MaximumRetryAttempts, MaximumRecordAgeInSeconds, FilterCriteria, DestinationConfig } = properties;
  const onFailureArn = DestinationConfig?.OnFailure?.Destination;
  return {
    id: resource.ref,
    functionName: properties.FunctionName,
    streamArn: properties.EventSourceArn,
    batchSize: properties.BatchSize,
    bisectBatchOnFunctionError: properties.BisectBatchOnFunctionError,
    reportBatchItemFailures: properties.FunctionResponseTypes.length > 0,
    ...(MaximumRetryAttempts >= 0 && { maximumRetryAttempts: MaximumRetryAttempts }),
    ...(MaximumRecordAgeInSeconds >= 0 && { maximumRecordAgeSeconds: MaximumRecordAgeInSeconds }),
    filters: (FilterCriteria?.Filters ?? []).map(({ Pattern }): unknown => JSON.parse(Pattern)),
    ...(onFailureArn !== undefined && { onFailureArn }),
  };
};

const isOfQueue = (resource: DeployedResource) =>
  String(resource.properties()["EventSourceArn"]).includes(":sqs:");

export const eventSourceMappingsIn = (deployment: Deployment): readonly EventSourceMapping[] =>
  deployment
    .resources("AWS::Lambda::EventSourceMapping")
    .filter((resource) => !isOfQueue(resource))
    .map(mappingOf)
    .filter((mapping) => mapping !== undefined);

/** Defaults: https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html */
const QueueMappingSchema = z.object({
  FunctionName: z.string(),
  EventSourceArn: z.string(),
  BatchSize: z._default(number, 10),
  FunctionResponseTypes: z._default(z.array(z.literal("ReportBatchItemFailures")), []),
  ScalingConfig: z._default(z.object({ MaximumConcurrency: z._default(number, 1) }), {
    MaximumConcurrency: 1,
  }),
  Enabled: z._default(truth, true),
});

/** A queue's delivery to a function. */
export interface QueueMapping {
  readonly id: string;
  /** The function's name or ARN. */
  readonly functionName: string;
  readonly queueArn: string;
  readonly batchSize: number;
  readonly reportBatchItemFailures: boolean;
  /** Invocations at a time; Lambda's own number where the template says none, which is one here. */
  readonly maximumConcurrency: number;
}

const queueMappingOf = (resource: DeployedResource): QueueMapping | undefined => {
  const properties = propertiesOf(resource, QueueMappingSchema);
  if (!properties.Enabled) return undefined;
  return {
    id: resource.ref,
    functionName: properties.FunctionName,
    queueArn: properties.EventSourceArn,
    batchSize: properties.BatchSize,
    reportBatchItemFailures: properties.FunctionResponseTypes.length > 0,
    maximumConcurrency: properties.ScalingConfig.MaximumConcurrency,
  };
};

export const queueMappingsIn = (deployment: Deployment): readonly QueueMapping[] =>
  deployment
    .resources("AWS::Lambda::EventSourceMapping")
    .filter(isOfQueue)
    .map(queueMappingOf)
    .filter((mapping) => mapping !== undefined);
