import { marshall } from "@aws-sdk/util-dynamodb";
import type { AttributeValue, Context, DynamoDBBatchResponse, DynamoDBRecord } from "aws-lambda";
import { expect, it } from "vitest";
import { accessFlowStore } from "../../../lambdas/adapters/dynamodb/access-flow-store.ts";
import { configurationHeads } from "../../../lambdas/adapters/dynamodb/configuration-store.ts";
import { requestAttributes } from "../../../lambdas/adapters/dynamodb/keys.ts";
import type { AccessRequest } from "../../../lambdas/core/domain/access-request.ts";
import { firstBrokenLink } from "../../../lambdas/core/domain/audit.ts";
import type { ConfigurationEntry } from "../../../lambdas/core/domain/configuration/entry.ts";
import type { AccessFlowStore } from "../../../lambdas/core/ports/stores.ts";
import { recordChange } from "../../../lambdas/core/use-cases/configuration/record-change.ts";
import { recordStream } from "../../../lambdas/record/record-stream.ts";
import { simulatedClients } from "../../simulation/aws/clients.ts";
import { emptyTables, tableNamesInMemory } from "../../simulation/aws/tables.ts";
import { aFlow, aPendingRequest, aRequestId } from "../../support/builders.ts";
import { by, deletedEntry, savedEntry } from "../../support/configuration.ts";
import { FakeEventPublisher } from "../../support/fakes/event-publisher.ts";

const context = { functionName: "lockstep-record", awsRequestId: "1" } as Context;

const delivered = (request: AccessRequest, sequence: string): DynamoDBRecord => ({
  dynamodb: {
    SequenceNumber: sequence,
    NewImage: marshall(
      { ...request, ...requestAttributes(request) },
      { removeUndefinedValues: true },
    ) as Record<string, AttributeValue>,
  },
});

const [one, two, three] = ["one", "two", "three"].map((name) =>
  aPendingRequest({ id: aRequestId(name) }),
) as [AccessRequest, AccessRequest, AccessRequest];
const batch = { Records: [delivered(one, "1"), delivered(two, "2"), delivered(three, "3")] };

const run = async (record: (request: AccessRequest) => Promise<void>): Promise<DynamoDBBatchResponse> =>
  await recordStream({ transition: record, change: unexpected })(batch, context);

const unexpected = () => Promise.reject(new Error("not what was written"));

it("records every request of the batch, in order", async () => {
  const recorded: string[] = [];
  const answer = await run((request) => {
    recorded.push(request.id);
    return Promise.resolve();
  });
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(recorded).toEqual([one.id, two.id, three.id]);
});

it("stops at the first that fails, so that it and all after it are delivered again", async () => {
  const recorded: string[] = [];
  const answer = await run((request) => {
    if (request.id === two.id) return Promise.reject(new Error("no answer"));
    recorded.push(request.id);
    return Promise.resolve();
  });
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "2" }] });
  expect(recorded).toEqual([one.id]);
});

it("passes over a request that the sweep has put off", async () => {
  const recorded: string[] = [];
  const [first, second] = [delivered(one, "1"), delivered(two, "2")];
  const putOff = {
    dynamodb: { ...first.dynamodb, NewImage: { ...first.dynamodb?.NewImage, swept: { BOOL: true } } },
  };
  const answer = await recordStream({
    transition: (request) => {
      recorded.push(request.id);
      return Promise.resolve();
    },
    change: unexpected,
  })({ Records: [putOff, second] }, context);
  expect(answer).toEqual({ batchItemFailures: [] });
  expect(recorded).toEqual([two.id]);
});

/** What the store writes for these changes, in order, as the Config table's stream delivers it. */
const writtenBy = async (changes: (store: AccessFlowStore) => Promise<unknown>) => {
  const records: DynamoDBRecord[] = [];
  const clientsFor = simulatedClients(({ operation, input }) => {
    const { Item } = input as { readonly Item?: Readonly<Record<string, unknown>> };
    // As the stream's filter lets through: the entry, which is written before, has no change of its own.
    if (operation === "PutItem" && Item !== undefined && "change" in Item) {
      const NewImage = marshall(Item, { removeUndefinedValues: true }) as Record<string, AttributeValue>;
      records.push({ dynamodb: { SequenceNumber: String(records.length), NewImage } });
    }
    return Promise.resolve(dynamoDb.call(operation, input));
  });
  const dynamoDb = emptyTables();
  const deps = { clientsFor, tableName: tableNamesInMemory.config };
  await changes(accessFlowStore(deps));
  return { records, heads: configurationHeads(deps) };
};

it("records every change of configuration as it was written, and tells of it by ids", async () => {
  const flow = aFlow();
  const second = { ...flow, version: 2, updatedBy: "another" };
  const entries: ConfigurationEntry[] = [];
  const { records, heads } = await writtenBy(async (store) => {
    for (const next of [flow, second]) {
      const entry = savedEntry("access-flow", await store.head(flow.name), next, by("root", "file"));
      entries.push(entry);
      await store.put(next, entry);
    }
    const deletion = deletedEntry("access-flow", await store.head(flow.name));
    entries.push(deletion);
    await store.delete(second, deletion);
  });
  const events = new FakeEventPublisher();
  const recorded: ConfigurationEntry[] = [];
  const configurationTrail = {
    append: (entry: ConfigurationEntry) => {
      recorded.push(entry);
      return Promise.resolve();
    },
  };
  const record = recordStream({
    transition: unexpected,
    change: recordChange({ configurationHeads: heads, configurationTrail, events }),
  });
  expect(await record({ Records: records }, context)).toEqual({ batchItemFailures: [] });
  expect(recorded).toEqual(entries);
  expect(firstBrokenLink(recorded)).toBeUndefined();
  expect(events.published.map(({ type }) => type)).toEqual(Array(3).fill("ConfigurationChanged"));
  expect(events.published[1]).toEqual({
    id: "access-flow/prod-power.2",
    type: "ConfigurationChanged",
    at: entries[1]?.at,
    detail: {
      version: 1,
      id: "access-flow/prod-power.2",
      kind: "access-flow",
      name: "prod-power",
      change: "ConfigurationSaved",
      sequence: 2,
      configurationVersion: 2,
      ...by("root", "file"),
    },
  });
  expect(JSON.stringify(events.published)).not.toContain("payments");
});

it("keeps no entry of which no event has told", async () => {
  const flow = aFlow();
  const { records, heads } = await writtenBy((store) =>
    store.put(flow, savedEntry("access-flow", { version: 0 }, flow)),
  );
  const events = new FakeEventPublisher();
  events.refusing = true;
  const change = recordChange({
    configurationHeads: heads,
    configurationTrail: { append: unexpected },
    events,
  });
  const answer = await recordStream({ transition: unexpected, change })({ Records: records }, context);
  expect(answer).toEqual({ batchItemFailures: [{ itemIdentifier: "0" }] });
});
