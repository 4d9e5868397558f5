import {
  BatchGetItemCommand,
  BatchWriteItemCommand,
  ConditionalCheckFailedException,
  CreateTableCommand,
  DeleteItemCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  DescribeTimeToLiveCommand,
  DynamoDBClient,
  GetItemCommand,
  ListTablesCommand,
  PutItemCommand,
  QueryCommand,
  ScanCommand,
  TransactWriteItemsCommand,
  UpdateItemCommand,
  UpdateTimeToLiveCommand,
} from "@aws-sdk/client-dynamodb";
import { beforeEach, describe, expect, it } from "vitest";
import type { ItemChange } from "../../../../local/dynamodb/changes.ts";
import { createDynamoDb } from "../../../../local/dynamodb/service.ts";
import type { DynamoDbUsage } from "../../../../local/dynamodb/usage.ts";
import { openLocalStore } from "../../../../local/store.ts";
import type { LocalStore } from "../../../../local/store.ts";
import type { ApplicationTable } from "../../../../local/template/tables.ts";
import type { JsonObject } from "../../../../local/wire/json.ts";
import { createWire } from "../../../../local/wire/wire.ts";
import { ENVIRONMENT } from "./support/assembly.ts";
import { clientConfiguration } from "./support/clients.ts";

const things: ApplicationTable = {
  name: "things",
  arn: "arn:aws:dynamodb:eu-west-1:111111111111:table/things",
  streamArn: "arn:aws:dynamodb:eu-west-1:111111111111:table/things/stream/2026-01-01T00:00:00.000",
  KeySchema: [
    { AttributeName: "pk", KeyType: "HASH" },
    { AttributeName: "sk", KeyType: "RANGE" },
  ],
  AttributeDefinitions: [
    { AttributeName: "pk", AttributeType: "S" },
    { AttributeName: "sk", AttributeType: "N" },
    { AttributeName: "status", AttributeType: "S" },
  ],
  GlobalSecondaryIndexes: [
    {
      IndexName: "byStatus",
      KeySchema: [
        { AttributeName: "status", KeyType: "HASH" },
        { AttributeName: "sk", KeyType: "RANGE" },
      ],
      Projection: { ProjectionType: "KEYS_ONLY" },
    },
  ],
  BillingMode: "PAY_PER_REQUEST",
  StreamSpecification: { StreamViewType: "NEW_AND_OLD_IMAGES" },
  TimeToLiveSpecification: { AttributeName: "ttl", Enabled: true },
  DeletionProtectionEnabled: true,
};

const startDynamoDb = async (store: LocalStore) => {
  const changes: ItemChange[] = [];
  const used: DynamoDbUsage[] = [];
  const dynamoDb = createDynamoDb({
    environment: ENVIRONMENT,
    store,
    changeLog: { append: (change) => void changes.push(change), committed: () => undefined },
    onUsage: (_caller, usage) => void used.push(usage),
  });
  await dynamoDb.start([things]);
  let ids = 0;
  const handle = createWire({
    services: [dynamoDb.service],
    principalOf: () => ({
      kind: "administrator",
      arn: "arn:aws:iam::111111111111:user/a",
      accountId: "111111111111",
    }),
    authorize: () => Promise.resolve(),
    onCall: () => undefined,
    invokeFunction: () => Promise.resolve({ payload: null }),
    newId: () => `id-${String((ids += 1))}`,
  });
  const { service } = dynamoDb;
  return { client: new DynamoDBClient(clientConfiguration(handle)), service, changes, used };
};

const TableName = "things";
const key = (pk: string, sk = "1") => ({ pk: { S: pk }, sk: { N: sk } });

