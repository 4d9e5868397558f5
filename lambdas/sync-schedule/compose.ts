import type * as z from "zod/mini";
import { awsClients } from "../adapters/aws-clients.ts";
import { integrationStore } from "../adapters/dynamodb/integration-store.ts";
import { syncStore } from "../adapters/dynamodb/sync-store.ts";
import { syncStarter } from "../adapters/step-functions/sync-starter.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { allIntegrations, homeIntegration } from "../core/use-cases/integrations/all-integrations.ts";
import { beginDueSyncs } from "../core/use-cases/sync/begin-due-syncs.ts";
import { syncsBehind } from "../core/use-cases/sync/syncs-behind.ts";
import type { EnvironmentSchema } from "./env.ts";

/** The use cases with their adapters. */
export const compose = (environment: z.output<typeof EnvironmentSchema>) => {
  const clientsFor = awsClients({ homeAccount: environment.HOME_ACCOUNT });
  const dependencies = {
    integrations: allIntegrations({
      store: integrationStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
      home: homeIntegration({
        identityCenter: environment.IDENTITY_CENTER,
        managementAccount: environment.MANAGEMENT_ACCOUNT,
        connector: environment.CONNECTOR,
      }),
    }),
    syncs: syncStore({ clientsFor, tableName: environment.INVENTORY_TABLE }),
    starter: syncStarter({ clientsFor, stateMachineArn: environment.SYNC_WORKFLOW_ARN }),
    deployment: {
      homeAccount: environment.HOME_ACCOUNT,
      managementAccount: environment.MANAGEMENT_ACCOUNT,
    },
    clock: systemClock,
  };
  return { beginDue: beginDueSyncs(dependencies), behind: syncsBehind(dependencies) };
};
