import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { LocalStore } from "../store.ts";
import type { NamedResource } from "../template/rules.ts";
import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import type { ServiceDefinition } from "../wire/service.ts";
import { textMember } from "../wire/text-member.ts";

interface Message {
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly sentAt: string;
  /** Not received again before this moment. */
  readonly visibleAt: string;
  readonly receiveCount: number;
}

/** The app's SQS queues. */
export interface Queues {
  /** Keeps a message; throws QueueDoesNotExist. */
  send(queueArn: string, body: string, attributes?: Readonly<Record<string, string>>): void;
  readonly service: ServiceDefinition;
}

interface Dependencies {
  readonly queues: readonly NamedResource[];
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly newId: () => string;
  /** SDKs call a queue at its URL, so the URL has to lead here. */
  readonly endpointUrl: () => string;
}

/** The default visibility timeout: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
const VISIBILITY_SECONDS = 30;

const collectionOf = ({ name }: NamedResource) => `sqs/${name}`;

/** The queues as far as dead letters need them: written by deliveries, read and deleted by people. */
export const createQueues = ({ queues, store, clock, newId, endpointUrl }: Dependencies): Queues => {
  const urlOf = ({ arn, name }: NamedResource) => `${endpointUrl()}/${arn.split(":")[4] ?? ""}/${name}`;

  const named = (name: string): NamedResource => {
    const queue = queues.find((one) => one.name === name || one.arn === name);
    if (queue !== undefined) return queue;
    throw new AwsError("QueueDoesNotExist", `The specified queue does not exist: ${name}`);
  };
  const ofUrl = (input: JsonObject) => named(textMember(input, "QueueUrl").split("/").at(-1) ?? "");

  const messagesOf = (queue: NamedResource) =>
    store
      .list(collectionOf(queue))
      .map(({ id, document }) => ({ id, message: document as Message }))
      .toSorted((a, b) => a.message.sentAt.localeCompare(b.message.sentAt));

  const send = (queueArn: string, body: string, attributes: Readonly<Record<string, string>> = {}) => {
    const id = newId();
    const now = clock.now().toISOString();
    const message: Message = { body, attributes, sentAt: now, visibleAt: now, receiveCount: 0 };
    store.put(collectionOf(named(queueArn)), id, message);
    return id;
  };

  const receive = (input: JsonObject) => {
    const queue = ofUrl(input);
    const now = clock.now();
    const hidden = Number(input["VisibilityTimeout"] ?? VISIBILITY_SECONDS);
    const visible = messagesOf(queue).filter(({ message }) => Date.parse(message.visibleAt) <= now.getTime());
    return visible.slice(0, Number(input["MaxNumberOfMessages"] ?? 1)).map(({ id, message }) => {
      const visibleAt = new Date(now.getTime() + hidden * 1000).toISOString();
      store.put(collectionOf(queue), id, { ...message, visibleAt, receiveCount: message.receiveCount + 1 });
      const attributes = Object.entries(message.attributes).map(
        ([name, value]) => [name, { DataType: "String", StringValue: value }] as const,
      );
      return {
        MessageId: id,
        ReceiptHandle: id,
        Body: message.body,
        ...(attributes.length > 0 && { MessageAttributes: Object.fromEntries(attributes) }),
      };
    });
  };

  return {
    send,
    service: {
      signingName: "sqs",
      protocol: "json-1.0",
      targetPrefix: "AmazonSQS",
      iamPrefix: "sqs",
      resourcesOf: (_operation, input) => (input["QueueUrl"] === undefined ? ["*"] : [ofUrl(input).arn]),
      operations: {
        ListQueues: () => ({ QueueUrls: queues.map(urlOf) }),
        GetQueueUrl: (input) => ({ QueueUrl: urlOf(named(textMember(input, "QueueName"))) }),
        GetQueueAttributes: (input) => {
          const queue = ofUrl(input);
          return {
            Attributes: {
              QueueArn: queue.arn,
              ApproximateNumberOfMessages: String(messagesOf(queue).length),
            },
          };
        },
        SendMessage: (input) => ({ MessageId: send(ofUrl(input).arn, textMember(input, "MessageBody")) }),
        ReceiveMessage: (input) => ({ Messages: receive(input) }),
        DeleteMessage: (input) => {
          store.delete(collectionOf(ofUrl(input)), textMember(input, "ReceiptHandle"));
          return {};
        },
      },
    },
  };
};
