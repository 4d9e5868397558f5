import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessFlowStore } from "../../../lambdas/adapters/dynamodb/access-flow-store.ts";
import { accessRequestStore } from "../../../lambdas/adapters/dynamodb/access-request-store.ts";
import { auditTrail } from "../../../lambdas/adapters/dynamodb/audit-trail.ts";
import { SHARES } from "../../../lambdas/adapters/admission.ts";
import { dueRequests } from "../../../lambdas/adapters/dynamodb/due-requests.ts";
import { entitlementIndex } from "../../../lambdas/adapters/dynamodb/entitlement-index.ts";
import { entitlementStore } from "../../../lambdas/adapters/dynamodb/entitlement-store.ts";
import { integrationStore } from "../../../lambdas/adapters/dynamodb/integration-store.ts";
import { inventory } from "../../../lambdas/adapters/dynamodb/inventory.ts";
import { paceItem } from "../../../lambdas/adapters/dynamodb/pace-item.ts";
import { accessRequestOfImage } from "../../../lambdas/adapters/dynamodb/stream-image.ts";
import { turns, turnWatch } from "../../../lambdas/adapters/dynamodb/turns.ts";
import { wakeupStore } from "../../../lambdas/adapters/dynamodb/wakeup-store.ts";
import { sharedAdmission } from "../../../lambdas/adapters/shared-admission.ts";
import { timestamp } from "../../../lambdas/core/domain/ids.ts";
import { aPendingRequest, aPerson, aRequestId, anEntitlement } from "../../support/builders.ts";
import {
  connectionReset,
  scriptedAws,
  timedOut,
  type ScriptedAnswer,
  type SentCall,
} from "../../support/fakes/scripted-aws.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { startDynalite, type DynamoDbServer } from "./dynalite-server.ts";
import { clientsAt, realStores, type Stores } from "./environments.ts";
import { createTables, type TableNames } from "./tables.ts";

const request = aPendingRequest();
const nothing: ScriptedAnswer = { body: {} };

const faults: readonly (readonly [string, ScriptedAnswer])[] = [
  ["throttled (the table)", { error: "ProvisionedThroughputExceededException" }],
  ["throttled (the account)", { error: "RequestLimitExceeded" }],
  ["throttled (the API)", { error: "ThrottlingException" }],
  ["broken", { error: "InternalServerError", status: 500 }],
  ["overloaded", { error: "ServiceUnavailable", status: 503 }],
  ["cut off", { unanswered: connectionReset() }],
  ["silent", { unanswered: timedOut() }],
];

const tableName = "a-table";
const uniqueText = () => "unique";
/** Nothing of what these tests let the table hold is of another shape. */
const unexpected = (defect: unknown) => {
  throw defect;
};

describe.each(faults)("a table that is %s", (_name, fault) => {
  const { clientsFor } = scriptedAws(() => fault);
  const clock = new VirtualClock();
  const requests = accessRequestStore({ clientsFor, tableName });

  it.each([
    ["reads a request", () => requests.get(request.id)],
    ["creates a request", () => requests.create(request)],
    ["replaces a request", () => requests.replace({ ...request, version: 2 }, ["pending"])],
    ["lists requests", () => requests.list({ limit: 1 })],
    ["reads an entitlement", () => entitlementStore({ clientsFor, tableName, clock }).get("key")],
    ["reads a wake-up", () => wakeupStore({ clientsFor, tableName }).get(request.id)],
    ["lists flows", () => accessFlowStore({ clientsFor, tableName }).list()],
    ["lists integrations", () => integrationStore({ clientsFor, tableName }).list()],
    [
      "appends to the trail",
      () => auditTrail({ clientsFor, tableName, clock }).append(request.trail[0] as never),
    ],
    [
      "reads which entries are there",
      () => auditTrail({ clientsFor, tableName, clock }).sequences(request.id, 1),
    ],
    [
      "finds requests that are due",
      () => dueRequests({ clientsFor, tableName }).due(clock.now(), 1, unexpected),
    ],
    ["puts a request off", () => dueRequests({ clientsFor, tableName }).putOff(request, undefined)],
    [
      "finds removals",
      () => entitlementIndex({ clientsFor, tableName }).removals(clock.now(), 1, unexpected),
    ],
    ["takes a turn", () => turns({ clientsFor, tableName, clock, uniqueText }).take("removals", 60)],
    ["reads the pace", () => paceItem({ clientsFor, tableName, name: "grant" }).freeFrom()],
    [
      "begins the pace",
      () => paceItem({ clientsFor, tableName, name: "grant" }).begin(1, { now: 0, plausible: 2 }),
    ],
    [
      "finds a name in the inventory",
      () => inventory({ clientsFor, tableName }).named("account", "payments-prod"),
    ],
  ])("%s as StoreUnavailable", async (_call, call) => {
    await expect(call()).rejects.toMatchObject({ name: "StoreUnavailable" });
  });
});

