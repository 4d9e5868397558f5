import { describe, expect, it } from "vitest";
import { syncStore } from "../../../lambdas/adapters/dynamodb/sync-store.ts";
import { simulatedClients } from "../../simulation/aws/clients.ts";
import { emptyTables, tableNamesInMemory } from "../../simulation/aws/tables.ts";
import { aRunningSync } from "../../support/integrations.ts";
import { timedOut } from "../../support/fakes/scripted-aws.ts";

/** A table that answers, or loses the answer of what it has done, or never gets the request. */
const underTest = () => {
  const dynamoDb = emptyTables();
  const lost: { answerOf?: string; requestOf?: string } = {};
  const clientsFor = simulatedClients(({ operation, input }) =>
    Promise.resolve().then(() => {
      if (lost.requestOf === operation) throw timedOut();
      const answer = dynamoDb.call(operation, input);
      if (lost.answerOf === operation) throw timedOut();
      return answer;
    }),
  );
  return { lost, syncs: syncStore({ clientsFor, tableName: tableNamesInMemory.inventory }) };
};

const first = aRunningSync();
const second = aRunningSync({}, { version: 2 });

describe("a pass whose write is not answered", () => {
  it.each([first, second])("is written when it is found there: version $version", async (sync) => {
    const { lost, syncs } = underTest();
    if (sync.version > 1) await syncs.put(first);
    lost.answerOf = "PutItem";
    expect(await syncs.put(sync)).toBe("written");
    expect(await syncs.get(sync.id)).toEqual(sync);
  });

  it.each([first, second])(
    "is not known to be written when it is not there: version $version",
    async (sync) => {
      const { lost, syncs } = underTest();
      if (sync.version > 1) await syncs.put(first);
      lost.requestOf = "PutItem";
      await expect(syncs.put(sync)).rejects.toMatchObject({ name: "StoreUnavailable" });
    },
  );

  it("is not taken for somebody else's who wrote just the same", async () => {
    const { lost, syncs } = underTest();
    expect(await syncs.put(first)).toBe("written");
    lost.requestOf = "PutItem";
    await expect(syncs.put(first)).rejects.toMatchObject({ name: "StoreUnavailable" });
  });

  it("is not known to be written when nothing can be read either", async () => {
    const { lost, syncs } = underTest();
    lost.answerOf = "PutItem";
    lost.requestOf = "GetItem";
    await expect(syncs.put(first)).rejects.toMatchObject({ name: "StoreUnavailable" });
  });
});
