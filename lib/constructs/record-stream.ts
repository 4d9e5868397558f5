import { Duration } from "aws-cdk-lib";
import {
  EventSourceMapping,
  FilterCriteria,
  FilterRule,
  StartingPosition,
  type IFunction,
} from "aws-cdk-lib/aws-lambda";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

export interface RecordStreamProps {
  readonly handler: IFunction;
  readonly streamArn: string;
  readonly deadLetters: IQueue;
}

/** Delivers the Access table's stream of requests to the function that keeps the trail and tells the bus. */
export function deliverRequestsTo(
  scope: Construct,
  { handler, streamArn, deadLetters }: RecordStreamProps,
): void {
  new EventSourceMapping(scope, "RecordStream", {
    target: handler,
    eventSourceArn: streamArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    filters: [
      // Entitlement items change too, but tell nobody anything; a deletion, which has no new image, is only ever garbage
      // collection; and a request that the sweep has put off has made no transition.
      // Only `dynamodb` can be filtered on (https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html), and
      // what is not there is told at the leaf, below the attribute's type.
      FilterCriteria.filter({
        dynamodb: { NewImage: { kind: { S: ["request"] }, swept: { BOOL: FilterRule.notExists() } } },
      }),
    ],
    // One record that cannot be handled neither holds up nor repeats the others for long.
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    // A stream keeps its records for 24 hours.
    maxRecordAge: Duration.hours(24),
    onFailure: new SqsDlq(deadLetters),
  });
}
