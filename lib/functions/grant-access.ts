import { Duration, Stack } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/workflow/grant-access/env.ts";
import { accountsNeverGrantedInto } from "../../lambdas/core/contracts/guardrails.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { connectorEnvironment, inOrganization } from "../organization-connector.ts";
import { readDirectory } from "../permissions/directory.ts";
import {
  createAssignments,
  denyGrantsInto,
  observeAssignments,
  provisionRolesInManagementAccount,
} from "../permissions/identity-center.ts";
import { readAccountsInTree } from "../permissions/organization.ts";
import { onItems, onIndexes, onTable, puttingItems, updatingItems } from "../permissions/tables.ts";
import { protectedAccounts } from "../protected-accounts.ts";
import type { FunctionContext } from "./function-context.ts";
import { TASK_TIMEOUT_SECONDS } from "./task-timeout.ts";

/** Makes the access of an approved request. Its role cannot remove anything. */
export function grantAccessFunction(scope: Construct, props: FunctionContext): IFunction {
  const { handlers, settings, connector, homeAccount, tables } = props;
  const { identityCenter, organization, allowManagementAccount } = settings;
  const accounts = protectedAccounts(settings, homeAccount);
  const grantAccess = new BundledFunction<typeof EnvironmentSchema>(scope, "GrantAccess", {
    handlers,
    description: "Grants the access of an approved request",
    timeout: Duration.seconds(TASK_TIMEOUT_SECONDS),
    // It mostly waits for Identity Center, and is paid by memory times seconds.
    memorySize: 256,
    logRetentionDays: settings.logRetentionDays,
    environment: {
      ACCESS_TABLE: tables.access.tableName,
      CONFIG_TABLE: tables.config.tableName,
      INVENTORY_TABLE: tables.inventory.tableName,
      HOME_ACCOUNT: homeAccount,
      ...connectorEnvironment(scope, connector),
      IDENTITY_CENTER: JSON.stringify(identityCenter),
      IDENTITY: JSON.stringify(settings.identity),
      SECOND_ADMINISTRATOR: JSON.stringify(settings.secondAdministrator),
      PROTECTED_ACCOUNTS: Stack.of(scope).toJsonString(accounts),
      GUARDRAILS: JSON.stringify(settings.guardrails),
    },
    permissions: [
      onTable("ReadRequestsAndEntitlements", tables.access, ["GetItem", "BatchGetItem"]),
      // What else somebody has, by the one index that says what they asked for.
      onIndexes("FindRequestsOfPeople", tables.access, ["byRequester"]),
      puttingItems("WriteRequests", tables.access, "request#"),
      puttingItems("WriteEntitlements", tables.access, "entitlement#"),
      onItems("ReadFlowsAndRotas", tables.config, ["GetItem"], ["access-flow", "rota"]),
      onTable("ReadInventory", tables.inventory, ["BatchGetItem"]),
      updatingItems("SharePace", tables.access, "pace#grant"),
      // Through the connector, its sessions deny what is denied here (lambdas/adapters/assumed-roles/session-policies.ts).
      ...inOrganization(connector, [
        readDirectory(settings, [
          "DescribeGroup",
          "DescribeUser",
          "GetUserId",
          "ListGroupMemberships",
          "ListGroupMembershipsForMember",
        ]),
        readAccountsInTree(settings),
        observeAssignments(identityCenter),
        ...createAssignments(identityCenter),
        ...denyGrantsInto(identityCenter, [
          ...new Set([...accounts.map(({ id }) => id), ...accountsNeverGrantedInto(settings.guardrails)]),
        ]),
        ...(allowManagementAccount
          ? [provisionRolesInManagementAccount(identityCenter, organization.managementAccountId)]
          : []),
      ]),
    ],
    outlivesStack: true,
  });
  return grantAccess.function;
}
