import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import middy from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { saidByImage } from "../adapters/dynamodb/inventory-image.ts";
import { MetricNames } from "../core/contracts/metrics.ts";
import { changeEventOf } from "../core/domain/inventory/change-event.ts";
import type { EventPublisher } from "../core/ports/events.ts";
import { logger, metrics } from "../middleware/observability.ts";

/**
 * Announces a batch in order and stops at the first record that fails: the stream delivers that one and all after it
 * again (https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html).
 */
export const announceStream = (events: EventPublisher) =>
  middy<DynamoDBStreamEvent, DynamoDBBatchResponse>()
    .use(injectLambdaContext(logger, { logEvent: false }))
    .use(logMetrics(metrics))
    .handler(async ({ Records }) => {
      for (const delivered of Records) {
        try {
          await announce(events, delivered);
        } catch (error) {
          // The invocation itself succeeds, so that Lambda's own error metric says nothing.
          metrics.addMetric(MetricNames.announceFailed, "Count", 1);
          logger.error(
            "A change was not announced",
            error instanceof Error ? error : new Error(String(error)),
          );
          return { batchItemFailures: [{ itemIdentifier: delivered.dynamodb?.SequenceNumber ?? "" }] };
        }
      }
      return { batchItemFailures: [] };
    });

const announce = async (events: EventPublisher, { dynamodb }: DynamoDBRecord): Promise<void> => {
  // The event source's filter lets no deletion through: DynamoDB only collects traces.
  if (dynamodb?.NewImage === undefined)
    throw new Error("A stream record without a new image passed the filter");
  const before = dynamodb.OldImage === undefined ? undefined : saidByImage(dynamodb.OldImage);
  const change = changeEventOf(before, saidByImage(dynamodb.NewImage));
  if (change === undefined) return;
  await events.publish(change);
  logger.info("Change announced", { type: change.type, observedAt: change.detail["observedAt"] });
};
