import { randomUUID } from "node:crypto";
import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { accessFlowStore } from "../../../lambdas/adapters/dynamodb/access-flow-store.ts";
import { accessScopeStore } from "../../../lambdas/adapters/dynamodb/access-scope-store.ts";
import { accessRequestStore } from "../../../lambdas/adapters/dynamodb/access-request-store.ts";
import { auditTrail, configurationTrail } from "../../../lambdas/adapters/dynamodb/audit-trail.ts";
import { bundleStore } from "../../../lambdas/adapters/dynamodb/bundle-store.ts";
import { configurationHeads } from "../../../lambdas/adapters/dynamodb/configuration-store.ts";
import { dueRequests } from "../../../lambdas/adapters/dynamodb/due-requests.ts";
import { entitlementIndex } from "../../../lambdas/adapters/dynamodb/entitlement-index.ts";
import { entitlementReader, entitlementStore } from "../../../lambdas/adapters/dynamodb/entitlement-store.ts";
import { integrationStore } from "../../../lambdas/adapters/dynamodb/integration-store.ts";
import { inventory } from "../../../lambdas/adapters/dynamodb/inventory.ts";
import { paceItem, type PaceItem } from "../../../lambdas/adapters/dynamodb/pace-item.ts";
import { requestCounts } from "../../../lambdas/adapters/dynamodb/request-counts.ts";
import { rotaStore } from "../../../lambdas/adapters/dynamodb/rota-store.ts";
import { syncStore } from "../../../lambdas/adapters/dynamodb/sync-store.ts";
import { toldFindingsStore } from "../../../lambdas/adapters/dynamodb/told-findings-store.ts";
import type { ToldFindingsStore } from "../../../lambdas/core/ports/told-findings.ts";
import { turns, turnWatch } from "../../../lambdas/adapters/dynamodb/turns.ts";
import { wakeupStore } from "../../../lambdas/adapters/dynamodb/wakeup-store.ts";
import { awsClients, type ClientsFor } from "../../../lambdas/adapters/aws-clients.ts";
import type { Inventory } from "../../../lambdas/core/ports/inventory.ts";
import type { IntegrationStore, SyncStore } from "../../../lambdas/core/ports/sync.ts";
import type {
  AccessFlowStore,
  AccessRequestStore,
  AccessScopeStore,
  AuditTrail,
  BundleStore,
  ConfigurationHeads,
  ConfigurationTrail,
  DueRequests,
  EntitlementIndex,
  EntitlementReader,
  EntitlementStore,
  RotaStore,
  Turns,
  WakeupStore,
} from "../../../lambdas/core/ports/stores.ts";
import type { AccessScope } from "../../../lambdas/core/domain/access-scope.ts";
import type { Rota } from "../../../lambdas/core/domain/rota.ts";
import type { Bundle } from "../../../lambdas/core/domain/bundle.ts";
import type { RequestCounts } from "../../../lambdas/core/ports/sweep.ts";
import {
  FakeAccessFlowStore,
  FakeAccessRequestStore,
  FakeAuditTrail,
  FakeEntitlementStore,
  FakeWakeupStore,
} from "../../support/fakes/stores.ts";
import { FakeConfigurationStore } from "../../support/fakes/configuration-store.ts";
import { FakeConfigurationTrail, fakeConfigurationHeads } from "../../support/fakes/configuration-trail.ts";
import { FakeIntegrationStore } from "../../support/fakes/integration-store.ts";
import { FakeInventory } from "../../support/fakes/inventory.ts";
import { FakeSyncStore } from "../../support/fakes/sync-store.ts";
import { FakePaceItem } from "../../support/fakes/pace-item.ts";
import { FakeToldFindings } from "../../support/fakes/told-findings.ts";
import { FakeTurns } from "../../support/fakes/turns.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { simulatedClients } from "../../simulation/aws/clients.ts";
import { emptyTables, tableNamesInMemory } from "../../simulation/aws/tables.ts";
import { startDynalite } from "./dynalite-server.ts";
import { createTables, deleteTables, type TableNames } from "./tables.ts";

