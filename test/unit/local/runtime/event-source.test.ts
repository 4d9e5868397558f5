import { describe, expect, it } from "vitest";
import { createStreamQueues } from "../../../../local/dynamodb/stream-queues.ts";
import type { StreamRecord } from "../../../../local/dynamodb/stream-record.ts";
import { createEventSource } from "../../../../local/lambda/event-source.ts";
import { openLocalStore } from "../../../../local/store.ts";
import type { EventSourceMapping } from "../../../../local/template/event-sources.ts";
import type { ApplicationTable } from "../../../../local/template/tables.ts";
import type { JsonObject } from "../../../../local/wire/json.ts";
import type { FunctionAnswer } from "../../../../local/wire/lambda-rest.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const STREAM = "arn:aws:dynamodb:eu-west-1:111111111111:table/t/stream/1";
const table: ApplicationTable = {
  name: "t",
  arn: "arn:aws:dynamodb:eu-west-1:111111111111:table/t",
  streamArn: STREAM,
  KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
  AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
  BillingMode: "PAY_PER_REQUEST",
  StreamSpecification: { StreamViewType: "NEW_IMAGE" },
  DeletionProtectionEnabled: false,
};

const OK: FunctionAnswer = { payload: null };
const ERROR: FunctionAnswer = { functionError: { errorType: "Error", errorMessage: "broken" } };
const failing = (...records: readonly StreamRecord[]): FunctionAnswer => ({
  payload: {
    batchItemFailures: records.map(({ dynamodb }) => ({ itemIdentifier: dynamodb.SequenceNumber })),
  },
});

const keyIn = (record: StreamRecord) => ((record.dynamodb["Keys"] as JsonObject)["pk"] as JsonObject)["S"];

/** A stream with one consumer whose function is `answer`; it sees each batch as the list of its keys. */
const stream = (
  overrides: Partial<EventSourceMapping>,
  answer: (keys: readonly unknown[], records: readonly StreamRecord[]) => FunctionAnswer,
) => {
  const mapping: EventSourceMapping = {
    id: "mapping",
    functionName: "f",
    streamArn: STREAM,
    batchSize: 100,
    bisectBatchOnFunctionError: false,
    reportBatchItemFailures: false,
    filters: [],
    ...overrides,
  };
  const clock = new VirtualClock();
  const store = openLocalStore();
  const queues = createStreamQueues({ mappings: [mapping], store, clock, region: "eu-west-1" });
  const batches: unknown[][] = [];
  const discarded: JsonObject[] = [];
  const source = () =>
    createEventSource({
      mapping,
      queues,
      clock,
      newId: () => "id",
      functionArn: "f",
      invoke: (payload) => {
        const records = payload["Records"] as unknown as readonly StreamRecord[];
        const keys = records.map(keyIn);
        batches.push(keys);
        return Promise.resolve(answer(keys, records));
      },
      onDiscarded: (notice) => void discarded.push(notice),
    });
  const write = (...keys: readonly string[]) => {
    for (const pk of keys) {
      const after = {
        pk: { S: pk },
        kind: { S: pk.startsWith("r") ? "request" : "other" },
        ...(pk.endsWith("-swept") ? { swept: { BOOL: true } } : {}),
      };
      queues.changeLog.append({ table, key: { pk: { S: pk } }, before: undefined, after });
    }
    queues.changeLog.committed();
  };
  return { clock, source, write, batches, discarded, left: () => queues.oldest(mapping, 100).map(keyIn) };
};

const started = (...options: Parameters<typeof stream>) => {
  const running = stream(...options);
  const source = running.source();
  source.start();
  return { ...running, running: source };
};

