import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import { logMetrics } from "@aws-lambda-powertools/metrics/middleware";
import middy from "@middy/core";
import type { DynamoDBBatchResponse, DynamoDBRecord, DynamoDBStreamEvent } from "aws-lambda";
import { logger, metrics } from "./observability.ts";

/** A stream's record as it was written; what it was before is absent where it is new. */
export interface Written {
  readonly image: Image;
  readonly before?: Image;
}
type Image = NonNullable<NonNullable<DynamoDBRecord["dynamodb"]>["NewImage"]>;

export interface StreamBatchOptions {
  readonly handle: (written: Written) => Promise<void>;
  /** What is said and counted of a record that could not be handled. */
  readonly failure: { readonly message: string; readonly metric: string };
}

/**
 * Handles a batch in order and stops at the first record that fails: the stream delivers that one and all after it
 * again (https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html).
 */
export const streamBatch = ({ handle, failure }: StreamBatchOptions) =>
  middy<DynamoDBStreamEvent, DynamoDBBatchResponse>()
    .use(injectLambdaContext(logger, { logEvent: false }))
    .use(logMetrics(metrics))
    .handler(async ({ Records }) => {
      for (const record of Records) {
        try {
          await handle(writtenIn(record));
        } catch (error) {
          // The invocation itself succeeds, so that Lambda's own error metric says nothing.
          metrics.addMetric(failure.metric, "Count", 1);
          logger.error(failure.message, error instanceof Error ? error : new Error(String(error)));
          return { batchItemFailures: [{ itemIdentifier: record.dynamodb?.SequenceNumber ?? "" }] };
        }
      }
      return { batchItemFailures: [] };
    });

/** The event sources' filters let no deletion through: it is only ever garbage collection. */
const writtenIn = ({ dynamodb }: DynamoDBRecord): Written => {
  if (dynamodb?.NewImage === undefined)
    throw new Error("A stream record without a new image passed the filter");
  return {
    image: dynamodb.NewImage,
    ...(dynamodb.OldImage === undefined ? {} : { before: dynamodb.OldImage }),
  };
};
