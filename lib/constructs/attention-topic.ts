import { RemovalPolicy, Stack } from "aws-cdk-lib";
import { PolicyStatement, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Topic } from "aws-cdk-lib/aws-sns";
import type { Construct } from "constructs";
import { names } from "../names.ts";

/**
 * The topic for what people must act on. Messages hold ids only, so it is not encrypted with a customer-managed key
 * (EventBridge cannot publish to one encrypted with the AWS-managed key).
 */
export function attentionTopic(scope: Construct): Topic {
  const topic = new Topic(scope, "AttentionTopic", {
    topicName: names.attentionTopic,
    displayName: "Lockstep",
    enforceSSL: true,
  });
  // Subscriptions are made by hand; a replacement would lose them without a word.
  topic.applyRemovalPolicy(RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE);
  // Without a condition, as in EventBridge's own example for topics:
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: "AllowEvents",
      principals: [new ServicePrincipal("events.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
    }),
  );
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: "AllowAlarms",
      principals: [new ServicePrincipal("cloudwatch.amazonaws.com")],
      actions: ["sns:Publish"],
      resources: [topic.topicArn],
      conditions: { StringEquals: { "aws:SourceAccount": Stack.of(scope).account } },
    }),
  );
  return topic;
}
