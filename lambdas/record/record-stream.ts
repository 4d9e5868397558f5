import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import middy from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { accessRequestOfImage, isPutOff } from "../adapters/dynamodb/stream-image.ts";
import { MetricNames } from "../core/contracts/metrics.ts";
import type { AccessRequest } from "../core/domain/access-request.ts";
import { logger, metrics } from "../middleware/observability.ts";
import { measure } from "./measure.ts";

/**
 * Records a batch in order and stops at the first record that fails: the stream delivers that one and all after it
 * again (https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html).
 */
export const recordStream = (record: (request: AccessRequest) => Promise<void>) =>
  middy<DynamoDBStreamEvent, DynamoDBBatchResponse>()
    .use(injectLambdaContext(logger, { logEvent: false }))
    .use(logMetrics(metrics))
    .handler(async ({ Records }) => {
      for (const delivered of Records) {
        try {
          await recordOne(delivered, record);
        } catch (error) {
          // The invocation itself succeeds, so that Lambda's own error metric says nothing.
          metrics.addMetric(MetricNames.recordFailed, "Count", 1);
          logger.error(
            "A transition was not recorded",
            error instanceof Error ? error : new Error(String(error)),
          );
          return { batchItemFailures: [{ itemIdentifier: delivered.dynamodb?.SequenceNumber ?? "" }] };
        }
      }
      return { batchItemFailures: [] };
    });

const recordOne = async (
  delivered: DynamoDBRecord,
  record: (request: AccessRequest) => Promise<void>,
): Promise<void> => {
  const image = delivered.dynamodb?.NewImage;
  // The event source's filter lets only written requests through.
  if (image === undefined) throw new Error("A stream record without a new image passed the filter");
  // Nor one that made no transition; a filter that is changed takes effect minutes later.
  if (isPutOff(image)) return;
  const request = accessRequestOfImage(image);
  await record(request);
  measure(request, metrics);
  logger.info("Transition recorded", {
    requestId: request.id,
    status: request.status,
    version: request.version,
  });
};
