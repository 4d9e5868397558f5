import type * as z from "zod/mini";
import { connections } from "../adapters/assumed-roles/connections.ts";
import { awsClients } from "../adapters/aws-clients.ts";
import { integrationStore } from "../adapters/dynamodb/integration-store.ts";
import { inventory } from "../adapters/dynamodb/inventory.ts";
import { syncStore } from "../adapters/dynamodb/sync-store.ts";
import { connectToAccounts } from "../adapters/sync/accounts-connection.ts";
import { systemClock } from "../adapters/system-clock.ts";
import type { Clock } from "../core/ports/clock.ts";
import { allIntegrations, homeIntegration } from "../core/use-cases/integrations/all-integrations.ts";
import { lookIntoSlice } from "../core/use-cases/sync/look-into-slice.ts";
import type { EnvironmentSchema } from "./env.ts";

/** What the function runs on. The bench measures this very composition on a virtual clock, and on an AWS of its own. */
export interface Surroundings {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly clientsWith: typeof awsClients;
}

const LAMBDA: Surroundings = { clock: systemClock, random: Math.random, clientsWith: awsClients };

/** The use case with its adapters. */
export const compose = (
  environment: z.output<typeof EnvironmentSchema>,
  { clock, random, clientsWith }: Surroundings = LAMBDA,
) => {
  const homeAccount = environment.HOME_ACCOUNT;
  const clientsFor = clientsWith({ homeAccount });
  return lookIntoSlice({
    integrations: allIntegrations({
      store: integrationStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
      home: homeIntegration({
        identityCenter: environment.IDENTITY_CENTER,
        managementAccount: environment.MANAGEMENT_ACCOUNT,
        connector: environment.CONNECTOR,
      }),
    }),
    syncs: syncStore({ clientsFor, tableName: environment.INVENTORY_TABLE }),
    inventory: inventory({ clientsFor, tableName: environment.INVENTORY_TABLE }),
    connectTo: connectToAccounts({
      clock,
      random,
      clientsThrough: (settings, onBehalfOf) =>
        clientsWith({ homeAccount, connections: connections({ clock, settings, onBehalfOf }) }),
    }),
    clock,
  });
};
