import { Duration, Stack } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/automatic/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { indexes } from "../constructs/tables.ts";
import { connectorEnvironment, inOrganization } from "../organization-connector.ts";
import { readDirectory } from "../permissions/directory.ts";
import { readInventory } from "../permissions/inventory.ts";
import { readAccountsInTree } from "../permissions/organization.ts";
import { consumeQueue } from "../permissions/queue.ts";
import { onTable, puttingItems } from "../permissions/tables.ts";
import { startExecutions } from "../permissions/workflow.ts";
import { protectedAccounts } from "../protected-accounts.ts";
import type { FunctionContext } from "./function-context.ts";

export interface AutomaticFunctionProps extends FunctionContext {
  readonly stateMachine: IStateMachine;
  readonly changes: IQueue;
}

/** Its own rhythm. A run stops after 240 seconds, and may need some more to end what it is at. */
export const AUTOMATIC_TIMEOUT = Duration.minutes(5);

/**
 * Gives what automatic flows give, and takes it away again: it writes requests and starts their machine, as whoever asks for
 * access or ends it. It can neither make nor remove an assignment.
 */
export function automaticFunction(scope: Construct, props: AutomaticFunctionProps): IFunction {
  const { handlers, settings, connector, homeAccount, tables, stateMachine, changes } = props;
  const automatic = new BundledFunction<typeof EnvironmentSchema>(scope, "Automatic", {
    handlers,
    description: "Gives access by context, and takes it away again: automatic flows",
    timeout: AUTOMATIC_TIMEOUT,
    // The next scheduled one comes by then, and does what this one would have done.
    eventsWaitAtMost: Duration.minutes(5),
    // 10,000 live requests of 4 KB are held at once; otherwise it waits for the directory and DynamoDB.
    memorySize: 512,
    logRetentionDays: settings.logRetentionDays,
    environment: {
      ACCESS_TABLE: tables.access.tableName,
      CONFIG_TABLE: tables.config.tableName,
      INVENTORY_TABLE: tables.inventory.tableName,
      WORKFLOW_ARN: stateMachine.stateMachineArn,
      HOME_ACCOUNT: homeAccount,
      MANAGEMENT_ACCOUNT: settings.organization.managementAccountId,
      ...connectorEnvironment(scope, connector),
      IDENTITY_CENTER: JSON.stringify(settings.identityCenter),
      IDENTITY: JSON.stringify(settings.identity),
      SECOND_ADMINISTRATOR: JSON.stringify(settings.secondAdministrator),
      PROTECTED_ACCOUNTS: Stack.of(scope).toJsonString(protectedAccounts(settings, homeAccount)),
      GUARDRAILS: JSON.stringify(settings.guardrails),
    },
    permissions: [
      consumeQueue("ReceiveChanges", changes),
      onTable(
        "ReadRequests",
        tables.access,
        ["GetItem", "BatchGetItem", "Query"],
        indexes.access.filter((name) => name !== "byCreation"),
      ),
      puttingItems("WriteRequests", tables.access, "request#"),
      puttingItems("TakeTurn", tables.access, "turn#automatic"),
      onTable("ReadFlowsAndIntegrations", tables.config, ["GetItem", "Query"]),
      ...inOrganization(connector, [
        readDirectory(settings, [
          "DescribeGroup",
          "DescribeUser",
          "GetUserId",
          "ListGroupMemberships",
          "ListGroupMembershipsForMember",
        ]),
        readAccountsInTree(settings),
      ]),
      readInventory(tables.inventory),
      startExecutions(stateMachine.stateMachineArn),
    ],
  });
  return automatic.function;
}
