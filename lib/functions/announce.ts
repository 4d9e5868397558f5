import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/announce/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { publishEvents } from "../permissions/events.ts";
import { consumeStream } from "../permissions/stream.ts";
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
    permissions: [publishEvents(eventBus), ...consumeStream({ tables: [tables.inventory], deadLetters })],
  });
  return announce.function;
}
