import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { accessRequestStore } from "../../../lambdas/adapters/dynamodb/access-request-store.ts";
import { accessKeys } from "../../../lambdas/adapters/dynamodb/keys.ts";
import type { AccessRequest } from "../../../lambdas/core/domain/access-request.ts";
import { entitlementKey, type EntitlementRecord } from "../../../lambdas/core/domain/entitlement.ts";
import { timestamp } from "../../../lambdas/core/domain/ids.ts";
import type { Page, PageQuery } from "../../../lambdas/core/ports/stores.ts";
import { Tally } from "../../../lambdas/core/use-cases/sweep/tally.ts";
import { drainWaitingRemovals } from "../../../lambdas/core/use-cases/sweep/waiting-removals.ts";
import { aPendingRequest, aRequestId, aUserId, anEntitlement } from "../../support/builders.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";
import { startDynalite, type DynamoDbServer } from "./dynalite-server.ts";
import { clientsAt, realStores, type Stores } from "./environments.ts";
import { createTables, type TableNames } from "./tables.ts";

/*
 * An item that somebody has edited by hand, or that another version has written: it stays where it is, at the head of its
 * list, and what is behind it has to be found all the same.
 */

const MADE = new Date("2026-01-01T00:00:00.000Z");
const LATER = new Date("2026-02-01T00:00:00.000Z");

let server: DynamoDbServer;
let client: DynamoDBClient;
let document: DynamoDBDocumentClient;
let tables: TableNames;
let stores: Stores;
let told: unknown[];

beforeAll(async () => {
  server = await startDynalite();
  const clientsFor = clientsAt(server.endpoint);
  client = clientsFor("home", "state").client(DynamoDBClient);
  document = DynamoDBDocumentClient.from(client);
});

afterAll(async () => {
  await server.close();
});

let count = 0;

beforeEach(async () => {
  count += 1;
  tables = await createTables(client, `unreadable-${count}`);
  stores = realStores(clientsAt(server.endpoint), tables);
  told = [];
});

const onUnreadable = (defect: unknown) => {
  told.push(defect);
};
const messages = () => told.map((defect) => (defect as Error).message);

/** Gives the item an attribute that no version of Lockstep writes. */
const spoil = (key: Record<string, string>): Promise<unknown> =>
  document.send(
    new UpdateCommand({
      TableName: tables.access,
      Key: key,
      UpdateExpression: "SET #note = :note",
      ExpressionAttributeNames: { "#note": "note" },
      ExpressionAttributeValues: { ":note": "edited by hand" },
    }),
  );
const requestsMade = async (names: readonly string[]) => {
  const requests = names.map((name, minute) =>
    aPendingRequest({ id: aRequestId(name) }, new Date(MADE.getTime() + minute * 60_000)),
  );
  for (const request of requests) await stores.requests.create(request);
  return requests;
};
const record = (person: string, state: "removing" | "ours", minute: number): EntitlementRecord => {
  const since = timestamp(new Date(MADE.getTime() + minute * 60_000));
  const common = {
    entitlement: anEntitlement({ principalId: aUserId(person) }),
    version: 1,
    holders: {},
    verifiedAt: since,
  };
  return state === "ours" ? { ...common, state } : { ...common, state, by: aRequestId(person), since };
};

