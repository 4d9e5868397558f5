import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/workflow/await-approval/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { onTable } from "../permissions/tables.ts";
import { wakeExecutions } from "../permissions/workflow.ts";
import type { FunctionContext } from "./function-context.ts";

/** Keeps the token of an execution that waits for approval; wakes it at once when the decision was faster. */
export function awaitApprovalFunction(
  scope: Construct,
  { handlers, settings, tables }: FunctionContext,
): IFunction {
  const awaitApproval = new BundledFunction<typeof EnvironmentSchema>(scope, "AwaitApproval", {
    handlers,
    description: "Keeps the task token of a request that waits for approval",
    // A read, a write and at most one call to Step Functions, each given a few seconds.
    timeout: Duration.seconds(30),
    // Nobody waits for it: the least that starts the SDK without trouble.
    memorySize: 256,
    logRetentionDays: settings.logRetentionDays,
    environment: { ACCESS_TABLE: tables.access.tableName, WAKEUPS_TABLE: tables.wakeups.tableName },
    permissions: [
      onTable("ReadRequest", tables.access, ["GetItem"]),
      onTable("WriteWakeup", tables.wakeups, ["PutItem"]),
      wakeExecutions(),
    ],
    outlivesStack: true,
  });
  return awaitApproval.function;
}