describe("a table that refuses", () => {
  it("is a defect, under AWS's own name", async () => {
    const { clientsFor } = scriptedAws(() => ({ error: "AccessDeniedException" }));
    await expect(accessRequestStore({ clientsFor, tableName }).get(request.id)).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
  });

  it("is a defect when an item has another shape", async () => {
    const { clientsFor } = scriptedAws(() => ({
      body: { Item: { pk: { S: "request#x" }, surprise: { BOOL: true } } },
    }));
    await expect(accessRequestStore({ clientsFor, tableName }).get(request.id)).rejects.toThrow(/request#x/);
  });
});

describe("calls", () => {
  const operations = (calls: readonly SentCall[]) => calls.map(({ operation }) => operation);

  it("one read of a request or an entitlement is one consistent GetItem", async () => {
    const { clientsFor, calls } = scriptedAws(() => nothing);
    await accessRequestStore({ clientsFor, tableName }).get(request.id);
    await entitlementStore({ clientsFor, tableName, clock: new VirtualClock() }).get("key");
    await wakeupStore({ clientsFor, tableName }).get(request.id);
    expect(operations(calls)).toEqual(["GetItem", "GetItem", "GetItem"]);
    expect(calls.map(({ input }) => input["ConsistentRead"])).toEqual([true, true, true]);
  });

  it("one write is one conditional PutItem", async () => {
    const { clientsFor, calls } = scriptedAws(() => nothing);
    const requests = accessRequestStore({ clientsFor, tableName });
    await requests.create(request);
    await requests.replace({ ...request, version: 2 }, ["pending", "approved"]);
    expect(operations(calls)).toEqual(["PutItem", "PutItem"]);
    expect(calls.map(({ input }) => input["ConditionExpression"])).toEqual([
      "attribute_not_exists(#pk)",
      "#version = :version AND #status IN (:status0, :status1)",
    ]);
  });

  it("asks again for what a batch left unprocessed, and keeps the order", async () => {
    const ids = ["one", "two", "three"].map(aRequestId);
    const key = (id: string) => ({ pk: { S: `request#${id}` }, sk: { S: "request" } });
    const stored = await itemsOf(ids.map((id) => aPendingRequest({ id })));
    const left = ids.map(key);
    const { clientsFor, calls } = scriptedAws(({ operation }) => {
      if (operation === "Query") {
        return { body: { Items: ids.map((id) => ({ ...key(id), createdAt: { S: request.createdAt } })) } };
      }
      // Each round gives the last one that is left.
      const given = left.pop();
      const item = stored.find(({ pk }) => pk.S === given?.pk.S);
      return {
        body: {
          Responses: { [tableName]: [item] },
          UnprocessedKeys: left.length === 0 ? {} : { [tableName]: { Keys: left } },
        },
      };
    });
    const page = await accessRequestStore({ clientsFor, tableName }).list({ limit: 10 });
    expect(page.items.map(({ id }) => id)).toEqual(ids);
    expect(operations(calls)).toEqual(["Query", "BatchGetItem", "BatchGetItem", "BatchGetItem"]);
  });

  it("gives up on a batch that never ends", async () => {
    const key = { pk: { S: `request#${request.id}` }, sk: { S: "request" } };
    const { clientsFor } = scriptedAws(({ operation }) =>
      operation === "Query"
        ? { body: { Items: [{ ...key, createdAt: { S: request.createdAt } }] } }
        : { body: { Responses: {}, UnprocessedKeys: { [tableName]: { Keys: [key] } } } },
    );
    await expect(accessRequestStore({ clientsFor, tableName }).list({ limit: 1 })).rejects.toMatchObject({
      name: "StoreUnavailable",
    });
  });

  it("a turn is taken, kept and given back by one conditional PutItem each, and no read", async () => {
    const { clientsFor, calls } = scriptedAws(() => nothing);
    const lease = turns({ clientsFor, tableName, clock: new VirtualClock(), uniqueText });
    const turn = await lease.take("removals", 60);
    if (turn === undefined) throw new Error("expected a turn");
    await lease.keep(turn, 60);
    await lease.end(turn);
    expect(operations(calls)).toEqual(["PutItem", "PutItem", "PutItem"]);
    expect(calls.every(({ input }) => "ConditionExpression" in input)).toBe(true);
  });

  it("calls of a grant are set apart by one conditional UpdateItem", async () => {
    const { clientsFor, calls } = scriptedAws(() => ({
      body: { Attributes: { freeFrom: { N: "1767225600750" } } },
    }));
    const pace = paceItem({ clientsFor, tableName, name: "grant" });
    const admission = sharedAdmission({ pace, share: SHARES.grant, clock: new VirtualClock() });
    expect(await admission.setApart(3)).toBe("ready");
    for (let call = 0; call < 2; call += 1) await admission.admit("grant");
    expect(operations(calls)).toEqual(["UpdateItem"]);
    expect(calls[0]?.input).toHaveProperty("ConditionExpression");
  });

  it("passes over a place that the index still shows and the item has left, and goes on to the next", async () => {
    const requests = ["one", "two", "three"].map((name) => aPendingRequest({ id: aRequestId(name) }));
    const items = await itemsOf(requests);
    const places = items.map(({ pk, sk, dueIn, dueAt }) => ({ pk, sk, dueIn, dueAt }));
    // The first has moved on to a later look, and the second needs none any more.
    const now = items.map(({ dueAt, ...item }, index) => {
      if (index === 1) return item;
      return { ...item, dueAt: index === 0 ? { S: "2027-01-01T00:00:00.000Z" } : dueAt };
    });
    const { clientsFor, calls } = scriptedAws(({ operation, input }) => {
      if (operation === "Query") {
        const { ":partition": partition } = input["ExpressionAttributeValues"] as Record<
          string,
          { S: string }
        >;
        const start = input["ExclusiveStartKey"] as { pk: { S: string } } | undefined;
        const next = places.findIndex(({ pk }) => pk.S === start?.pk.S) + 1;
        return { body: { Items: partition?.S === "request#0" ? places.slice(next, next + 1) : [] } };
      }
      const [asked] = Object.values(
        input["RequestItems"] as Record<string, { Keys: { pk: { S: string } }[] }>,
      );
      const found = now.filter(({ pk }) => asked?.Keys.some((key) => key.pk.S === pk.S));
      return { body: { Responses: { [tableName]: found } } };
    });
    const due = await dueRequests({ clientsFor, tableName }).due(
      new Date("2026-06-01T00:00:00.000Z"),
      1,
      unexpected,
    );
    expect(due).toEqual(requests.slice(2));
    const reads = calls.filter(({ operation }) => operation === "BatchGetItem");
    expect(reads.map(({ input }) => input)).toMatchObject(
      Array.from({ length: 3 }, () => ({ RequestItems: { [tableName]: { ConsistentRead: true } } })),
    );
  });

  it("looking whether somebody has a turn is one consistent GetItem", async () => {
    const { clientsFor, calls } = scriptedAws(() => nothing);
    const watch = turnWatch({ clientsFor, tableName, clock: new VirtualClock() });
    expect(await watch.isTaken("removals")).toBe(false);
    expect(operations(calls)).toEqual(["GetItem"]);
    expect(calls[0]?.input["ConsistentRead"]).toBe(true);
  });
});

/** The requests as DynamoDB's JSON. */
const itemsOf = async (requests: readonly (typeof request)[]) => {
  const { clientsFor, calls } = scriptedAws(() => nothing);
  for (const one of requests) await accessRequestStore({ clientsFor, tableName }).create(one);
  return calls.map(({ input }) => input["Item"] as Record<string, { S: string }> & { pk: { S: string } });
};

describe("items", () => {
  let server: DynamoDbServer;
  let tables: TableNames;
  let stores: Stores;
  let documents: DynamoDBDocumentClient;

  beforeAll(async () => {
    server = await startDynalite();
    const clientsFor = clientsAt(server.endpoint);
    const client = clientsFor("home", "state").client(DynamoDBClient);
    tables = await createTables(client, "items");
    stores = realStores(clientsFor, tables);
    documents = DynamoDBDocumentClient.from(client);
  });
  afterAll(() => server.close());

  const scan = async (name: string) =>
    (await documents.send(new ScanCommand({ TableName: name }))).Items ?? [];

  it("say whether they are a request or an entitlement, for the stream's filter", async () => {
    const holders = { [request.id]: { expiresAt: timestamp(new Date()) } };
    await stores.requests.create(request);
    await stores.entitlements.put({
      entitlement: anEntitlement(),
      version: 1,
      holders,
      state: "observing",
      by: request.id,
    });
    const items = await scan(tables.access);
    expect(items.map(({ kind }) => String(kind)).sort()).toEqual(["entitlement", "request"]);
    expect(items.filter((item) => "collection" in item)).toHaveLength(1);
    expect(items.filter((item) => "ttl" in item)).toHaveLength(0);
  });

  it("collect the records of absent entitlements after 30 days, and of wake-ups after their deadline", async () => {
    await stores.entitlements.put({
      entitlement: anEntitlement({ principalId: aPerson("carol").userId }),
      version: 1,
      holders: {},
      state: "absent",
    });
    const absent = (await scan(tables.access)).find(({ state }) => state === "absent");
    // The virtual clock begins on 1 January 2026.
    expect(absent?.["ttl"]).toBe(Date.UTC(2026, 0, 31) / 1000);

    const expiresAt = timestamp(new Date("2026-01-02T00:00:00.500Z"));
    const enteredAt = timestamp(new Date("2026-01-01T00:00:00.000Z"));
    const wakeup = { requestId: request.id, taskToken: "token", enteredAt, retryCount: 0, expiresAt };
    await stores.wakeups.put(wakeup);
    expect(await scan(tables.wakeups)).toMatchObject([
      { pk: request.id, taskToken: "token", ttl: Date.UTC(2026, 0, 2) / 1000 + 1 },
    ]);
  });

  it("of a request that the sweep has put off say so, until its next transition: the stream's filter drops such a write", async () => {
    const before = (await scan(tables.access)).find(({ pk }) => pk === `request#${request.id}`);
    expect(before).not.toHaveProperty("swept");
    const item = async () => (await scan(tables.access)).find(({ pk }) => pk === `request#${request.id}`);
    const until = timestamp(new Date("2026-01-05T00:00:00.000Z"));
    await stores.due.putOff(request, until);
    expect(await item()).toEqual({ ...before, swept: true, dueAt: until });
    await stores.due.putOff(request, undefined);
    expect(await item()).toMatchObject({ swept: true });
    expect(await item()).not.toHaveProperty("dueAt");
    await stores.requests.replace({ ...request, version: 2 }, ["pending"]);
    expect(await item()).toEqual({ ...before, version: 2 });
  });

  it("stay under one read unit for a usual request", async () => {
    const [item] = await itemsOf([request]);
    expect(Buffer.byteLength(JSON.stringify(item))).toBeLessThan(4096);
  });

  it("are read from the stream's image as from the table", async () => {
    const [image] = await itemsOf([request]);
    if (image === undefined) throw new Error("expected an image");
    expect(accessRequestOfImage(image)).toEqual(request);
  });
});