describe("the embedded DynamoDB", () => {
  let store: LocalStore;
  let client: DynamoDBClient;
  let changes: ItemChange[];
  let used: DynamoDbUsage[];

  beforeEach(async () => {
    store = openLocalStore();
    ({ client, changes, used } = await startDynamoDb(store));
  });

  const put = (pk: string, attributes: Readonly<Record<string, { S: string }>> = {}, sk = "1") =>
    client.send(new PutItemCommand({ TableName, Item: { ...key(pk, sk), ...attributes } }));

  it("reads and queries what was written, in the order of the sort key", async () => {
    await put("a", { status: { S: "open" } }, "10");
    await put("a", { status: { S: "open" } }, "9");
    await put("b", { status: { S: "done" } });
    const byKey = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: "pk = :a",
        ExpressionAttributeValues: { ":a": { S: "a" } },
      }),
    );
    expect(byKey.Items?.map(({ sk }) => sk?.N)).toEqual(["9", "10"]);
    const byIndex = await client.send(
      new QueryCommand({
        TableName,
        IndexName: "byStatus",
        KeyConditionExpression: "#s = :s",
        ExpressionAttributeNames: { "#s": "status" },
        ExpressionAttributeValues: { ":s": { S: "done" } },
      }),
    );
    expect(byIndex.Items).toEqual([{ ...key("b"), status: { S: "done" } }]);
    expect((await client.send(new ScanCommand({ TableName }))).Count).toBe(3);
  });

  it("gives the current item of a failed condition when it is asked for, and only then", async () => {
    await put("a", { status: { S: "open" } });
    const refused = { TableName, Item: key("a"), ConditionExpression: "attribute_not_exists(pk)" };
    const asked = client.send(
      new PutItemCommand({ ...refused, ReturnValuesOnConditionCheckFailure: "ALL_OLD" }),
    );
    await expect(asked).rejects.toBeInstanceOf(ConditionalCheckFailedException);
    await expect(asked).rejects.toMatchObject({
      message: "The conditional request failed",
      Item: { ...key("a"), status: { S: "open" } },
    });
    const unasked = await client.send(new PutItemCommand(refused)).catch((error: unknown) => error);
    expect(unasked).toMatchObject({ name: "ConditionalCheckFailedException", Item: undefined });
  });

  it("lets one of many conditional writers win", async () => {
    const attempts = Array.from({ length: 20 }, (_, index) =>
      client.send(
        new PutItemCommand({
          TableName,
          Item: { ...key("a"), winner: { N: String(index) } },
          ConditionExpression: "attribute_not_exists(pk)",
        }),
      ),
    );
    const outcomes = await Promise.allSettled(attempts);
    expect(outcomes.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
    expect(changes).toHaveLength(1);
  });

  it("logs each change with both images, an item's changes in the order that they were made", async () => {
    await put("a");
    const increments = Array.from({ length: 10 }, () =>
      client.send(
        new UpdateItemCommand({
          TableName,
          Key: key("a"),
          UpdateExpression: "ADD n :one",
          ExpressionAttributeValues: { ":one": { N: "1" } },
        }),
      ),
    );
    await Promise.all(increments);
    await client.send(new DeleteItemCommand({ TableName, Key: key("a") }));
    expect(changes.map(({ before, after }) => [before?.["n"]?.["N"], after?.["n"]?.["N"]])).toEqual([
      [undefined, undefined],
      [undefined, "1"],
      ...Array.from({ length: 9 }, (_, index) => [String(index + 1), String(index + 2)]),
      ["10", undefined],
    ]);
    expect(changes.at(-1)?.after).toBeUndefined();
  });

  it("logs nothing for a write that changes nothing, fails or is malformed", async () => {
    await put("a");
    await put("a");
    await client.send(new DeleteItemCommand({ TableName, Key: key("nobody") }));
    await expect(
      client.send(
        new DeleteItemCommand({ TableName, Key: key("a"), ConditionExpression: "attribute_exists(nothing)" }),
      ),
    ).rejects.toThrow("The conditional request failed");
    await expect(
      client.send(new PutItemCommand({ TableName, Item: { pk: { S: "a" } } })),
    ).rejects.toMatchObject({
      name: "ValidationException",
    });
    expect(changes).toHaveLength(1);
  });

  it("writes and reads batches", async () => {
    const written = await client.send(
      new BatchWriteItemCommand({
        RequestItems: { things: [{ PutRequest: { Item: key("a") } }, { PutRequest: { Item: key("b") } }] },
      }),
    );
    expect(written.UnprocessedItems).toEqual({});
    expect(changes.map(({ after }) => after?.["pk"]?.["S"])).toEqual(["a", "b"]);
    const read = await client.send(
      new BatchGetItemCommand({ RequestItems: { things: { Keys: [key("a"), key("b"), key("c")] } } }),
    );
    expect(read.Responses?.["things"]).toHaveLength(2);
    expect(used.at(-1)).toMatchObject({ operation: "BatchGetItem", reads: 3 });
  });

  it("remembers every acknowledged write over a restart, indexes included", async () => {
    await put("a", { status: { S: "open" } });
    await put("b", { status: { S: "open" } });
    await client.send(new DeleteItemCommand({ TableName, Key: key("a") }));
    const restarted = await startDynamoDb(store);
    const found = await restarted.client.send(
      new QueryCommand({
        TableName,
        IndexName: "byStatus",
        KeyConditionExpression: "#s = :s",
        ExpressionAttributeNames: { "#s": "status" },
        ExpressionAttributeValues: { ":s": { S: "open" } },
      }),
    );
    expect(found.Items?.map(({ pk }) => pk?.S)).toEqual(["b"]);
    expect(restarted.changes).toEqual([]);
  });

  it("forgets a write whole when its stream record could not be kept", async () => {
    const failing = createDynamoDb({
      environment: ENVIRONMENT,
      store,
      changeLog: {
        append: () => {
          throw new Error("disk full");
        },
        committed: () => undefined,
      },
      onUsage: () => undefined,
    });
    await failing.start([things]);
    const caller = { accessKeyId: "k", principalArn: "p", accountId: "111111111111", region: "r" };
    await expect(
      failing.service.operations["PutItem"]?.({ TableName, Item: key("lost") }, caller),
    ).rejects.toThrow("disk full");
    const restarted = await startDynamoDb(store);
    expect((await restarted.client.send(new ScanCommand({ TableName }))).Count).toBe(0);
  });

  it("describes what the template declares and dynalite ignores", async () => {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    expect(Table).toMatchObject({
      TableArn: things.arn,
      TableStatus: "ACTIVE",
      LatestStreamArn: things.streamArn,
      StreamSpecification: { StreamEnabled: true, StreamViewType: "NEW_AND_OLD_IMAGES" },
      DeletionProtectionEnabled: true,
    });
    const { TimeToLiveDescription } = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toEqual({ TimeToLiveStatus: "ENABLED", AttributeName: "ttl" });
    await client.send(
      new UpdateTimeToLiveCommand({
        TableName,
        TimeToLiveSpecification: { AttributeName: "ttl", Enabled: false },
      }),
    );
    const changed = await client.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(changed.TimeToLiveDescription).toEqual({ TimeToLiveStatus: "DISABLED" });
  });

  it("creates and deletes a tester's tables, and protects those that are protected", async () => {
    await client.send(
      new CreateTableCommand({
        TableName: "scratch",
        KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
        AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
        BillingMode: "PAY_PER_REQUEST",
      }),
    );
    expect((await client.send(new ListTablesCommand())).TableNames).toEqual(["scratch", "things"]);
    await client.send(new PutItemCommand({ TableName: "scratch", Item: { id: { S: "1" } } }));
    await client.send(new DeleteTableCommand({ TableName: "scratch" }));
    await expect(
      client.send(new GetItemCommand({ TableName: "scratch", Key: { id: { S: "1" } } })),
    ).rejects.toMatchObject({
      name: "ResourceNotFoundException",
    });
    await expect(client.send(new DeleteTableCommand({ TableName }))).rejects.toThrow(
      "protected against deletion",
    );
  });

  it("refuses transactions in AWS's own form", async () => {
    await expect(
      client.send(
        new TransactWriteItemsCommand({ TransactItems: [{ Delete: { TableName, Key: key("a") } }] }),
      ),
    ).rejects.toMatchObject({ name: "UnknownOperationException", $metadata: { httpStatusCode: 400 } });
  });

  it("counts reads by 4 KB, at least one a call, and writes by item, indexes apart", async () => {
    await put("a", { status: { S: "open" }, text: { S: "x".repeat(5000) } });
    expect(used.at(-1)).toMatchObject({ writes: 1, writeUnits: 5, indexWriteUnits: 1 });
    await put("a", { status: { S: "done" }, text: { S: "short" } });
    expect(used.at(-1)).toMatchObject({ writes: 1, writeUnits: 5, indexWriteUnits: 2 });
    await put("a", { status: { S: "done" }, text: { S: "other" } });
    expect(used.at(-1)).toMatchObject({ writes: 1, writeUnits: 1, indexWriteUnits: 0 });
    await client.send(new GetItemCommand({ TableName, Key: key("nobody") }));
    expect(used.at(-1)).toMatchObject({ operation: "GetItem", reads: 1, readUnits: 0.5 });
    await put("big", { text: { S: "x".repeat(9000) } });
    await client.send(new GetItemCommand({ TableName, Key: key("big"), ConsistentRead: true }));
    expect(used.at(-1)).toMatchObject({ reads: 3, readUnits: 3 });
    const answer = await client.send(
      new QueryCommand({
        TableName,
        KeyConditionExpression: "pk = :n",
        ExpressionAttributeValues: { ":n": { S: "n" } },
      }),
    );
    expect(used.at(-1)).toMatchObject({ operation: "Query", reads: 1 });
    expect(answer.ConsumedCapacity).toBeUndefined();
  });
});

