import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/workflow/revoke-access/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { indexes } from "../constructs/tables.ts";
import { connectorEnvironment, inOrganization } from "../organization-connector.ts";
import { readDirectory } from "../permissions/directory.ts";
import { deleteAssignments, observeAssignments } from "../permissions/identity-center.ts";
import { onIndexes, onTable, puttingItems } from "../permissions/tables.ts";
import type { FunctionContext } from "./function-context.ts";
import { TASK_TIMEOUT_SECONDS } from "./task-timeout.ts";

/** Ends the access of a request. Its role can only remove, and no account is ever out of its reach. */
export function revokeAccessFunction(scope: Construct, props: FunctionContext): IFunction {
  const { handlers, settings, connector, homeAccount, tables } = props;
  const { identityCenter } = settings;
  const revokeAccess = new BundledFunction<typeof EnvironmentSchema>(scope, "RevokeAccess", {
    handlers,
    description: "Ends the access of a request",
    timeout: Duration.seconds(TASK_TIMEOUT_SECONDS),
    // What asks for a drain: the next sweep asks again.
    eventsWaitAtMost: Duration.minutes(5),
    // It mostly waits for Identity Center, and is paid by memory times seconds.
    memorySize: 256,
    logRetentionDays: settings.logRetentionDays,
    environment: {
      ACCESS_TABLE: tables.access.tableName,
      HOME_ACCOUNT: homeAccount,
      ...connectorEnvironment(scope, connector),
      IDENTITY_CENTER: JSON.stringify(identityCenter),
    },
    permissions: [
      onTable("ReadRequestAndEntitlements", tables.access, ["GetItem", "BatchGetItem"]),
      onIndexes("FindRemovals", tables.access, indexes.due),
      puttingItems("WriteRequests", tables.access, "request#"),
      puttingItems("WriteEntitlements", tables.access, "entitlement#"),
      puttingItems("TakeTurn", tables.access, "turn#removals"),
      ...inOrganization(connector, [
        observeAssignments(identityCenter),
        ...deleteAssignments(identityCenter),
        // Tells an assignment of a deleted person or group, which AWS refuses to delete, from a failed revoke.
        readDirectory(settings, ["DescribeGroup", "DescribeUser"]),
      ]),
    ],
    outlivesStack: true,
  });
  return revokeAccess.function;
}
