import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/sync-schedule/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { connectorEnvironment } from "../organization-connector.ts";
import { onTable, puttingItems } from "../permissions/tables.ts";
import { startExecutions } from "../permissions/workflow.ts";
import type { FunctionContext } from "./function-context.ts";

export interface SyncScheduleFunctionProps extends FunctionContext {
  readonly syncMachine: IStateMachine;
}

/** Begins the syncs that are due. */
export function syncScheduleFunction(scope: Construct, props: SyncScheduleFunctionProps): IFunction {
  const { handlers, settings, connector, homeAccount, tables, syncMachine } = props;
  const { identityCenter, organization } = settings;
  const schedule = new BundledFunction<typeof EnvironmentSchema>(scope, "SyncSchedule", {
    handlers,
    description: "Begins the syncs that are due",
    // A few reads, writes and starts for each integration.
    timeout: Duration.minutes(1),
    memorySize: 256,
    logRetentionDays: settings.logRetentionDays,
    // The next one comes by then.
    eventsWaitAtMost: Duration.minutes(5),
    environment: {
      CONFIG_TABLE: tables.config.tableName,
      INVENTORY_TABLE: tables.inventory.tableName,
      SYNC_WORKFLOW_ARN: syncMachine.stateMachineArn,
      HOME_ACCOUNT: homeAccount,
      MANAGEMENT_ACCOUNT: organization.managementAccountId,
      ...connectorEnvironment(scope, connector),
      IDENTITY_CENTER: JSON.stringify(identityCenter),
    },
    permissions: [
      onTable("ReadIntegrations", tables.config, ["Query"]),
      onTable("ReadSyncs", tables.inventory, ["GetItem", "Query"]),
      puttingItems("BeginSyncs", tables.inventory, "sync#"),
      startExecutions(syncMachine.stateMachineArn),
    ],
  });
  return schedule.function;
}
