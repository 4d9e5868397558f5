import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { LocalStore } from "../store.ts";
import type { ApplicationQueue } from "../template/rules.ts";
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

/** A message that was received. */
export interface Received {
  readonly id: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly sentAt: string;
  /** With this time. */
  readonly receiveCount: number;
}

/** The app's SQS queues. */
export interface Queues {
  /** Takes the oldest visible messages for as long as the queue says; those that were received too often go to its dead letters. */
  receive(queueArn: string, limit: number): readonly Received[];
  delete(queueArn: string, id: string): void;
  /** Resolves when a message is sent to whatever queue, or once `signal` aborts. */
  sent(signal: AbortSignal): Promise<void>;
  /** When the next message of the queue becomes visible. */
  nextVisibleAt(queueArn: string): Date | undefined;
  /** Keeps a message; throws QueueDoesNotExist. */
  send(queueArn: string, body: string, attributes?: Readonly<Record<string, string>>): void;
  readonly service: ServiceDefinition;
}

interface Dependencies {
  readonly queues: readonly ApplicationQueue[];
  readonly store: LocalStore;
  readonly clock: Clock;
  readonly newId: () => string;
  /** SDKs call a queue at its URL, so the URL has to lead here. */
  readonly endpointUrl: () => string;
}

/** The default visibility timeout: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_CreateQueue.html */
const VISIBILITY_SECONDS = 30;

const collectionOf = ({ name }: Pick<ApplicationQueue, "name">) => `sqs/${name}`;

/** The queues as far as dead letters need them: written by deliveries, read and deleted by people. */
export const createQueues = ({ queues, store, clock, newId, endpointUrl }: Dependencies): Queues => {
  let sending = Promise.withResolvers<undefined>();
  const urlOf = ({ arn, name }: ApplicationQueue) => `${endpointUrl()}/${arn.split(":")[4] ?? ""}/${name}`;

  const named = (name: string): ApplicationQueue => {
    const queue = queues.find((one) => one.name === name || one.arn === name);
    if (queue !== undefined) return queue;
    throw new AwsError("QueueDoesNotExist", `The specified queue does not exist: ${name}`);
  };
  const ofUrl = (input: JsonObject) => named(textMember(input, "QueueUrl").split("/").at(-1) ?? "");

  const messagesOf = (queue: ApplicationQueue) =>
    store
      .list(collectionOf(queue))
      .map(({ id, document }) => ({ id, message: document as Message }))
      .toSorted((a, b) => a.message.sentAt.localeCompare(b.message.sentAt));

  const send = (queueArn: string, body: string, attributes: Readonly<Record<string, string>> = {}) => {
    const id = newId();
    const now = clock.now().toISOString();
    const message: Message = { body, attributes, sentAt: now, visibleAt: now, receiveCount: 0 };
    store.put(collectionOf(named(queueArn)), id, message);
    sending.resolve(undefined);
    sending = Promise.withResolvers<undefined>();
    return id;
  };

  /** "When the ReceiveCount for a message exceeds the maxReceiveCount": https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-dead-letter-queues.html */
  const isRedriven = ({ redrive }: ApplicationQueue, { receiveCount }: Message) =>
    redrive !== undefined && receiveCount >= redrive.receives;

  const take = (queue: ApplicationQueue, limit: number, hiddenSeconds: number): readonly Received[] => {
    const now = clock.now();
    const visible = messagesOf(queue).filter(({ message }) => Date.parse(message.visibleAt) <= now.getTime());
    for (const { id, message } of visible.filter(({ message }) => isRedriven(queue, message))) {
      store.delete(collectionOf(queue), id);
      send(queue.redrive?.queueArn ?? "", message.body, message.attributes);
    }
    const kept = visible.filter(({ message }) => !isRedriven(queue, message));
    return kept.slice(0, limit).map(({ id, message }) => {
      const { body, attributes, sentAt } = message;
      const visibleAt = new Date(now.getTime() + hiddenSeconds * 1000).toISOString();
      const receiveCount = message.receiveCount + 1;
      store.put(collectionOf(queue), id, { ...message, visibleAt, receiveCount });
      return { id, body, attributes, sentAt, receiveCount };
    });
  };

  const receive = (input: JsonObject) => {
    const queue = ofUrl(input);
    const hidden = Number(input["VisibilityTimeout"] ?? queue.visibilitySeconds ?? VISIBILITY_SECONDS);
    return take(queue, Number(input["MaxNumberOfMessages"] ?? 1), hidden).map(({ id, body, ...message }) => {
      const attributes = Object.entries(message.attributes).map(
        ([name, value]) => [name, { DataType: "String", StringValue: value }] as const,
      );
      return {
        MessageId: id,
        ReceiptHandle: id,
        Body: body,
        ...(attributes.length > 0 && { MessageAttributes: Object.fromEntries(attributes) }),
      };
    });
  };

  return {
    send,
    receive: (queueArn, limit) => {
      const queue = named(queueArn);
      return take(queue, limit, queue.visibilitySeconds ?? VISIBILITY_SECONDS);
    },
    delete: (queueArn, id) => {
      store.delete(collectionOf(named(queueArn)), id);
    },
    sent: async (signal) => {
      const aborted = Promise.withResolvers<undefined>();
      const abort = () => {
        aborted.resolve(undefined);
      };
      signal.addEventListener("abort", abort, { once: true });
      if (!signal.aborted) await Promise.race([sending.promise, aborted.promise]);
      signal.removeEventListener("abort", abort);
    },
    nextVisibleAt: (queueArn) => {
      const moments = messagesOf(named(queueArn)).map(({ message }) => message.visibleAt);
      const [next] = moments.sort();
      return next === undefined ? undefined : new Date(next);
    },
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
