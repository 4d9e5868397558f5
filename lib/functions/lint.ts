import { Duration, Stack } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/lint/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { publishEvents } from "../permissions/events.ts";
import { readInventory } from "../permissions/inventory.ts";
import { onTable, puttingItems } from "../permissions/tables.ts";
import { protectedAccounts } from "../protected-accounts.ts";
import type { FunctionContext } from "./function-context.ts";

/** Lints what is configured when a sync has ended, and tells of what died. It writes what it told, and no configuration. */
export function lintFunction(scope: Construct, props: FunctionContext): IFunction {
  const { handlers, settings, homeAccount, tables, eventBus } = props;
  const lint = new BundledFunction<typeof EnvironmentSchema>(scope, "Lint", {
    handlers,
    description: "Tells of configuration that died: what it names is there no more",
    // All accounts and permission sets, and a page for each group that is named: a minute for the largest organizations.
    timeout: Duration.minutes(5),
    // The next sync comes by then, and what it finds is the same.
    eventsWaitAtMost: Duration.hours(1),
    // 10,000 accounts and 1,000 permission sets of 1 KB are held at once.
    memorySize: 512,
    logRetentionDays: settings.logRetentionDays,
    environment: {
      CONFIG_TABLE: tables.config.tableName,
      INVENTORY_TABLE: tables.inventory.tableName,
      EVENT_BUS: eventBus.eventBusName,
      PROTECTED_ACCOUNTS: Stack.of(scope).toJsonString(protectedAccounts(settings, homeAccount)),
      GUARDRAILS: JSON.stringify(settings.guardrails),
      ...(settings.mfa === undefined ? {} : { MFA: JSON.stringify(settings.mfa) }),
    },
    permissions: [
      onTable("ReadConfiguration", tables.config, ["GetItem", "Query"]),
      puttingItems("RememberTold", tables.config, "lint#"),
      readInventory(tables.inventory),
      publishEvents(eventBus),
    ],
  });
  return lint.function;
}