describe("a list of requests", () => {
  it("passes over one that cannot be read, tells of it by its key, and goes on to as many as were asked for", async () => {
    const [broken, ...rest] = await requestsMade(["one", "two", "three"]);
    if (broken === undefined) throw new Error("No request was made");
    await spoil(accessKeys.request(broken.id));
    const due = await stores.due.due(LATER, 2, onUnreadable);
    expect(due.map(({ id }) => id)).toEqual(rest.map(({ id }) => id));
    expect(messages()).toEqual([
      `The item at ${JSON.stringify(accessKeys.request(broken.id))} is not of the shape that Lockstep writes`,
    ]);
  });

  it("finds the only one that was asked for behind it", async () => {
    const [broken, next] = await requestsMade(["one", "two", "three"]);
    if (broken === undefined || next === undefined) throw new Error("No request was made");
    await spoil(accessKeys.request(broken.id));
    expect((await stores.due.due(LATER, 1, onUnreadable)).map(({ id }) => id)).toEqual([next.id]);
    expect(told).toHaveLength(1);
  });

  it("shows people and measurements all the others, page by page", async () => {
    const requests = await requestsMade(["one", "two", "three", "four"]);
    const [, broken] = requests;
    if (broken === undefined) throw new Error("No request was made");
    await spoil(accessKeys.request(broken.id));
    const telling = accessRequestStore({
      clientsFor: clientsAt(server.endpoint),
      tableName: tables.access,
      onUnreadable,
    });
    const lists: readonly ((page: PageQuery) => Promise<Page<AccessRequest>>)[] = [
      (page) => telling.list(page),
      (page) => telling.listByStatus("pending", page),
      (page) => telling.listByRequester(broken.requester.userId, page),
    ];
    const others = requests.filter((request) => request !== broken).map(({ id }) => id);
    for (const list of lists) {
      told = [];
      const first = await list({ limit: 3 });
      const second = await list({ limit: 3, cursor: first.cursor ?? "none" });
      const ids = [...first.items, ...second.items].map(({ id }) => id);
      expect(ids).toEqual(others.toReversed());
      expect(messages()).toHaveLength(1);
      expect(messages()[0]).toContain(broken.id);
    }
    // Who lists without saying whom to tell learns of it by failing.
    await expect(stores.requests.list({ limit: 10 })).rejects.toThrow(broken.id);
  });

  it("fails when more than a hundred cannot be read: then the table is another version's", async () => {
    const requests = await requestsMade(Array.from({ length: 102 }, (_, index) => `number ${index}`));
    for (const { id } of requests.slice(0, 100)) await spoil(accessKeys.request(id));
    expect(await stores.due.due(LATER, 10, onUnreadable)).toHaveLength(2);
    expect(told).toHaveLength(100);
    const [, another] = requests.slice(-2);
    if (another === undefined) throw new Error("There are too few");
    await spoil(accessKeys.request(another.id));
    await expect(stores.due.due(LATER, 10, onUnreadable)).rejects.toThrow("is not of the shape");
  });
});

describe("a list of entitlements", () => {
  it("is looked through by the sweep beyond the removal that waits the longest: nobody else tells of what is behind it", async () => {
    const [waiting, broken] = ["alice", "bob"].map((person, minute) => record(person, "removing", minute));
    if (waiting === undefined || broken === undefined) throw new Error("No record was made");
    for (const one of [waiting, broken]) await stores.entitlements.put(one);
    await spoil(accessKeys.entitlement(entitlementKey(broken.entitlement)));
    const tally = new Tally();
    let drained = 0;
    await drainWaitingRemovals({
      index: stores.entitlementIndex,
      removals: {
        drain: () => {
          drained += 1;
          return Promise.resolve();
        },
      },
      clock: new VirtualClock(LATER),
    })(tally);
    expect(tally.defects.map((defect) => (defect as Error).message)).toEqual([
      expect.stringContaining(entitlementKey(broken.entitlement)),
    ]);
    expect(tally.findings.findings).toMatchObject([{ access: { principalId: aUserId("alice") } }]);
    expect(drained).toBe(1);
  });

  it.each(["removing", "ours"] as const)(
    "passes over one that cannot be read, and tells of it: %s",
    async (state) => {
      const [broken, ...rest] = ["alice", "bob", "carol"].map((person, minute) =>
        record(person, state, minute),
      );
      if (broken === undefined) throw new Error("No record was made");
      for (const one of [broken, ...rest]) await stores.entitlements.put(one);
      await spoil(accessKeys.entitlement(entitlementKey(broken.entitlement)));
      const index = stores.entitlementIndex;
      const found =
        state === "removing"
          ? await index.removals(LATER, 2, onUnreadable)
          : await index.longestUnverified(2, onUnreadable);
      const keys = (records: readonly EntitlementRecord[]) =>
        new Set(records.map(({ entitlement }) => entitlementKey(entitlement)));
      expect(keys(found)).toEqual(keys(rest));
      expect(messages()).toHaveLength(1);
      expect(messages()[0]).toContain(entitlementKey(broken.entitlement));
    },
  );
});
