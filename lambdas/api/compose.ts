import { randomUUID } from "node:crypto";
import type * as z from "zod/mini";
import { organizationClients } from "../adapters/assumed-roles/organization-clients.ts";
import { accessScopeStore } from "../adapters/dynamodb/access-scope-store.ts";
import { bundleStore } from "../adapters/dynamodb/bundle-store.ts";
import { rotaStore } from "../adapters/dynamodb/rota-store.ts";
import { accessFlowStore } from "../adapters/dynamodb/access-flow-store.ts";
import { accessRequestStore } from "../adapters/dynamodb/access-request-store.ts";
import { auditTrail } from "../adapters/dynamodb/audit-trail.ts";
import { inventory } from "../adapters/dynamodb/inventory.ts";
import { integrationStore } from "../adapters/dynamodb/integration-store.ts";
import { wakeupStore } from "../adapters/dynamodb/wakeup-store.ts";
import { directory } from "../adapters/identity-store/directory.ts";
import { catalogueRefresh } from "../adapters/lambda/catalogue-refresh.ts";
import { organization } from "../adapters/organizations/organization.ts";
import { workflow } from "../adapters/step-functions/workflow.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { AccountIdSchema } from "../core/domain/ids.ts";
import { inventoryCatalogue } from "../core/use-cases/inventory-catalogue.ts";
import { logger, tellOfUnreadable } from "../middleware/observability.ts";
import { accountAssignmentInstructions } from "../providers/identity-center-account-assignment/instructions.ts";
import type { EnvironmentSchema } from "./env.ts";
import { dependenciesOf } from "./handlers.ts";

/** The use cases with their adapters. Of the providers the API needs only words, so that its bundle has no sso-admin. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clientsFor = organizationClients({
    homeAccount: environment.HOME_ACCOUNT,
    connector: environment.CONNECTOR,
    clock: systemClock,
    // One session for all callers: an AssumeRole for each would keep everybody waiting.
    onBehalfOf: "api",
  });
  const { region, identityStoreId, accessPortalUrl } = environment.IDENTITY_CENTER;
  const facts = inventory({ clientsFor, tableName: environment.INVENTORY_TABLE });
  const isDelegatedAdministrator =
    environment.HOME_ACCOUNT !== environment.MANAGEMENT_ACCOUNT && environment.CONNECTOR === undefined;
  const managementAccount = AccountIdSchema.parse(environment.MANAGEMENT_ACCOUNT);
  return dependenciesOf({
    requests: accessRequestStore({
      clientsFor,
      tableName: environment.ACCESS_TABLE,
      onUnreadable: tellOfUnreadable,
    }),
    flows: accessFlowStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
    bundles: bundleStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
    accessScopes: accessScopeStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
    rotas: rotaStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
    wakeups: wakeupStore({ clientsFor, tableName: environment.WAKEUPS_TABLE }),
    audit: auditTrail({ clientsFor, tableName: environment.AUDIT_TABLE, clock: systemClock }),
    catalogue: inventoryCatalogue({
      inventory: facts,
      restrictedBy: isDelegatedAdministrator ? managementAccount : undefined,
    }),
    catalogueRefresh: catalogueRefresh({ clientsFor, functionName: environment.SYNC_FUNCTION }),
    integrations: integrationStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
    inventory: facts,
    deployment: { managementAccount: environment.MANAGEMENT_ACCOUNT },
    connector: environment.CONNECTOR,
    directory: directory({ clientsFor, region, identityStoreId, identity: environment.IDENTITY }),
    organization: organization({ clientsFor }),
    workflow: workflow({ clientsFor, stateMachineArn: environment.WORKFLOW_ARN }),
    clock: systemClock,
    logger,
    uniqueText: randomUUID,
    instructions: { "identity-center/account-assignment": accountAssignmentInstructions(accessPortalUrl) },
    identity: environment.IDENTITY,
    identityCenter: environment.IDENTITY_CENTER,
    administratorGroups: environment.ADMINISTRATOR_GROUPS,
    policyAuthorGroups: environment.POLICY_AUTHOR_GROUPS,
    auditorGroups: environment.AUDITOR_GROUPS,
    secondAdministrator: environment.SECOND_ADMINISTRATOR,
    mfa: environment.MFA,
    protectedAccounts: environment.PROTECTED_ACCOUNTS,
    guardrails: environment.GUARDRAILS,
    delegatedAdministrator: isDelegatedAdministrator,
  });
};