describe("delivery of a table's stream", () => {
  it("keeps the order of the writes and forgets what was handled", async () => {
    const { clock, write, batches, left } = started({ batchSize: 2 }, () => OK);
    write("a", "b", "c");
    await clock.runUntilIdle();
    expect(batches).toEqual([["a", "b"], ["c"]]);
    expect(left()).toEqual([]);
  });

  it("delivers only what a filter lets pass", async () => {
    const filters = [{ eventName: ["INSERT"], dynamodb: { NewImage: { kind: { S: ["request"] } } } }];
    const { clock, write, batches } = started({ filters }, () => OK);
    write("r1", "x", "r2");
    await clock.runUntilIdle();
    expect(batches).toEqual([["r1", "r2"]]);
  });

  it("delivers what has not an attribute, where a filter says so at its leaf", async () => {
    const swept = { BOOL: [{ exists: false }] };
    const filters = [{ dynamodb: { NewImage: { kind: { S: ["request"] }, swept } } }];
    const { clock, write, batches } = started({ filters }, () => OK);
    write("r1", "r2-swept", "x", "r3");
    await clock.runUntilIdle();
    expect(batches).toEqual([["r1", "r3"]]);
  });

  it("tries a failed batch again, later and later, before anything that was written after it", async () => {
    let failures = 3;
    const { clock, write, batches } = started({}, () => (failures-- > 0 ? ERROR : OK));
    write("a");
    await clock.advanceBy(0);
    write("b");
    await clock.runUntilIdle();
    expect(batches).toEqual([["a"], ["a"], ["a"], ["a"], ["b"]]);
    expect(clock.now().getTime() - Date.parse("2026-01-01T00:00:00.000Z")).toBe(500 + 1000 + 2000);
  });

  it("goes on from the first record that the function reports as failed", async () => {
    let first = true;
    const { clock, write, batches } = started({ reportBatchItemFailures: true }, (_keys, records) => {
      const answer = first ? failing(...records.slice(1, 2)) : OK;
      first = false;
      return answer;
    });
    write("a", "b", "c");
    await clock.runUntilIdle();
    expect(batches).toEqual([
      ["a", "b", "c"],
      ["b", "c"],
    ]);
  });

  it("halves a failing batch, gives up on the bad record alone and says so", async () => {
    const { clock, write, batches, discarded, left } = started(
      { bisectBatchOnFunctionError: true, maximumRetryAttempts: 1 },
      (keys) => (keys.includes("bad") ? ERROR : OK),
    );
    write("a", "bad", "c", "d");
    await clock.runUntilIdle();
    expect(batches).toEqual([["a", "bad", "c", "d"], ["a", "bad"], ["a"], ["bad"], ["bad"], ["c", "d"]]);
    expect(discarded).toMatchObject([
      {
        requestContext: { condition: "RetryAttemptsExhausted", approximateInvokeCount: 2 },
        DDBStreamBatchInfo: { batchSize: 1 },
      },
    ]);
    expect(left()).toEqual([]);
  });

  it("gives up on records that are too old", async () => {
    const { clock, write, discarded, left } = started({ maximumRecordAgeSeconds: 60 }, () => ERROR);
    write("a");
    await clock.runUntilIdle();
    expect(discarded).toMatchObject([{ requestContext: { condition: "RecordAgeExceeded" } }]);
    expect(left()).toEqual([]);
  });

  it.each([
    ["no list", { batchItemFailures: "a" }],
    ["an empty identifier", { batchItemFailures: [{ itemIdentifier: "" }] }],
    ["an identifier that is not in the batch", { batchItemFailures: [{ itemIdentifier: "7" }] }],
    ["another key", { batchItemFailures: [{ itemIdentifer: "7" }] }],
  ])("takes an answer with %s as a failure of the whole batch", async (_name, payload) => {
    const answers: FunctionAnswer[] = [{ payload }, OK];
    const { clock, write, batches } = started({ reportBatchItemFailures: true }, () => answers.shift() ?? OK);
    write("a", "b");
    await clock.runUntilIdle();
    expect(batches).toEqual([
      ["a", "b"],
      ["a", "b"],
    ]);
  });

  it("delivers again after a restart what was not handled before it", async () => {
    const answers = [ERROR];
    const { clock, source, write, batches, running, left } = started({}, () => answers.shift() ?? OK);
    write("a");
    await clock.advanceBy(0);
    await running.stop();
    expect(left()).toEqual(["a"]);
    source().start();
    await clock.runUntilIdle();
    expect(batches).toEqual([["a"], ["a"]]);
    expect(left()).toEqual([]);
  });
});

describe("the streams of several tables", () => {
  it("each reach their own consumers only", () => {
    const tableNamed = (name: string): ApplicationTable => ({
      ...table,
      name,
      streamArn: `${STREAM}-${name}`,
    });
    const mappingOf = (id: string, name: string): EventSourceMapping => ({
      id,
      functionName: "f",
      streamArn: `${STREAM}-${name}`,
      batchSize: 100,
      bisectBatchOnFunctionError: false,
      reportBatchItemFailures: false,
      filters: [],
    });
    const mappings = [
      mappingOf("one", "access"),
      mappingOf("two", "inventory"),
      mappingOf("three", "inventory"),
    ];
    const queues = createStreamQueues({
      mappings,
      store: openLocalStore(),
      clock: new VirtualClock(),
      region: "eu-west-1",
    });
    for (const [name, key] of [
      ["access", "a"],
      ["inventory", "b"],
      ["inventory", "c"],
    ] as const) {
      const item = { pk: { S: key } };
      queues.changeLog.append({ table: tableNamed(name), key: item, before: undefined, after: item });
    }
    const keysFor = (limit: number) =>
      mappings.map((mapping) => queues.oldest(mapping, limit).map((record) => keyIn(record)));
    expect(keysFor(100)).toEqual([["a"], ["b", "c"], ["b", "c"]]);
    expect(keysFor(1)).toEqual([["a"], ["b"], ["b"]]);
  });
});
