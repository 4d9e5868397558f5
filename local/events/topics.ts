import type { NamedResource } from "../template/rules.ts";
import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import type { ServiceDefinition } from "../wire/service.ts";
import { optionalText } from "../wire/text-member.ts";

/** A message that a topic sent to its subscribers. */
export interface Notification {
  readonly topicArn: string;
  readonly subject?: string;
  readonly message: string;
}

/** The app's SNS topics. Nobody subscribes here; whoever listens in this process hears every message. */
export interface Topics {
  /** Publishes a message; throws NotFound. */
  publish(notification: Notification): void;
  observe(listener: (notification: Notification) => void): () => void;
  readonly service: ServiceDefinition;
}

export const createTopics = (dependencies: {
  readonly topics: readonly NamedResource[];
  readonly newId: () => string;
  readonly onPublish: () => void;
}): Topics => {
  const { topics, newId, onPublish } = dependencies;
  const listeners = new Set<(notification: Notification) => void>();

  const find = (input: JsonObject): NamedResource => {
    const topic = topics.find(({ arn }) => arn === (input["TopicArn"] ?? input["TargetArn"]));
    if (topic !== undefined) return topic;
    throw new AwsError("NotFound", "Topic does not exist", 404);
  };

  const publish = (notification: Notification) => {
    find({ TopicArn: notification.topicArn });
    onPublish();
    for (const listener of listeners) listener(notification);
  };

  return {
    publish,
    observe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    service: {
      signingName: "sns",
      protocol: "query",
      xmlNamespace: "http://sns.amazonaws.com/doc/2010-03-31/",
      iamPrefix: "sns",
      resourcesOf: (_operation, input) => [
        optionalText(input, "TopicArn") ?? optionalText(input, "TargetArn") ?? "*",
      ],
      operations: {
        Publish: (input) => {
          const { Message, Subject } = input;
          if (typeof Message !== "string" || Message === "") {
            throw new AwsError("InvalidParameter", "Invalid parameter: Empty message");
          }
          const subject = typeof Subject === "string" ? { subject: Subject } : {};
          publish({ topicArn: find(input).arn, message: Message, ...subject });
          return { MessageId: newId() };
        },
        ListTopics: () => ({ Topics: topics.map(({ arn }) => ({ TopicArn: arn })) }),
        ListSubscriptions: () => ({ Subscriptions: [] }),
        ListSubscriptionsByTopic: (input) => {
          find(input);
          return { Subscriptions: [] };
        },
      },
    },
  };
};
