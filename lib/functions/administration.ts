import { Duration, Stack } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/administration/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { connectorEnvironment, inOrganization } from "../organization-connector.ts";
import { readDirectory } from "../permissions/directory.ts";
import { readInventory } from "../permissions/inventory.ts";
import { findOrganizationalUnits } from "../permissions/organization.ts";
import { permission } from "../permissions/permission.ts";
import { CONFIGURATION_ENTRIES, CONFIGURATION_KINDS } from "../permissions/configuration.ts";
import { onItems, onTable, puttingItems } from "../permissions/tables.ts";
import { startExecutions } from "../permissions/workflow.ts";
import { protectedAccounts } from "../protected-accounts.ts";
import type { FunctionContext } from "./function-context.ts";

export interface AdministrationFunctionProps extends FunctionContext {
  readonly syncMachine: IStateMachine;
  readonly sync: IFunction;
  readonly sweep: IFunction;
}

/** Answers the HTTP API to those who administrate: access flows, integrations, syncs, the inventory, the sweep. */
export function administrationFunction(scope: Construct, props: AdministrationFunctionProps): IFunction {
  const { handlers, settings, connector, homeAccount, tables, syncMachine, sync, sweep } = props;
  const administration = new BundledFunction<typeof EnvironmentSchema>(scope, "Administration", {
    handlers,
    description: "Answers the HTTP API: flows, integrations, syncs, the inventory",
    // As of the function that answers requests: the gateway's time, and somebody who waits.
    timeout: Duration.seconds(29),
    memorySize: 1024,
    logRetentionDays: settings.logRetentionDays,
    environment: {
      ACCESS_TABLE: tables.access.tableName,
      CONFIG_TABLE: tables.config.tableName,
      AUDIT_TABLE: tables.audit.tableName,
      INVENTORY_TABLE: tables.inventory.tableName,
      SYNC_WORKFLOW_ARN: syncMachine.stateMachineArn,
      SYNC_FUNCTION: sync.functionName,
      SWEEP_FUNCTION: sweep.functionName,
      HOME_ACCOUNT: homeAccount,
      MANAGEMENT_ACCOUNT: settings.organization.managementAccountId,
      ...connectorEnvironment(scope, connector),
      IDENTITY_CENTER: JSON.stringify(settings.identityCenter),
      IDENTITY: JSON.stringify(settings.identity),
      ADMINISTRATOR_GROUPS: JSON.stringify(settings.administratorGroups),
      POLICY_AUTHOR_GROUPS: JSON.stringify(settings.policyAuthorGroups),
      AUDITOR_GROUPS: JSON.stringify(settings.auditorGroups),
      ...(settings.mfa === undefined ? {} : { MFA: JSON.stringify(settings.mfa) }),
      GUARDRAILS: JSON.stringify(settings.guardrails),
      PROTECTED_ACCOUNTS: Stack.of(scope).toJsonString(protectedAccounts(settings, homeAccount)),
    },
    permissions: [
      // What Lockstep itself has granted is told apart from what stands: the entitlements' records, and no request. The keys of a
      // batch are held to the condition as a single item's is
      // (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html).
      onItems("ReadEntitlements", tables.access, ["BatchGetItem"], ["entitlement#*"]),
      onTable("ReadFlowsAndIntegrations", tables.config, ["GetItem", "Query"]),
      // The chains of configuration, and none of a request.
      onItems(
        "ReadConfigurationTrail",
        tables.audit,
        ["Query"],
        CONFIGURATION_KINDS.map((kind) => `${kind}/*`),
      ),
      // Nothing is deleted: what is taken away leaves the end of its audit chain.
      onItems("WriteFlowsAndIntegrations", tables.config, ["PutItem"], CONFIGURATION_KINDS),
      puttingItems("WriteConfigurationEntries", tables.config, CONFIGURATION_ENTRIES),
      ...inOrganization(connector, [
        readDirectory(settings, ["DescribeUser", "GetGroupId", "GetUserId", "ListGroupMembershipsForMember"]),
        ...findOrganizationalUnits(settings),
      ]),
      readInventory(tables.inventory),
      // Which integrations there are is not known here: passes of any, and nothing of what they find.
      puttingItems("BeginSyncs", tables.inventory, "sync#"),
      startExecutions(syncMachine.stateMachineArn),
      // IAM has no condition for what is sent along. Whatever else the function does it also does for whoever writes a pass
      // and starts its machine, as this role may.
      permission({
        sid: "LookForNames",
        actions: ["lambda:InvokeFunction"],
        resources: [sync.functionArn],
      }),
      permission({ sid: "Sweep", actions: ["lambda:InvokeFunction"], resources: [sweep.functionArn] }),
    ],
  });
  return administration.function;
}
