import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, ScanCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import {
  inventory as inventoryIn,
  isTrace,
  observedOf,
} from "../../../lambdas/adapters/dynamodb/inventory.ts";
import { syncStore } from "../../../lambdas/adapters/dynamodb/sync-store.ts";
import { IntegrationNameSchema } from "../../../lambdas/core/domain/integration.ts";
import { factId } from "../../../lambdas/core/domain/inventory/facts.ts";
import { syncIdOf } from "../../../lambdas/core/domain/sync.ts";
import type { Inventory } from "../../../lambdas/core/ports/inventory.ts";
import { aRequestId, anAccountId } from "../../support/builders.ts";
import {
  aGroupFact,
  aResourceFact,
  afterMinutes,
  anAccountFact,
  anAssignmentFact,
  seen,
} from "../../support/facts.ts";
import { connectionReset, scriptedAws, type ScriptedAnswer } from "../../support/fakes/scripted-aws.ts";
import { startDynalite, type DynamoDbServer } from "./dynalite-server.ts";
import { clientsAt } from "./environments.ts";
import { createTables, type TableNames } from "./tables.ts";

const tableName = "a-table";
const account = anAccountFact(2);
const assignment = anAssignmentFact(2, "PowerUser", { user: "alice" });
const reference = { kind: assignment.kind, id: factId(assignment) };
const syncId = syncIdOf(
  IntegrationNameSchema.parse("organization"),
  "identity",
  new Date("2026-01-01T00:00:00Z"),
);

describe("items of the Inventory table", () => {
  let server: DynamoDbServer;
  let documents: DynamoDBDocumentClient;
  let tables: TableNames;
  let inventory: Inventory;
  let opened = 0;

  beforeAll(async () => {
    server = await startDynalite();
  });
  beforeEach(async () => {
    const clientsFor = clientsAt(server.endpoint);
    const client = clientsFor("home", "state").client(DynamoDBClient);
    opened += 1;
    tables = await createTables(client, `items-${String(opened)}`);
    inventory = inventoryIn({ clientsFor, tableName: tables.inventory });
    documents = DynamoDBDocumentClient.from(client);
  });
  afterAll(() => server.close());

  const items = async () =>
    (await documents.send(new ScanCommand({ TableName: tables.inventory }))).Items ?? [];

  it("say in the trace of what vanished what it was, who took it away, and nothing of how it appeared", async () => {
    await inventory.record(seen(assignment, { by: "carol", heldBy: [aRequestId("one")], baseline: true }));
    await inventory.forget(reference, { observedAt: afterMinutes(5), by: "dave" });
    const [trace, ...others] = await items();
    expect(others).toEqual([]);
    expect(trace).toEqual({
      pk: "assignment",
      sk: reference.id,
      kind: "fact",
      fact: assignment,
      since: afterMinutes(0),
      observedAt: afterMinutes(5),
      by: "dave",
      gone: true,
      ttl: Date.UTC(2026, 0, 2, 12, 5) / 1000,
    });
    expect(isTrace(trace ?? {})).toBe(true);
    expect(observedOf(trace ?? {}).fact).toEqual(assignment);
  });

  it("say which requests held what vanished", async () => {
    await inventory.record(seen(assignment));
    await inventory.forget(reference, { observedAt: afterMinutes(5), heldBy: [aRequestId("one")] });
    expect(await items()).toMatchObject([{ heldBy: [aRequestId("one")] }]);
  });

  it("say that what went only left the scope of Lockstep, until it vanishes", async () => {
    await inventory.record(seen(assignment));
    await inventory.forget(reference, { observedAt: afterMinutes(5), leftScope: true });
    expect(await items()).toMatchObject([{ gone: true, leftScope: true }]);
    await inventory.record(seen(assignment, { observedAt: afterMinutes(6) }));
    await inventory.forget(reference, { observedAt: afterMinutes(7) });
    expect((await items()).map((item) => "leftScope" in item)).toEqual([false]);
    await inventory.forget(reference, { observedAt: afterMinutes(8), leftScope: true });
    await inventory.forget(reference, { observedAt: afterMinutes(9) });
    expect((await items()).map((item) => "leftScope" in item)).toEqual([false]);
  });

  it("leave nothing of a trace on what came back: DynamoDB must not collect it", async () => {
    await inventory.forget(reference, { observedAt: afterMinutes(1), by: "dave" });
    await inventory.record(seen(assignment, { observedAt: afterMinutes(2) }));
    const [item] = await items();
    expect(Object.keys(item ?? {}).sort()).toEqual(
      ["fact", "kind", "observedAt", "order", "permissionSet", "pk", "principal", "since", "sk"].sort(),
    );
  });

  it("are in the indexes that they are looked up by, and in no other", async () => {
    await inventory.record(seen(account));
    await inventory.record(seen(aResourceFact(2, "s3-bucket", "a")));
    const found = await items();
    expect(found.map(({ nameKey }) => String(nameKey)).sort()).toEqual([
      "account#account-2",
      "resource#s3-bucket",
    ]);
    for (const place of ["principal", "permissionSet", "order"]) {
      expect(found.every((item) => !(place in item))).toBe(true);
    }
  });

  it("have keys that DynamoDB takes, however long a name is", async () => {
    // Neither dynalite nor the memory knows the limit: 2,048 bytes for a partition key.
    await inventory.record(seen(aGroupFact("💸".repeat(1_024))));
    const [item] = await items();
    expect(Buffer.byteLength(String(item?.["nameKey"]))).toBeLessThanOrEqual(2_048);
  });

  it("of an account of a pass are collected a week after the pass was begun", async () => {
    const account = { status: "done", accountId: anAccountId(1), calls: {}, throttles: 0 } as const;
    const changes = { appeared: 0, changed: 0, vanished: 0 };
    const syncs = syncStore({ clientsFor: clientsAt(server.endpoint), tableName: tables.inventory });
    await syncs.putAccount(syncId, { ...account, changes, problems: [], moreProblems: 0 });
    expect(await items()).toMatchObject([{ kind: "synced-account", ttl: Date.UTC(2026, 0, 8) / 1000 }]);
  });
});

