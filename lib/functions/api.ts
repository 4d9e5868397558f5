import { Duration, Stack } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/api/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { indexes } from "../constructs/tables.ts";
import { connectorEnvironment, inOrganization } from "../organization-connector.ts";
import { readDirectory } from "../permissions/directory.ts";
import { readAccountsInTree } from "../permissions/organization.ts";
import { readInventory } from "../permissions/inventory.ts";
import { permission } from "../permissions/permission.ts";
import { onTable, puttingItems } from "../permissions/tables.ts";
import { startExecutions, wakeExecutions } from "../permissions/workflow.ts";
import { protectedAccounts } from "../protected-accounts.ts";
import type { FunctionContext } from "./function-context.ts";

export interface ApiFunctionProps extends FunctionContext {
  readonly stateMachine: IStateMachine;
  readonly sync: IFunction;
}

/** Answers the HTTP API to people: who they are, their requests, decisions and revokes. */
export function apiFunction(scope: Construct, props: ApiFunctionProps): IFunction {
  const { handlers, settings, connector, homeAccount, tables, stateMachine, sync } = props;
  const api = new BundledFunction<typeof EnvironmentSchema>(scope, "Api", {
    handlers,
    description: "Answers the HTTP API: requests and decisions",
    // The gateway gives up after 30 seconds and the caller with it.
    timeout: Duration.seconds(29),
    // CPU comes with memory, and somebody waits: a cold start parses half a megabyte of code and opens TLS connections.
    memorySize: 1024,
    logRetentionDays: settings.logRetentionDays,
    environment: {
      ACCESS_TABLE: tables.access.tableName,
      WAKEUPS_TABLE: tables.wakeups.tableName,
      CONFIG_TABLE: tables.config.tableName,
      AUDIT_TABLE: tables.audit.tableName,
      INVENTORY_TABLE: tables.inventory.tableName,
      WORKFLOW_ARN: stateMachine.stateMachineArn,
      SYNC_FUNCTION: sync.functionName,
      HOME_ACCOUNT: homeAccount,
      MANAGEMENT_ACCOUNT: settings.organization.managementAccountId,
      ...connectorEnvironment(scope, connector),
      IDENTITY_CENTER: JSON.stringify(settings.identityCenter),
      IDENTITY: JSON.stringify(settings.identity),
      ADMINISTRATOR_GROUPS: JSON.stringify(settings.administratorGroups),
      POLICY_AUTHOR_GROUPS: JSON.stringify(settings.policyAuthorGroups),
      AUDITOR_GROUPS: JSON.stringify(settings.auditorGroups),
      SECOND_ADMINISTRATOR: JSON.stringify(settings.secondAdministrator),
      ...(settings.mfa === undefined ? {} : { MFA: JSON.stringify(settings.mfa) }),
      PROTECTED_ACCOUNTS: Stack.of(scope).toJsonString(protectedAccounts(settings, homeAccount)),
      GUARDRAILS: JSON.stringify(settings.guardrails),
    },
    permissions: [
      onTable("ReadRequests", tables.access, ["GetItem", "BatchGetItem", "Query"], indexes.access),
      // An entitlement's record says what may be removed, and a turn who is removing: neither is the API's to write.
      puttingItems("WriteRequests", tables.access, "request#"),
      onTable("Wakeups", tables.wakeups, ["GetItem"]),
      onTable("ReadFlowsAndIntegrations", tables.config, ["GetItem", "Query"]),
      onTable("ReadAudit", tables.audit, ["Query"]),
      ...inOrganization(connector, [
        readDirectory(settings, [
          "DescribeGroup",
          "DescribeUser",
          "GetGroupId",
          "GetUserId",
          "ListGroupMemberships",
          "ListGroupMembershipsForMember",
        ]),
        readAccountsInTree(settings),
      ]),
      readInventory(tables.inventory),
      startExecutions(stateMachine.stateMachineArn),
      wakeExecutions(),
      // IAM has no condition for what is sent along. Whatever else the function does it also does for whoever writes a pass
      // and starts its machine, as this role may.
      permission({
        sid: "LookForNames",
        actions: ["lambda:InvokeFunction"],
        resources: [sync.functionArn],
      }),
    ],
  });
  return api.function;
}
