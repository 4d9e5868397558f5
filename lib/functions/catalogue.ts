import { Duration } from "aws-cdk-lib";
import type { IFunction } from "aws-cdk-lib/aws-lambda";
import type { Construct } from "constructs";
import type { EnvironmentSchema } from "../../lambdas/catalogue/env.ts";
import { BundledFunction } from "../constructs/bundled-function.ts";
import { readPermissionSets } from "../permissions/identity-center.ts";
import { listOrganizationAccounts } from "../permissions/organization.ts";
import { onTable } from "../permissions/tables.ts";
import type { FunctionContext } from "./function-context.ts";

/** Refreshes the catalogue of account and permission-set names. */
export function catalogueFunction(scope: Construct, props: FunctionContext): IFunction {
  const { handlers, settings, homeAccount, tables } = props;
  const { identityCenter, organization } = settings;
  const catalogue = new BundledFunction<typeof EnvironmentSchema>(scope, "Catalogue", {
    handlers,
    description: "Refreshes the names of accounts and permission sets",
    // Lambda's longest. The largest organization takes 1 minute for its 10,000 accounts (500 pages at 8 a second) and 12 for
    // 700 of its permission sets, one call a second of Identity Center's shared 20.
    timeout: Duration.minutes(15),
    // It mostly waits, and nobody waits for it.
    memorySize: 256,
    logRetentionDays: settings.logRetentionDays,
    environment: {
      CONFIG_TABLE: tables.config.tableName,
      HOME_ACCOUNT: homeAccount,
      MANAGEMENT_ACCOUNT: organization.managementAccountId,
      IDENTITY_CENTER: JSON.stringify(identityCenter),
    },
    permissions: [
      onTable("Catalogue", tables.config, ["Query", "PutItem", "DeleteItem"]),
      listOrganizationAccounts(),
      ...readPermissionSets(identityCenter, organization.managementAccountId),
    ],
  });
  return catalogue.function;
}
