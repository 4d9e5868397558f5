import type * as z from "zod/mini";
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
import { connectToIam } from "../adapters/sync/iam-connection.ts";
import { connectToIdentity } from "../adapters/sync/identity-connection.ts";
import { systemClock } from "../adapters/system-clock.ts";
import { yieldingAdmission } from "../adapters/yielding-admission.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Integration } from "../core/domain/integration.ts";
import { allIntegrations, homeIntegration } from "../core/use-cases/integrations/all-integrations.ts";
import { entitlementWatch } from "../core/use-cases/sync/entitlement-watch.ts";
import { lookAgain } from "../core/use-cases/sync/look-again.ts";
import { lookAgainInRounds } from "../core/use-cases/sync/look-again-batch.ts";
import { countThrottled } from "../middleware/observability.ts";
import type { EnvironmentSchema } from "./env.ts";

/** What the function runs on: tests and the bench have a virtual clock, and an AWS of their own. */
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
  const managementAccount = environment.MANAGEMENT_ACCOUNT;
  const identityCenter = environment.IDENTITY_CENTER;
  const clientsFor = clientsWith({ homeAccount, onThrottled: countThrottled });
  const access = { clientsFor, tableName: environment.ACCESS_TABLE };
  const turns = turnWatch({ ...access, clock });
  // The sync's pace, which this function's processes share with it: one call at a time, since an event needs one or two.
  const admission = yieldingAdmission({
    pace: paceItem({ ...access, name: "sync" }),
    usual: SHARES.sync,
    meanwhile: SHARES.syncBesideRemovals,
    mustYield: () => turns.isTaken("removals"),
    clock,
  });
  const clientsThrough: Parameters<typeof connectToIdentity>[0]["clientsThrough"] = (settings, onBehalfOf) =>
    clientsWith({
      homeAccount,
      connections: connections({ clock, settings, onBehalfOf }),
      onThrottled: countThrottled,
    });
  const connecting = { clock, random, clientsThrough };
  const look = lookAgain({
    integrations: allIntegrations({
      store: integrationStore({ clientsFor, tableName: environment.CONFIG_TABLE }),
      home: homeIntegration({ identityCenter, managementAccount, connector: environment.CONNECTOR }),
    }),
    syncs: syncStore({ clientsFor, tableName: environment.INVENTORY_TABLE }),
    inventory: inventory({ clientsFor, tableName: environment.INVENTORY_TABLE }),
    entitlements: entitlementWatch({
      entitlements: entitlementStore({ ...access, clock }),
      requests: accessRequestStore(access),
      identityCenter,
      clock,
    }),
    connectToIdentity: kept(connectToIdentity({ ...connecting, admission, homeAccount, identityCenter })),
    connectToIam: kept(connectToIam(connecting)),
    deployment: { homeAccount, managementAccount },
    delegatedAdministrator: environment.DELEGATED_ADMINISTRATOR_ACCOUNT,
    clock,
  });
  return lookAgainInRounds({ look, clock });
};

/** One connection for each integration as it is now: its clients, keys and paces are for all events. */
const kept = <I extends Integration, Connection>(
  connect: (integration: I, onBehalfOf: string) => Connection,
): typeof connect => {
  const connected = new Map<string, { readonly as: string; readonly connection: Connection }>();
  return (integration, onBehalfOf) => {
    const { name, version, updatedAt } = integration;
    // What the settings make of it and what somebody wrote first are both version 1.
    const as = `${version}.${updatedAt}`;
    const before = connected.get(name);
    if (before?.as === as) return before.connection;
    const connection = connect(integration, onBehalfOf);
    connected.set(name, { as, connection });
    return connection;
  };
};