describe("calls of the Inventory table", () => {
  const calledBy = async (call: (inventory: Inventory) => Promise<unknown>, body: object = {}) => {
    const { clientsFor, calls } = scriptedAws(() => ({ body }));
    await call(inventoryIn({ clientsFor, tableName }));
    return calls.map(({ operation, input }) => ({ operation, ...input }));
  };

  it("a write is one conditional call", async () => {
    expect(await calledBy((inventory) => inventory.record(seen(account)))).toMatchObject([
      { operation: "PutItem", ConditionExpression: expect.any(String) as string },
    ]);
    expect(
      await calledBy((inventory) => inventory.forget(reference, { observedAt: afterMinutes(0) })),
    ).toMatchObject([
      { operation: "UpdateItem", ConditionExpression: expect.any(String) as string, ReturnValues: "NONE" },
    ]);
  });

  it("a look, a batch and a page of the table are one consistent read each", async () => {
    const unfound = { Responses: {}, UnprocessedKeys: {}, Items: [] };
    expect(await calledBy((inventory) => inventory.get("account", account.id))).toMatchObject([
      { operation: "GetItem", ConsistentRead: true },
    ]);
    expect(await calledBy((inventory) => inventory.getAll("account", [account.id]), unfound)).toMatchObject([
      { operation: "BatchGetItem", RequestItems: { [tableName]: { ConsistentRead: true } } },
    ]);
    expect(
      await calledBy((inventory) => inventory.page({ kind: "account" }, { limit: 7 }), unfound),
    ).toMatchObject([{ operation: "Query", ConsistentRead: true, Limit: 7 }]);
  });

  it("a page that ends at a megabyte says where the next one begins", async () => {
    const { clientsFor } = scriptedAws(() => ({
      body: { Items: [], LastEvaluatedKey: { pk: { S: "account" }, sk: { S: account.id } } },
    }));
    const page = await inventoryIn({ clientsFor, tableName }).page({ kind: "account" }, { limit: 7 });
    expect(page.facts).toEqual([]);
    expect(page.next).toBeDefined();
  });
});

describe.each<readonly [string, ScriptedAnswer]>([
  ["throttled", { error: "ProvisionedThroughputExceededException" }],
  ["cut off", { unanswered: connectionReset() }],
])("an Inventory table that is %s", (_name, fault) => {
  const { clientsFor } = scriptedAws(() => fault);
  const inventory = inventoryIn({ clientsFor, tableName });
  const syncs = syncStore({ clientsFor, tableName });

  it.each([
    ["looks", () => inventory.get("account", account.id)],
    ["reads a batch", () => inventory.getAll("account", [account.id])],
    ["reads a page", () => inventory.page({ kind: "account" }, { limit: 1 })],
    ["finds by name", () => inventory.named("account", "a")],
    ["records", () => inventory.record(seen(account))],
    ["forgets", () => inventory.forget(reference, { observedAt: afterMinutes(0) })],
    ["reads a pass", () => syncs.get(syncId)],
    ["reads accounts of a pass", () => syncs.accounts(syncId)[Symbol.asyncIterator]().next()],
  ])("%s as StoreUnavailable", async (_call, call) => {
    await expect(call()).rejects.toMatchObject({ name: "StoreUnavailable" });
  });
});

describe("an item of the Inventory table that has another shape", () => {
  it("is a defect, named by its key", async () => {
    const { clientsFor } = scriptedAws(() => ({
      body: { Item: { pk: { S: "account" }, sk: { S: account.id }, fact: { S: "surprise" } } },
    }));
    await expect(inventoryIn({ clientsFor, tableName }).get("account", account.id)).rejects.toThrow(
      account.id,
    );
  });
});
