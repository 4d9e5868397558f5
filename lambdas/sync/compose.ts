import type * as z from "zod/mini";
import type { Clock } from "../core/ports/clock.ts";
import { SHARES } from "../adapters/admission.ts";
import { connections } from "../adapters/assumed-roles/connections.ts";
import { awsClients } from "../adapters/aws-clients.ts";
import { accessRequestStore } from "../adapters/dynamodb/access-request-store.ts";
import { entitlementStore } from "../adapters/dynamodb/entitlement-store.ts";
import { integrationStore } from "../adapters/dynamodb/integration-store.ts";
import { inventory } from "../adapters/dynamodb/inventory.ts";
import { paceItem } from "../adapters/dynamodb/pace-item.ts";
import { syncStore } from "../adapters/dynamodb/sync-store.ts";
import { turnWatch } from "../adapters/dynamodb/turns.ts";
import { connectToIdentity } from "../adapters/sync/identity-connection.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { yieldingAdmission } from "../adapters/yielding-admission.ts";
import { allIntegrations, homeIntegration } from "../core/use-cases/integrations/all-integrations.ts";
import type { SyncFunctionInputSchema } from "../core/contracts/sync-workflow.ts";
import { entitlementWatch } from "../core/use-cases/sync/entitlement-watch.ts";
import { lookForNames } from "../core/use-cases/sync/look-for-names.ts";
import { runSync } from "../core/use-cases/sync/run-sync.ts";
import { countThrottled } from "../middleware/observability.ts";
import type { EnvironmentSchema } from "./env.ts";

/** A second's calls: the pace is asked once for all of them. */
const CALLS_AHEAD = SHARES.sync.perSecond;

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
  const clientsFor = clientsWith({ homeAccount: environment.HOME_ACCOUNT, onThrottled: countThrottled });
  const access = { clientsFor, tableName: environment.ACCESS_TABLE };
  const turns = turnWatch({ ...access, clock });
  const admission = yieldingAdmission({
    pace: paceItem({ ...access, name: "sync" }),
    usual: SHARES.sync,
    meanwhile: SHARES.syncBesideRemovals,
    mustYield: () => turns.isTaken("removals"),
    clock,
    ahead: CALLS_AHEAD,
  });
  const identityCenter = environment.IDENTITY_CENTER;
  const integrations = allIntegrations({
    store: integrationStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
    home: homeIntegration({
      identityCenter,
      managementAccount: environment.MANAGEMENT_ACCOUNT,
      connector: environment.CONNECTOR,
    }),
  });
  const connectTo = connectToIdentity({
    clock,
    random,
    admission,
    homeAccount: environment.HOME_ACCOUNT,
    identityCenter,
    clientsThrough: (settings, onBehalfOf) =>
      clientsWith({
        homeAccount: environment.HOME_ACCOUNT,
        connections: connections({ clock, settings, onBehalfOf }),
        onThrottled: countThrottled,
      }),
  });
  const facts = inventory({ clientsFor, tableName: environment.INVENTORY_TABLE });
  const deployment = {
    homeAccount: environment.HOME_ACCOUNT,
    managementAccount: environment.MANAGEMENT_ACCOUNT,
  };
  const syncs = syncStore({ clientsFor, tableName: environment.INVENTORY_TABLE });
  const run = runSync({
    integrations,
    syncs,
    inventory: facts,
    entitlements: entitlementWatch({
      entitlements: entitlementStore({ ...access, clock }),
      requests: accessRequestStore(access),
      identityCenter,
      clock,
    }),
    connectTo,
    deployment,
    clock,
  });
  const look = lookForNames({ integrations, syncs, inventory: facts, deployment, connectTo, clock });
  return async (input: z.output<typeof SyncFunctionInputSchema>) => {
    if (!("look" in input)) return run(input);
    await look();
    return {};
  };
};
