import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, PutCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessRequestOf } from "../../lambdas/adapters/dynamodb/access-request-store.ts";
import type { AccessFlow } from "../../lambdas/core/domain/access-flow.ts";
import type { AccessRequest } from "../../lambdas/core/domain/access-request.ts";
import type { AuditEntry } from "../../lambdas/core/domain/audit.ts";
import { entitlementKey, type Entitlement } from "../../lambdas/core/domain/entitlement.ts";
import { DomainError } from "../../lambdas/core/domain/errors.ts";
import { hashOf } from "../../lambdas/core/domain/hash.ts";
import { frozenHash } from "../../lambdas/core/domain/frozen.ts";
import type { FlowName, RequestId } from "../../lambdas/core/domain/ids.ts";
import type { Integration } from "../../lambdas/core/domain/integration.ts";
import {
  changeConfiguration,
  deleteConfiguration,
} from "../../lambdas/core/use-cases/configuration/change-configuration.ts";
import { startDynalite, type DynamoDbServer } from "../contract/stores/dynalite-server.ts";
import { clientsAt, realStores, type Stores } from "../contract/stores/environments.ts";
import { createTables, type TableNames } from "../contract/stores/tables.ts";
import { aFlow } from "../support/builders.ts";
import { by } from "../support/configuration.ts";
import { anAccountIntegration } from "../support/integrations.ts";
import { VirtualClock } from "../support/virtual-clock.ts";
import { recordings, type StoredItem } from "./recorded.ts";

const stored = recordings("stored-items");
const itemsOf = (kind: string): readonly StoredItem[] =>
  stored.flatMap(([name, items]) => (name.endsWith(`/${kind}.json`) ? items : []));

const requests = itemsOf("access-requests") as readonly (StoredItem & AccessRequest)[];
const entitlements = itemsOf("entitlements") as readonly (StoredItem & {
  readonly entitlement: Entitlement;
  readonly state: string;
})[];

const V1_STATUSES = [
  ...["pending", "approved", "scheduled", "granting", "active", "revoking", "stuck"],
  ...["ended", "failed", "rejected", "cancelled", "lapsed"],
];

let server: DynamoDbServer;
let tables: TableNames;
let stores: Stores;
let put: (table: keyof TableNames, item: StoredItem) => Promise<unknown>;

beforeAll(async () => {
  server = await startDynalite();
  const clientsFor = clientsAt(server.endpoint);
  const client = clientsFor("home", "state").client(DynamoDBClient);
  tables = await createTables(client, "earlier");
  stores = realStores(clientsFor, tables);
  const documents = DynamoDBDocumentClient.from(client);
  put = (table, item) => documents.send(new PutCommand({ TableName: tables[table], Item: item }));
});
afterAll(() => server.close());

describe("items that earlier versions stored", () => {
  it("are there in every status and every state that an earlier version had", () => {
    expect(new Set(requests.map(({ status }) => status))).toEqual(new Set(V1_STATUSES));
    expect(new Set(entitlements.map(({ state }) => state))).toEqual(
      new Set(["absent", "observing", "standing", "ours", "removing", "verifying"]),
    );
  });

  it.each(requests.map((item) => [item.status, item.version, item] as const))(
    "a request that is %s, version %d, is read, and says what it said",
    async (_status, version, item) => {
      await put("access", item);
      const read = await stores.requests.get(item.id);
      expect(read).toMatchObject({ status: item.status, version, frozen: item.frozen, trail: item.trail });
      // What the approvers were shown still has the hash that they approved.
      expect(frozenHash(accessRequestOf(item))).toBe(item.frozen);
      const { items } = await stores.requests.listByStatus(item.status, { limit: 50 });
      expect(items.map(({ id }) => id)).toContain(item.id);
    },
  );

  it.each(entitlements.map((item) => [item.state, item] as const))(
    "an entitlement that is %s is read",
    async (state, item) => {
      await put("access", item);
      const read = await stores.entitlements.get(entitlementKey(item.entitlement));
      expect(read).toMatchObject({ state, entitlement: item.entitlement });
    },
  );

  it("audit entries are read, and their hashes still cover them", async () => {
    const entries = itemsOf("audit-entries") as readonly (StoredItem & AuditEntry)[];
    expect(entries.length).toBeGreaterThan(0);
    for (const item of entries) {
      await put("audit", item);
      const { items } = await stores.audit.list(item.requestId, { limit: 50 });
      const read = items.find(({ sequence }) => sequence === item.sequence);
      const { hash, ...content } = read ?? { hash: "nothing was read" };
      expect(hash).toBe(item.hash);
      expect(hashOf(content)).toBe(hash);
    }
  });

  it("task tokens and access flows are read", async () => {
    for (const item of itemsOf("wakeups")) {
      await put("wakeups", item);
      expect(await stores.wakeups.get(item.pk as RequestId)).toBe(item["taskToken"]);
    }
    for (const item of itemsOf("access-flows")) {
      await put("config", item);
      expect(await stores.flows.get(item["name"] as FlowName)).toMatchObject({
        version: item["version"],
        settings: item["settings"],
      });
    }
  });

  it("access flows and integrations without an audit entry go on at their version, and their chain begins", async () => {
    const [flow] = itemsOf("access-flows");
    const integration = anAccountIntegration({ version: 7 });
    const beside = { pk: "integration", sk: integration.name, version: 7, integration };
    for (const item of [flow, beside]) if (item !== undefined) await put("config", item);
    const name = flow?.["name"] as FlowName;
    const clock = new VirtualClock();
    const change = changeConfiguration<AccessFlow>({ kind: "access-flow", store: stores.flows, clock });
    const read = await stores.flows.head(name);
    expect(read).toEqual({ version: flow?.["version"], item: await stores.flows.get(name) });
    const saved = await change(name, by("root"), (current, version) => ({
      ...(current ?? aFlow()),
      version,
      updatedBy: "another",
    }));
    const head = await stores.flows.head(name);
    expect(head).toMatchObject({ version: read.version + 1, item: saved, change: { sequence: 1 } });
    const entry = head.change && (await stores.configurationHeads.entry(head.change));
    expect(entry).toMatchObject({ before: read.item, after: saved });

    const remove = deleteConfiguration<Integration>({
      kind: "integration",
      store: stores.integrations,
      clock,
    });
    await remove(integration.name, by("root"), () => new DomainError("not-found", ""));
    expect(await stores.integrations.head(integration.name)).toMatchObject({
      version: 8,
      change: { sequence: 1 },
    });
  });

  it("names that an earlier version kept are left where they are, and nobody takes them for anything else", async () => {
    const before = { flows: await stores.flows.list(), integrations: await stores.integrations.list() };
    const names = itemsOf("catalogue");
    expect(names.length).toBeGreaterThan(0);
    for (const item of names) await put("config", item);
    expect({ flows: await stores.flows.list(), integrations: await stores.integrations.list() }).toEqual(
      before,
    );
  });
});
