import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/announce/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { streamOf } from "../constructs/tables.ts";
import { permission, permissionWithoutResources } from "../permissions/permission.ts";
import type { FunctionContext } from "./function-context.ts";

export interface AnnounceFunctionProps extends FunctionContext {
  /** Receives what could not be announced after all retries. */
  readonly deadLetters: IQueue;
}

/** Turns the Inventory table's stream into events. It reads nothing but the stream. */
export function announceFunction(scope: Construct, props: AnnounceFunctionProps): IFunction {
  const { handlers, settings, tables, eventBus, deadLetters } = props;
  const announce = new BundledFunction<typeof EnvironmentSchema>(scope, "Announce", {
    handlers,
    description: "Writes an event for each change of the inventory from the table's stream",
    // A hundred records, each one event of some tens of milliseconds, with room for throttling.
    timeout: Duration.seconds(60),
    memorySize: 256,
    logRetentionDays: settings.logRetentionDays,
    environment: { EVENT_BUS: eventBus.eventBusName },
    permissions: [
      permission({
        sid: "PublishEvents",
        actions: ["events:PutEvents"],
        resources: [eventBus.eventBusArn],
      }),
      permission({
        sid: "ReadStream",
        actions: ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"],
        resources: [streamOf(tables.inventory)],
      }),
      // Lambda demands it of every stream consumer.
      // https://docs.aws.amazon.com/lambda/latest/dg/with-ddb.html
      permissionWithoutResources({ sid: "FindStream", actions: ["dynamodb:ListStreams"] }),
      permission({
        sid: "ReportUnannounced",
        actions: ["sqs:SendMessage"],
        resources: [deadLetters.queueArn],
      }),
    ],
  });
  return announce.function;
}
