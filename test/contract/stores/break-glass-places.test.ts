import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import { accessRequestStore } from "../../../lambdas/adapters/dynamodb/access-request-store.ts";
import { accessKeys, breakGlassPlace, requestAttributes } from "../../../lambdas/adapters/dynamodb/keys.ts";
import { table, type Table } from "../../../lambdas/adapters/dynamodb/table.ts";
import type { AccessRequestStore } from "../../../lambdas/core/ports/stores.ts";
import { aBreakGlassRequest, aReview } from "../../support/break-glass.ts";
import { aRequestId } from "../../support/builders.ts";
import { startDynalite, type DynamoDbServer } from "./dynalite-server.ts";
import { clientsAt } from "./environments.ts";
import { createTables } from "./tables.ts";

/*
 * Two items say of an emergency that it is to be reviewed: the request, which is the truth, and its place in the lists. A
 * process may crash between the two writes: what such a crash leaves is written here as it stands then.
 */

let server: DynamoDbServer;
let access: Table;
let requests: AccessRequestStore;
let tableName: string;
let run = 0;

beforeAll(async () => {
  server = await startDynalite();
});
afterAll(() => server.close());

beforeEach(async () => {
  const clientsFor = clientsAt(server.endpoint);
  const names = await createTables(
    clientsFor("home", "state").client(DynamoDBClient),
    `crash-${String((run += 1))}-`,
  );
  tableName = names.access;
  access = table({ clientsFor, tableName });
  requests = accessRequestStore({ clientsFor, tableName });
});

const used = aBreakGlassRequest({ id: aRequestId("one") });
const unreviewed = async () => (await requests.listUnreviewedBreakGlass({ limit: 10 })).items;

/** The process crashes before its second write to DynamoDB. */
const crashingStore = (): AccessRequestStore => {
  const clientsFor = clientsAt(server.endpoint);
  let writes = 0;
  clientsFor("home", "state")
    // The one that the stores share (adapters/dynamodb/table.ts).
    .client(DynamoDBClient, { timeoutMilliseconds: 3_000 })
    .middlewareStack.add(
      (next, { commandName }) =>
        (args) => {
          if (commandName === "PutItemCommand" && (writes += 1) > 1) throw new Error("crashed");
          return next(args);
        },
      { step: "initialize" },
    );
  return accessRequestStore({ clientsFor, tableName });
};

it("a crash between the two leaves no request without its place: the place is the first", async () => {
  await expect(crashingStore().create(used)).rejects.toThrow("crashed");
  expect(await requests.get(used.id)).toBeUndefined();
  expect(await access.get(accessKeys.breakGlassPlace(used.id))).toBeDefined();
});

it("a crash between the two leaves no review shown that was not written: the review is the first", async () => {
  await requests.create(used);
  const ended = { reason: "cancelled" as const, at: used.createdAt };
  const cancelled = { ...used, status: "cancelled" as const, version: 2, ended };
  await requests.replace(cancelled, ["approved"]);
  const reviewed = { ...cancelled, version: 3, review: aReview("bob") };
  await expect(crashingStore().replace(reviewed, ["cancelled"])).rejects.toThrow("crashed");
  expect(await requests.get(used.id)).toEqual(reviewed);
  expect(await unreviewed()).toEqual([]);
});

it("a crash after the place, before the request: nothing was granted, and nothing is shown", async () => {
  await access.put(breakGlassPlace(used));
  expect(await unreviewed()).toEqual([]);
  expect((await requests.listBreakGlass({ limit: 10 })).items).toEqual([]);
});

it("which the same request, sent again, completes", async () => {
  await access.put(breakGlassPlace(used));
  expect(await requests.create(used)).toBe("written");
  expect(await unreviewed()).toEqual([used]);
});

it("a crash after the review, before its place: it is reviewed, and shown as that", async () => {
  await requests.create(used);
  const reviewed = {
    ...used,
    status: "cancelled" as const,
    version: 3,
    ended: { reason: "cancelled" as const, at: used.createdAt },
    review: aReview("bob"),
  };
  await access.put({ ...reviewed, ...requestAttributes(reviewed) });
  expect(await unreviewed()).toEqual([]);
  expect((await requests.listBreakGlass({ limit: 10 })).items).toEqual([reviewed]);
});

it("a review takes the place off the list, and the request that is sent again does not put it back", async () => {
  await requests.create(used);
  const ended = { reason: "cancelled" as const, at: used.createdAt };
  const cancelled = { ...used, status: "cancelled" as const, version: 2, ended };
  await requests.replace(cancelled, ["approved"]);
  await requests.replace({ ...cancelled, version: 3, review: aReview("bob") }, ["cancelled"]);
  expect(await access.get(accessKeys.breakGlassPlace(used.id))).not.toHaveProperty("status");
  expect(await requests.create(used)).toBe("conflict");
  expect(await access.get(accessKeys.breakGlassPlace(used.id))).not.toHaveProperty("status");
});