describe("the partition keys that a call names, for IAM", () => {
  const item = (pk: string) => ({ pk: { S: pk }, sk: { N: "1" } });
  const queryOf = (KeyConditionExpression: string): JsonObject => ({
    TableName: "things",
    KeyConditionExpression,
    ExpressionAttributeNames: { "#pk": "pk", "#sk": "sk" },
    ExpressionAttributeValues: { ":pk": { S: "a" }, ":sk": { N: "1" } },
  });
  const cases: readonly (readonly [string, JsonObject, readonly string[] | undefined])[] = [
    ["PutItem", { TableName: "things", Item: item("a") }, ["a"]],
    ["UpdateItem", { TableName: things.arn, Key: item("a") }, ["a"]],
    ["BatchGetItem", { RequestItems: { things: { Keys: [item("a"), item("b"), item("a")] } } }, ["a", "b"]],
    [
      "BatchWriteItem",
      {
        RequestItems: {
          things: [{ PutRequest: { Item: item("a") } }, { DeleteRequest: { Key: item("b") } }],
        },
      },
      ["a", "b"],
    ],
    ["Query", queryOf("pk = :pk"), ["a"]],
    ["Query", queryOf("#sk = :sk AND #pk = :pk"), ["a"]],
    ["Query", { ...queryOf("#pk = :pk"), IndexName: "byStatus" }, undefined],
    ["Query", queryOf("#sk = :sk"), undefined],
  ];
  it.each(cases)("of %s: %j", async (operation, input, keys) => {
    const { service } = await startDynamoDb(openLocalStore());
    const context = service.contextOf?.(operation, input);
    expect(context?.["dynamodb:LeadingKeys"]).toEqual(keys);
  });
});

describe("the attributes that an update names, for IAM", () => {
  it("are those of its key, of its change and of its condition, by whatever name", async () => {
    const { service } = await startDynamoDb(openLocalStore());
    const context = service.contextOf?.("UpdateItem", {
      TableName: "things",
      Key: { pk: { S: "a" }, sk: { N: "1" } },
      UpdateExpression: "SET #first = :first, second = if_not_exists(third, :none) REMOVE fourth",
      ConditionExpression: "attribute_exists(pk) AND version = :version",
      ExpressionAttributeNames: { "#first": "first" },
      ReturnValues: "NONE",
    });
    expect(context?.["dynamodb:ReturnValues"]).toBe("NONE");
    expect(new Set(context?.["dynamodb:Attributes"])).toEqual(
      new Set(["pk", "sk", "first", "second", "third", "fourth", "version"]),
    );
  });
});
