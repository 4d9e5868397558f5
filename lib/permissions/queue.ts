import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { permission, type Permission } from "./permission.ts";

/**
 * What Lambda's poller needs to deliver a queue to a function:
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html#events-sqs-permissions
 */
export const consumeQueue = (sid: string, queue: IQueue): Permission =>
  permission({
    sid,
    actions: ["sqs:DeleteMessage", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"],
    resources: [queue.queueArn],
  });
