import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { IQueue } from "aws-cdk-lib/aws-sqs";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/inventory-events/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { connectorEnvironment } from "../organization-connector.ts";
import { assumeConnector, assumeMemberRole } from "../permissions/assume-connector.ts";
import { lookIntoDirectory } from "../permissions/directory.ts";
import { followOperations, readIdentityCenter } from "../permissions/identity-center.ts";
import { readInventory, writeFacts } from "../permissions/inventory.ts";
import { readWholeOrganization } from "../permissions/organization.ts";
import { consumeQueue } from "../permissions/queue.ts";
import { gettingItems, onTable, updatingItems } from "../permissions/tables.ts";
import type { FunctionContext } from "./function-context.ts";

export interface InventoryEventsFunctionProps extends FunctionContext {
  /** The changes that CloudTrail tells of. */
  readonly changes: IQueue;
}

/**
 * An event takes one or two calls, a batch of ten that wait for AWS some 15 seconds. The longest is an event that nobody
 * knows: a list of 10,000 accounts, 500 pages at four a second, takes two minutes.
 */
export const LOOKING_TIMEOUT = Duration.minutes(5);

/** Looks at what CloudTrail tells of, and brings it into the inventory. It changes nothing in AWS. */
export function inventoryEventsFunction(scope: Construct, props: InventoryEventsFunctionProps): IFunction {
  const { handlers, settings, connector, homeAccount, tables, changes } = props;
  const { identityCenter, organization } = settings;
  const inventoryEvents = new BundledFunction<typeof EnvironmentSchema>(scope, "InventoryEvents", {
    handlers,
    description: "Brings changes that CloudTrail tells of into the inventory",
    timeout: LOOKING_TIMEOUT,
    memorySize: 512,
    logRetentionDays: settings.logRetentionDays,
    environment: {
      ACCESS_TABLE: tables.access.tableName,
      CONFIG_TABLE: tables.config.tableName,
      INVENTORY_TABLE: tables.inventory.tableName,
      HOME_ACCOUNT: homeAccount,
      MANAGEMENT_ACCOUNT: organization.managementAccountId,
      ...(organization.delegatedAdministratorAccountId === undefined
        ? {}
        : { DELEGATED_ADMINISTRATOR_ACCOUNT: organization.delegatedAdministratorAccountId }),
      ...connectorEnvironment(scope, connector),
      IDENTITY_CENTER: JSON.stringify(identityCenter),
    },
    permissions: [
      consumeQueue("ReceiveChanges", changes),
      readInventory(tables.inventory),
      writeFacts(tables.inventory),
      onTable("ReadIntegrations", tables.config, ["Query"]),
      gettingItems("SeeOwnEntitlements", tables.access, "entitlement#"),
      gettingItems("SeeWhetherHoldersHaveIt", tables.access, "request#"),
      gettingItems("SeeWhetherSomebodyRemoves", tables.access, "turn#removals"),
      gettingItems("SeePace", tables.access, "pace#sync"),
      updatingItems("SharePace", tables.access, "pace#sync"),
      // Where Lockstep lives elsewhere, it is in its own organization as in any other: by the connector.
      ...(connector === undefined
        ? [
            ...readIdentityCenter(identityCenter),
            followOperations(identityCenter),
            lookIntoDirectory(settings),
            ...readWholeOrganization(settings),
          ]
        : []),
      assumeConnector(),
      assumeMemberRole(),
    ],
  });
  return inventoryEvents.function;
}
