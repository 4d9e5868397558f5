import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/sync/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { connectorEnvironment } from "../organization-connector.ts";
import { assumeConnector } from "../permissions/assume-connector.ts";
import { listDirectory } from "../permissions/directory.ts";
import { readIdentityCenter } from "../permissions/identity-center.ts";
import { readInventory, writeFacts } from "../permissions/inventory.ts";
import { readWholeOrganization } from "../permissions/organization.ts";
import { gettingItems, onTable, puttingItems, updatingItems } from "../permissions/tables.ts";
import type { FunctionContext } from "./function-context.ts";

/** Reads the organization, the directory, permission sets and assignments into the inventory. It changes nothing in AWS. */
export function syncFunction(scope: Construct, props: FunctionContext): IFunction {
  const { handlers, settings, connector, homeAccount, tables } = props;
  const { identityCenter, organization } = settings;
  const sync = new BundledFunction<typeof EnvironmentSchema>(scope, "Sync", {
    handlers,
    description: "Reads the organization, the directory and who may do what into the inventory",
    // Lambda's longest. An invocation stops after five minutes, and may have a listing to end by then: 10,000 accounts are
    // 500 pages, at four a second.
    timeout: Duration.minutes(15),
    // It mostly waits for Identity Center. What it holds are pages, and the ids of one listing.
    memorySize: 512,
    logRetentionDays: settings.logRetentionDays,
    environment: {
      ACCESS_TABLE: tables.access.tableName,
      CONFIG_TABLE: tables.config.tableName,
      INVENTORY_TABLE: tables.inventory.tableName,
      HOME_ACCOUNT: homeAccount,
      MANAGEMENT_ACCOUNT: organization.managementAccountId,
      ...connectorEnvironment(scope, connector),
      IDENTITY_CENTER: JSON.stringify(identityCenter),
    },
    permissions: [
      readInventory(tables.inventory),
      writeFacts(tables.inventory),
      puttingItems("KeepPasses", tables.inventory, "sync#"),
      onTable("ReadIntegrations", tables.config, ["GetItem", "Query"]),
      gettingItems("SeeOwnEntitlements", tables.access, "entitlement#"),
      gettingItems("SeeWhetherHoldersHaveIt", tables.access, "request#"),
      gettingItems("SeeWhetherSomebodyRemoves", tables.access, "turn#removals"),
      gettingItems("SeePace", tables.access, "pace#sync"),
      updatingItems("SharePace", tables.access, "pace#sync"),
      // Where Lockstep lives elsewhere, it is in its own organization as in any other: by the connector.
      ...(connector === undefined
        ? [...readIdentityCenter(identityCenter), listDirectory(settings), ...readWholeOrganization(settings)]
        : []),
      assumeConnector(),
    ],
  });
  return sync.function;
}
