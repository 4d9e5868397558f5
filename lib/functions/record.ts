import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/record/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { CONFIGURATION_ENTRIES } from "../permissions/configuration.ts";
import { publishEvents } from "../permissions/events.ts";
import { consumeStream } from "../permissions/stream.ts";
import { gettingItems, onTable } from "../permissions/tables.ts";
import type { FunctionContext } from "./function-context.ts";

export interface RecordFunctionProps extends FunctionContext {
  /** Receives what could not be recorded after all retries. */
  readonly deadLetters: IQueue;
}

/**
 * Turns the streams of requests and configuration into audit entries and events. It reads nothing but the streams, what was
 * written of a change of configuration before it, and what is in the place of an entry that it may not write over.
 */
export function recordFunction(scope: Construct, props: RecordFunctionProps): IFunction {
  const { handlers, settings, tables, eventBus, deadLetters } = props;
  const record = new BundledFunction<typeof EnvironmentSchema>(scope, "Record", {
    handlers,
    description: "Writes audit entries and events from the streams of requests and configuration",
    // A hundred records, each one write and one event of some tens of milliseconds, with room for throttling.
    timeout: Duration.seconds(60),
    memorySize: 256,
    logRetentionDays: settings.logRetentionDays,
    environment: {
      AUDIT_TABLE: tables.audit.tableName,
      CONFIG_TABLE: tables.config.tableName,
      EVENT_BUS: eventBus.eventBusName,
    },
    permissions: [
      onTable("AppendAudit", tables.audit, ["GetItem", "PutItem"]),
      gettingItems("ReadConfigurationEntries", tables.config, CONFIGURATION_ENTRIES),
      publishEvents(eventBus),
      ...consumeStream({ tables: [tables.access, tables.config], deadLetters }),
    ],
  });
  return record.function;
}
