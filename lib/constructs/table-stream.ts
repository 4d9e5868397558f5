import { Duration } from "aws-cdk-lib";
import { EventSourceMapping, FilterCriteria, StartingPosition, type IFunction } from "aws-cdk-lib/aws-lambda";
import { SqsDlq } from "aws-cdk-lib/aws-lambda-event-sources";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";

export interface TableStreamProps {
  readonly handler: IFunction;
  readonly streamArn: string;
  readonly deadLetters: IQueue;
}

/**
 * Delivers what is written into a table to the function, where the item as it was written matches `newImage`. A deletion,
 * which has no new image, is only ever garbage collection, and never delivered.
 *
 * Only `dynamodb` can be filtered on (https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html), and what is
 * not there is told at the leaf, below the attribute's type.
 */
export function deliverStream(
  scope: Construct,
  id: string,
  {
    handler,
    streamArn,
    deadLetters,
    newImage,
  }: TableStreamProps & { readonly newImage: Readonly<Record<string, Readonly<Record<string, unknown>>>> },
): void {
  new EventSourceMapping(scope, id, {
    target: handler,
    eventSourceArn: streamArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    filters: [FilterCriteria.filter({ dynamodb: { NewImage: newImage } })],
    // One record that cannot be handled neither holds up nor repeats the others for long.
    bisectBatchOnError: true,
    reportBatchItemFailures: true,
    // A stream keeps its records for 24 hours.
    maxRecordAge: Duration.hours(24),
    onFailure: new SqsDlq(deadLetters),
  });
}
