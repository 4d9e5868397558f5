import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/sync-accounts/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { MEMBER_READING } from "../connector/connector-actions.ts";
import { permissionsFor } from "../connector/connector-policies.ts";
import { assumeConnector, assumeMemberRole } from "../permissions/assume-connector.ts";
import { connectorEnvironment } from "../organization-connector.ts";
import { readInventory, writeFactsWithinAccounts } from "../permissions/inventory.ts";
import { onItems, onTable, puttingItems } from "../permissions/tables.ts";
import type { FunctionContext } from "./function-context.ts";

/** Looks into accounts, each through its own role: IAM and resources. It changes nothing in AWS. */
export function syncAccountsFunction(scope: Construct, props: FunctionContext): IFunction {
  const { handlers, settings, connector, homeAccount, tables } = props;
  const { identityCenter, organization } = settings;
  const syncAccounts = new BundledFunction<typeof EnvironmentSchema>(scope, "SyncAccounts", {
    handlers,
    description: "Reads IAM and resources of accounts into the inventory",
    // A slice of accounts takes some minutes (core/use-cases/sync/account-slices.ts).
    timeout: Duration.minutes(15),
    // One account's roles or resources at a time.
    memorySize: 512,
    logRetentionDays: settings.logRetentionDays,
    environment: {
      CONFIG_TABLE: tables.config.tableName,
      INVENTORY_TABLE: tables.inventory.tableName,
      HOME_ACCOUNT: homeAccount,
      MANAGEMENT_ACCOUNT: organization.managementAccountId,
      ...connectorEnvironment(scope, connector),
      IDENTITY_CENTER: JSON.stringify(identityCenter),
    },
    permissions: [
      readInventory(tables.inventory),
      writeFactsWithinAccounts(tables.inventory),
      // The account of an account integration, which no organization lists.
      onItems("NoteOwnAccount", tables.inventory, ["PutItem"], ["account"]),
      puttingItems("NoteSyncedAccounts", tables.inventory, "synced-account#"),
      puttingItems("TellProgress", tables.inventory, "sync#"),
      onTable("ReadIntegrations", tables.config, ["GetItem", "Query"]),
      // Its own account, which has no member role.
      ...permissionsFor(MEMBER_READING),
      assumeMemberRole(),
      assumeConnector(),
    ],
  });
  return syncAccounts.function;
}
