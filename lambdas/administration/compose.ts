import { randomBytes } from "node:crypto";
import type * as z from "zod/mini";
import { organizationClients } from "../adapters/assumed-roles/organization-clients.ts";
import { accessFlowStore } from "../adapters/dynamodb/access-flow-store.ts";
import { accessScopeStore } from "../adapters/dynamodb/access-scope-store.ts";
import { configurationTrail } from "../adapters/dynamodb/audit-trail.ts";
import { bundleStore } from "../adapters/dynamodb/bundle-store.ts";
import { configurationHeads } from "../adapters/dynamodb/configuration-store.ts";
import { entitlementReader } from "../adapters/dynamodb/entitlement-store.ts";
import { integrationStore } from "../adapters/dynamodb/integration-store.ts";
import { inventory } from "../adapters/dynamodb/inventory.ts";
import { rotaStore } from "../adapters/dynamodb/rota-store.ts";
import { syncStore } from "../adapters/dynamodb/sync-store.ts";
import { directory } from "../adapters/identity-store/directory.ts";
import { catalogueRefresh } from "../adapters/lambda/catalogue-refresh.ts";
import { sweepRunner } from "../adapters/lambda/sweep-runner.ts";
import { organization } from "../adapters/organizations/organization.ts";
import { syncStarter } from "../adapters/step-functions/sync-starter.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { inventoryCatalogue } from "../core/use-cases/inventory-catalogue.ts";
import { inventoryOrganization } from "../core/use-cases/inventory-organization.ts";
import { logger } from "../middleware/observability.ts";
import type { EnvironmentSchema } from "./env.ts";
import { administrationOf } from "./handlers.ts";

/** The use cases with their adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clientsFor = organizationClients({
    homeAccount: environment.HOME_ACCOUNT,
    connector: environment.CONNECTOR,
    clock: systemClock,
    // One session for all callers: an AssumeRole for each would keep everybody waiting.
    onBehalfOf: "administration",
  });
  const { region, identityStoreId } = environment.IDENTITY_CENTER;
  const facts = inventory({ clientsFor, tableName: environment.INVENTORY_TABLE });
  return administrationOf({
    flows: accessFlowStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
    bundles: bundleStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
    accessScopes: accessScopeStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
    rotas: rotaStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
    configurationTrail: configurationTrail({
      clientsFor,
      tableName: environment.AUDIT_TABLE,
      clock: systemClock,
    }),
    configurationHeads: configurationHeads({ clientsFor, tableName: environment.CONFIG_TABLE }),
    catalogue: inventoryCatalogue({ inventory: facts }),
    catalogueRefresh: catalogueRefresh({ clientsFor, functionName: environment.SYNC_FUNCTION }),
    sweepRunner: sweepRunner({ clientsFor, functionName: environment.SWEEP_FUNCTION }),
    integrations: integrationStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
    inventory: facts,
    entitlements: entitlementReader({ clientsFor, tableName: environment.ACCESS_TABLE }),
    syncs: syncStore({ clientsFor, tableName: environment.INVENTORY_TABLE }),
    syncStarter: syncStarter({ clientsFor, stateMachineArn: environment.SYNC_WORKFLOW_ARN }),
    newExternalId,
    deployment: {
      homeAccount: environment.HOME_ACCOUNT,
      managementAccount: environment.MANAGEMENT_ACCOUNT,
    },
    connector: environment.CONNECTOR,
    directory: directory({ clientsFor, region, identityStoreId, identity: environment.IDENTITY }),
    organization: inventoryOrganization({ inventory: facts, organization: organization({ clientsFor }) }),
    clock: systemClock,
    logger,
    identity: environment.IDENTITY,
    identityCenter: environment.IDENTITY_CENTER,
    administratorGroups: environment.ADMINISTRATOR_GROUPS,
    policyAuthorGroups: environment.POLICY_AUTHOR_GROUPS,
    auditorGroups: environment.AUDITOR_GROUPS,
    mfa: environment.MFA,
    protectedAccounts: environment.PROTECTED_ACCOUNTS,
    guardrails: environment.GUARDRAILS,
  });
};

/** 256 bits in hexadecimal digits, which an ExternalId may consist of (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html). */
const newExternalId = (): string => randomBytes(32).toString("hex");
