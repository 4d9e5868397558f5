import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IStateMachine } from "aws-cdk-lib/aws-stepfunctions";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/sweep/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { CONFIGURATION_ENTRIES, CONFIGURATION_KINDS } from "../permissions/configuration.ts";
import { publishEvents } from "../permissions/events.ts";
import { indexes } from "../constructs/tables.ts";
import { connectorEnvironment, inOrganization } from "../organization-connector.ts";
import { observeAssignments } from "../permissions/identity-center.ts";
import { permission } from "../permissions/permission.ts";
import { gettingItems, onItems, onTable, puttingItems, updatingAttributes } from "../permissions/tables.ts";
import { startExecutions } from "../permissions/workflow.ts";
import type { FunctionContext } from "./function-context.ts";

export interface SweepFunctionProps extends FunctionContext {
  readonly stateMachine: IStateMachine;
  readonly revokeAccess: IFunction;
}

/**
 * When a request is looked at next, and what names and conditions its item (lambdas/adapters/dynamodb/due-requests.ts):
 * nothing that says what becomes of it. IAM cannot tell comparing the version from writing it.
 */
const PLACE_OF_REQUEST = ["pk", "sk", "version", "swept", "dueIn", "dueAt"];

/**
 * Checks that what exists is what should exist. It can neither create nor delete an assignment: what has to go is deleted
 * by the function behind *Revoke access*, which it may invoke. It wakes nobody, and sees no task token.
 */
export function sweepFunction(scope: Construct, props: SweepFunctionProps): IFunction {
  const { handlers, settings, connector, homeAccount, tables, eventBus, stateMachine, revokeAccess } = props;
  const { identityCenter } = settings;
  const sweep = new BundledFunction<typeof EnvironmentSchema>(scope, "Sweep", {
    handlers,
    description: "Checks that what exists is what should exist",
    // Its own rhythm. A scheduled sweep stops after 240 seconds, and may need some more to end what it is at.
    timeout: Duration.minutes(5),
    // The next scheduled one comes by then, and finds what this one would have found.
    eventsWaitAtMost: Duration.minutes(5),
    // A page of a hundred requests is half a megabyte; it mostly waits for DynamoDB and Identity Center.
    memorySize: 256,
    logRetentionDays: settings.logRetentionDays,
    environment: {
      ACCESS_TABLE: tables.access.tableName,
      CONFIG_TABLE: tables.config.tableName,
      AUDIT_TABLE: tables.audit.tableName,
      EVENT_BUS: eventBus.eventBusName,
      WORKFLOW_ARN: stateMachine.stateMachineArn,
      REVOKE_FUNCTION: revokeAccess.functionName,
      HOME_ACCOUNT: homeAccount,
      ...connectorEnvironment(scope, connector),
      IDENTITY_CENTER: JSON.stringify(identityCenter),
    },
    permissions: [
      onTable(
        "ReadRequestsAndEntitlements",
        tables.access,
        ["GetItem", "BatchGetItem", "Query"],
        ["byStatus", ...indexes.due],
      ),
      onItems("ReadFlows", tables.config, ["GetItem", "Query"], CONFIGURATION_KINDS),
      gettingItems("ReadConfigurationEntries", tables.config, CONFIGURATION_ENTRIES),
      puttingItems("WriteEntitlements", tables.access, "entitlement#"),
      puttingItems("TakeTurn", tables.access, "turn#sweep"),
      updatingAttributes("PutRequestsOff", tables.access, "request#", PLACE_OF_REQUEST),
      onTable("HealAudit", tables.audit, ["GetItem", "Query", "PutItem"]),
      ...inOrganization(connector, [observeAssignments(identityCenter)]),
      startExecutions(stateMachine.stateMachineArn),
      publishEvents(eventBus),
      permission({
        sid: "DrainRemovals",
        actions: ["lambda:InvokeFunction"],
        resources: [revokeAccess.functionArn],
      }),
    ],
  });
  return sweep.function;
}
