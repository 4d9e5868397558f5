import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { accessFlowStore } from "../../../lambdas/adapters/dynamodb/access-flow-store.ts";
import { accessRequestStore } from "../../../lambdas/adapters/dynamodb/access-request-store.ts";
import { auditTrail } from "../../../lambdas/adapters/dynamodb/audit-trail.ts";
import { catalogue } from "../../../lambdas/adapters/dynamodb/catalogue.ts";
import { entitlementStore } from "../../../lambdas/adapters/dynamodb/entitlement-store.ts";
import { wakeupStore } from "../../../lambdas/adapters/dynamodb/wakeup-store.ts";
import { awsClients, type ClientsFor } from "../../../lambdas/adapters/aws-clients.ts";
import type { Catalogue, CatalogueWriter } from "../../../lambdas/core/ports/catalogue.ts";
import type {
  AccessFlowStore,
  AccessRequestStore,
  AuditTrail,
  EntitlementStore,
  WakeupStore,
} from "../../../lambdas/core/ports/stores.ts";
import { FakeCatalogue } from "../../support/fakes/catalogue.ts";
import {
  FakeAccessFlowStore,
  FakeAccessRequestStore,
  FakeAuditTrail,
  FakeEntitlementStore,
  FakeWakeupStore,
} from "../../support/fakes/stores.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { startDynalite } from "./dynalite-server.ts";
import { createTables, deleteTables, type TableNames } from "./tables.ts";

/** Every store, empty. */
export interface Stores {
  readonly requests: AccessRequestStore;
  readonly entitlements: EntitlementStore;
  readonly wakeups: WakeupStore;
  readonly flows: AccessFlowStore;
  readonly audit: AuditTrail;
  readonly catalogue: Catalogue & CatalogueWriter;
}

export interface StoreEnvironment {
  readonly name: string;
  /** What the stores under test run on; closed when the file's tests are over. */
  open(): Promise<OpenStores>;
}

export interface OpenStores {
  /** Fresh, empty stores. */
  stores(): Promise<Stores>;
  close(): Promise<void>;
}

/** The real stores on tables of those names. */
export const realStores = (clientsFor: ClientsFor, tables: TableNames): Stores => ({
  requests: accessRequestStore({ clientsFor, tableName: tables.access }),
  entitlements: entitlementStore({ clientsFor, tableName: tables.access, clock: new VirtualClock() }),
  wakeups: wakeupStore({ clientsFor, tableName: tables.wakeups }),
  flows: accessFlowStore({ clientsFor, tableName: tables.config }),
  audit: auditTrail({ clientsFor, tableName: tables.audit }),
  catalogue: catalogue({ clientsFor, tableName: tables.config }),
});

/** Clients of a simulated DynamoDB. */
export const clientsAt = (endpoint: string): ClientsFor =>
  awsClients({
    overrides: {
      endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    },
  });

const onDynamoDb = (endpoint: string, close: () => Promise<void>): OpenStores => {
  const clientsFor = clientsAt(endpoint);
  const client = clientsFor("home", "state").client(DynamoDBClient);
  const opened: TableNames[] = [];
  return {
    stores: async () => {
      const tables = await createTables(client, `contract-${randomUUID()}`);
      opened.push(tables);
      return realStores(clientsFor, tables);
    },
    close: async () => {
      for (const tables of opened) await deleteTables(client, tables);
      await close();
    },
  };
};

const fake: StoreEnvironment = {
  name: "fakes",
  open: () =>
    Promise.resolve({
      stores: () =>
        Promise.resolve({
          requests: new FakeAccessRequestStore(),
          entitlements: new FakeEntitlementStore(),
          wakeups: new FakeWakeupStore(),
          flows: new FakeAccessFlowStore(),
          audit: new FakeAuditTrail(),
          catalogue: new FakeCatalogue(),
        }),
      close: () => Promise.resolve(),
    }),
};

const dynalite: StoreEnvironment = {
  name: "DynamoDB (dynalite)",
  open: async () => {
    const server = await startDynalite();
    return onDynamoDb(server.endpoint, () => server.close());
  },
};

const moto = (endpoint: string): StoreEnvironment => ({
  name: "DynamoDB (moto)",
  open: () => Promise.resolve(onDynamoDb(endpoint, () => Promise.resolve())),
});

const motoEndpoint = process.env["MOTO_ENDPOINT"];

/** Everything that the stores' contract is run on; moto too where the environment names one. */
export const storeEnvironments: readonly StoreEnvironment[] = [
  fake,
  dynalite,
  ...(motoEndpoint === undefined ? [] : [moto(motoEndpoint)]),
];
