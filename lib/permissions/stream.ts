import type { Table } from "aws-cdk-lib/aws-dynamodb";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import { streamOf } from "../constructs/tables.ts";
import { permission, permissionWithoutResources, type Permission } from "./permission.ts";

export interface StreamConsumption {
  readonly tables: readonly Table[];
  /** Receives what could not be handled after all retries. */
  readonly deadLetters: IQueue;
}

/** What Lambda demands of a function that consumes tables' streams. */
export const consumeStream = ({ tables, deadLetters }: StreamConsumption): readonly Permission[] => [
  permission({
    sid: "ReadStream",
    actions: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
    resources: tables.map(streamOf),
  }),
  // Of every consumer: https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
  permissionWithoutResources({ sid: "FindStream", actions: ["dynamodb:ListStreams"] }),
  permission({ sid: "ReportUnhandled", actions: ["sqs:SendMessage"], resources: [deadLetters.queueArn] }),
];
