import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { StreamQueues } from "../dynamodb/stream-queues.ts";
import type { Queues } from "../events/queues.ts";
import type { IamCheck } from "../iam-check/iam-check.ts";
import type { Application } from "../template/application.ts";
import type { EventSourceMapping, QueueMapping } from "../template/event-sources.ts";
import type { JsonObject } from "../wire/json.ts";
import { roleSession } from "../wire/principals.ts";
import { AwsError } from "../wire/service.ts";
import { createEventSource } from "./event-source.ts";
import type { EventSource } from "./event-source.ts";
import type { Lambda } from "./lambda.ts";
import { createQueueSource } from "./queue-source.ts";

export interface EventSourcesDependencies {
  readonly application: Application;
  readonly lambda: Lambda;
  readonly streams: StreamQueues;
  readonly queues: Queues;
  readonly iam: IamCheck;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly onProblem: (message: string) => void;
}

/** All of the app's event source mappings. */
export interface EventSources {
  /** Throws as Lambda does when a function's role may not read its stream. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html#events-dynamodb-permissions */
const STREAM_ACTIONS = ["DescribeStream", "GetRecords", "GetShardIterator"];

/** https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions */
const QUEUE_ACTIONS = ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"];

export const createEventSources = (dependencies: EventSourcesDependencies): EventSources => {
  const { application, lambda, streams, queues, iam, clock, newId, onProblem } = dependencies;
  const { region } = application.environment;

  const roleOf = ({ functionName }: Pick<EventSourceMapping, "functionName">) => {
    const arn = lambda.arnOf(functionName);
    const declared = application.functions.find((one) => one.arn === arn);
    return roleSession(declared?.roleArn ?? "", declared?.name ?? functionName);
  };

  const checkRole = async (mapping: EventSourceMapping) => {
    try {
      for (const action of STREAM_ACTIONS) {
        const access = { action: `dynamodb:${action}`, resources: [mapping.streamArn], region };
        await iam.authorize(roleOf(mapping), access);
      }
      await iam.authorize(roleOf(mapping), { action: "dynamodb:ListStreams", resources: ["*"], region });
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      const advice =
        "Please ensure the role can perform the GetRecords, GetShardIterator, DescribeStream, and ListStreams Actions on your stream in IAM.";
      const message = `Cannot access stream ${mapping.streamArn}. ${advice} (${error.message})`;
      throw new AwsError("InvalidParameterValueException", message);
    }
  };

  const discard = async (mapping: EventSourceMapping, notice: JsonObject) => {
    const { onFailureArn } = mapping;
    onProblem(`${mapping.functionName} did not handle records of its stream: ${JSON.stringify(notice)}`);
    if (onFailureArn === undefined) return;
    try {
      await iam.authorize(roleOf(mapping), { action: "sqs:SendMessage", resources: [onFailureArn], region });
      queues.send(onFailureArn, JSON.stringify(notice));
    } catch (error) {
      onProblem(error instanceof Error ? error.message : String(error));
    }
  };

  const sources = application.eventSourceMappings.map((mapping): [EventSourceMapping, EventSource] => {
    const functionArn = lambda.arnOf(mapping.functionName);
    const source = createEventSource({
      mapping,
      queues: streams,
      clock,
      newId,
      functionArn,
      invoke: (payload) => lambda.invoke(functionArn, payload),
      onDiscarded: (notice) => discard(mapping, notice),
    });
    return [mapping, source];
  });

  const checkQueueRole = async (mapping: QueueMapping) => {
    for (const action of QUEUE_ACTIONS) {
      try {
        await iam.authorize(roleOf(mapping), { action, resources: [mapping.queueArn], region });
      } catch (error) {
        if (!(error instanceof AwsError)) throw error;
        const name = action.slice("sqs:".length);
        const message = `The provided execution role does not have permissions to call ${name} on SQS`;
        throw new AwsError("InvalidParameterValueException", `${message} (${error.message})`);
      }
    }
  };

  const queueSources = application.queueMappings.map((mapping) =>
    createQueueSource({
      mapping,
      queues,
      clock,
      region,
      invoke: (payload) => lambda.invoke(lambda.arnOf(mapping.functionName), payload),
    }),
  );
  const all = [...sources.map(([, source]) => source), ...queueSources];

  return {
    start: async () => {
      for (const [mapping] of sources) await checkRole(mapping);
      for (const mapping of application.queueMappings) await checkQueueRole(mapping);
      for (const source of all) source.start();
    },
    stop: async () => {
      await Promise.all(all.map((source) => source.stop()));
    },
  };
};
