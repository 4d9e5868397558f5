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

export interface InventoryStreamProps {
  readonly handler: IFunction;
  readonly streamArn: string;
  readonly deadLetters: IQueue;
}

/** Delivers the Inventory table's stream of facts to the function that tells the bus of changes. */
export function deliverChangesTo(
  scope: Construct,
  { handler, streamArn, deadLetters }: InventoryStreamProps,
): void {
  new EventSourceMapping(scope, "InventoryStream", {
    target: handler,
    eventSourceArn: streamArn,
    startingPosition: StartingPosition.TRIM_HORIZON,
    batchSize: 100,
    filters: [
      // Passes and their slices are in the table too; a deletion, which has no new image, is only ever garbage collection;
      // and what was there when an integration was looked at for the first time, 150,000 assignments perhaps, is no change.
      // Only `dynamodb` can be filtered on (https://docs.aws.amazon.com/lambda/latest/dg/with-ddb-filtering.html), and
      // what is not there is told at the leaf, below the attribute's type.
      FilterCriteria.filter({
        dynamodb: { NewImage: { kind: { S: ["fact"] }, baseline: { BOOL: FilterRule.notExists() } } },
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