/** Every store, empty. */
export interface Stores {
  /** So many items are many here: more than any page or batch, and not minutes of work. */
  readonly many: number;
  /** The time by the stores' clock. */
  readonly clock: VirtualClock;
  readonly requests: AccessRequestStore;
  readonly due: DueRequests;
  readonly counts: RequestCounts;
  readonly entitlements: EntitlementStore;
  readonly entitlementIndex: EntitlementIndex;
  readonly entitlementReader: EntitlementReader;
  readonly turns: Turns;
  readonly told: ToldFindingsStore;
  readonly turnWatch: Pick<FakeTurns, "isTaken">;
  readonly pace: PaceItem;
  readonly wakeups: WakeupStore;
  readonly flows: AccessFlowStore;
  readonly bundles: BundleStore;
  readonly accessScopes: AccessScopeStore;
  readonly rotas: RotaStore;
  readonly audit: AuditTrail;
  readonly configurationTrail: ConfigurationTrail;
  readonly configurationHeads: ConfigurationHeads;
  readonly inventory: Inventory;
  readonly syncs: SyncStore;
  readonly integrations: IntegrationStore;
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

const MANY = 1_001;

/** The real stores on tables of those names. */
export const realStores = (clientsFor: ClientsFor, tables: TableNames, many = MANY): Stores => {
  const clock = new VirtualClock();
  const access = { clientsFor, tableName: tables.access };
  return {
    many,
    clock,
    requests: accessRequestStore(access),
    due: dueRequests(access),
    counts: requestCounts(access),
    entitlements: entitlementStore({ ...access, clock }),
    entitlementIndex: entitlementIndex(access),
    entitlementReader: entitlementReader(access),
    told: toldFindingsStore({ clientsFor, tableName: tables.config }),
    turns: turns({ ...access, clock, uniqueText: randomUUID }),
    turnWatch: turnWatch({ ...access, clock }),
    pace: paceItem({ ...access, name: "grant" }),
    wakeups: wakeupStore({ clientsFor, tableName: tables.wakeups }),
    flows: accessFlowStore({ clientsFor, tableName: tables.config }),
    bundles: bundleStore({ clientsFor, tableName: tables.config }),
    accessScopes: accessScopeStore({ clientsFor, tableName: tables.config }),
    rotas: rotaStore({ clientsFor, tableName: tables.config }),
    audit: auditTrail({ clientsFor, tableName: tables.audit, clock }),
    configurationTrail: configurationTrail({ clientsFor, tableName: tables.audit, clock }),
    configurationHeads: configurationHeads({ clientsFor, tableName: tables.config }),
    inventory: inventory({ clientsFor, tableName: tables.inventory }),
    syncs: syncStore({ clientsFor, tableName: tables.inventory }),
    integrations: integrationStore({ clientsFor, tableName: tables.config }),
  };
};

const fakeStores = (): Stores => {
  const clock = new VirtualClock();
  const requests = new FakeAccessRequestStore();
  const entitlements = new FakeEntitlementStore(clock);
  const flows = new FakeAccessFlowStore();
  const bundles = new FakeConfigurationStore<Bundle>();
  const accessScopes = new FakeConfigurationStore<AccessScope>();
  const rotas = new FakeConfigurationStore<Rota>();
  const integrations = new FakeIntegrationStore();
  const fakeTurns = new FakeTurns(clock);
  return {
    many: MANY,
    clock,
    requests,
    due: requests,
    counts: requests,
    entitlements,
    entitlementIndex: entitlements,
    entitlementReader: entitlements,
    told: new FakeToldFindings(),
    turns: fakeTurns,
    turnWatch: fakeTurns,
    pace: new FakePaceItem(),
    wakeups: new FakeWakeupStore(),
    flows,
    bundles,
    accessScopes,
    rotas,
    audit: new FakeAuditTrail(),
    configurationTrail: new FakeConfigurationTrail(),
    configurationHeads: fakeConfigurationHeads({
      "access-flow": flows,
      bundle: bundles,
      "access-scope": accessScopes,
      rota: rotas,
      integration: integrations,
    }),
    inventory: new FakeInventory(),
    syncs: new FakeSyncStore(),
    integrations,
  };
};

/** Clients of a simulated DynamoDB. */
export const clientsAt = (endpoint: string): ClientsFor =>
  awsClients({
    overrides: {
      endpoint,
      region: "eu-west-1",
      credentials: { accessKeyId: "test", secretAccessKey: "test" },
    },
  });

const onDynamoDb = (endpoint: string, close: () => Promise<void>, many?: number): OpenStores => {
  const clientsFor = clientsAt(endpoint);
  const client = clientsFor("home", "state").client(DynamoDBClient);
  const opened: TableNames[] = [];
  return {
    stores: async () => {
      const tables = await createTables(client, `contract-${randomUUID()}`);
      opened.push(tables);
      return realStores(clientsFor, tables, many);
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
      stores: () => Promise.resolve(fakeStores()),
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

/** What the simulation runs on. */
const inMemory: StoreEnvironment = {
  name: "DynamoDB (in memory)",
  open: () =>
    Promise.resolve({
      stores: () => {
        const dynamoDb = emptyTables();
        const clientsFor = simulatedClients(({ operation, input }) =>
          Promise.resolve().then(() => dynamoDb.call(operation, input)),
        );
        return Promise.resolve(realStores(clientsFor, tableNamesInMemory));
      },
      close: () => Promise.resolve(),
    }),
};

const moto = (endpoint: string): StoreEnvironment => ({
  name: "DynamoDB (moto)",
  // moto copies a whole table for each query.
  open: () => Promise.resolve(onDynamoDb(endpoint, () => Promise.resolve(), 251)),
});

const motoEndpoint = process.env["MOTO_ENDPOINT"];

/** Everything that the stores' contract is run on; moto too where the environment names one. */
export const storeEnvironments: readonly StoreEnvironment[] = [
  fake,
  dynalite,
  inMemory,
  ...(motoEndpoint === undefined ? [] : [moto(motoEndpoint)]),
];
