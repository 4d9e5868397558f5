import { randomUUID } from "node:crypto";
import type * as z from "zod/mini";
import { organizationClients } from "../adapters/assumed-roles/organization-clients.ts";
import { accessFlowStore } from "../adapters/dynamodb/access-flow-store.ts";
import { accessRequestStore } from "../adapters/dynamodb/access-request-store.ts";
import { accessScopeStore } from "../adapters/dynamodb/access-scope-store.ts";
import { bundleStore } from "../adapters/dynamodb/bundle-store.ts";
import { integrationStore } from "../adapters/dynamodb/integration-store.ts";
import { inventory } from "../adapters/dynamodb/inventory.ts";
import { rotaStore } from "../adapters/dynamodb/rota-store.ts";
import { turns } from "../adapters/dynamodb/turns.ts";
import { directory } from "../adapters/identity-store/directory.ts";
import { organization } from "../adapters/organizations/organization.ts";
import { workflow } from "../adapters/step-functions/workflow.ts";
import { turnsOfAutomaticFlows } from "../adapters/sync/paces.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { AccountIdSchema } from "../core/domain/ids.ts";
import { runAutomaticFlows } from "../core/use-cases/automatic/run-automatic-flows.ts";
import { inventoryCatalogue } from "../core/use-cases/inventory-catalogue.ts";
import { storedRotas } from "../core/use-cases/evaluation/stored-rotas.ts";
import { countThrottled, tellOfUnreadable } from "../middleware/observability.ts";
import type { EnvironmentSchema } from "./env.ts";

/** The use case with its adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clock = systemClock;
  const clientsFor = organizationClients({
    homeAccount: environment.HOME_ACCOUNT,
    connector: environment.CONNECTOR,
    clock,
    onBehalfOf: "automatic",
    onThrottled: countThrottled,
    waitForTurn: turnsOfAutomaticFlows(clock),
  });
  const { region, identityStoreId } = environment.IDENTITY_CENTER;
  const access = { clientsFor, tableName: environment.ACCESS_TABLE };
  const config = { clientsFor, tableName: environment.CONFIG_TABLE };
  const facts = inventory({ clientsFor, tableName: environment.INVENTORY_TABLE });
  const rotas = rotaStore(config);
  const delegatedAdministrator =
    environment.HOME_ACCOUNT !== environment.MANAGEMENT_ACCOUNT && environment.CONNECTOR === undefined;
  return runAutomaticFlows({
    requests: accessRequestStore({ ...access, onUnreadable: tellOfUnreadable }),
    turns: turns({ ...access, clock, uniqueText: randomUUID }),
    flows: accessFlowStore(config),
    bundles: bundleStore(config),
    accessScopes: accessScopeStore(config),
    rotas,
    onCall: storedRotas({ rotas }),
    integrations: integrationStore(config),
    inventory: facts,
    catalogue: inventoryCatalogue({
      inventory: facts,
      restrictedBy: delegatedAdministrator
        ? AccountIdSchema.parse(environment.MANAGEMENT_ACCOUNT)
        : undefined,
    }),
    directory: directory({ clientsFor, region, identityStoreId, identity: environment.IDENTITY }),
    organization: organization({ clientsFor }),
    workflow: workflow({ clientsFor, stateMachineArn: environment.WORKFLOW_ARN }),
    identityCenter: environment.IDENTITY_CENTER,
    secondAdministrator: environment.SECOND_ADMINISTRATOR,
    protectedAccounts: environment.PROTECTED_ACCOUNTS,
    guardrails: environment.GUARDRAILS,
    delegatedAdministrator,
    clock,
  });
};
