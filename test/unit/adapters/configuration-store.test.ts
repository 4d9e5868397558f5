import { expect, it } from "vitest";
import { accessFlowStore } from "../../../lambdas/adapters/dynamodb/access-flow-store.ts";
import type { AccessFlow } from "../../../lambdas/core/domain/access-flow.ts";
import { FlowNameSchema } from "../../../lambdas/core/domain/ids.ts";
import { simulatedClients } from "../../simulation/aws/clients.ts";
import { emptyTables, tableNamesInMemory } from "../../simulation/aws/tables.ts";
import { aFlow } from "../../support/builders.ts";
import { deletedEntry, savedEntry } from "../../support/configuration.ts";

/** A flow of some 4 KB, as DynamoDB charges for reading it. */
const flowNamed = (name: string, version: number): AccessFlow =>
  aFlow({ name: FlowNameSchema.parse(name), version, updatedBy: `${String(version)}${"x".repeat(4_000)}` });

const sizeOf = (value: unknown): number => JSON.stringify(value).length;

it("reads of the flows by which requests are decided what they say, and not what they said before", async () => {
  const dynamoDb = emptyTables();
  let read = 0;
  const clientsFor = simulatedClients(({ operation, input }) => {
    const answer = dynamoDb.call(operation, input);
    // Before any projection, by which DynamoDB charges no less; the store asks for none.
    if (operation === "Query") read += sizeOf((answer as { readonly Items?: unknown }).Items);
    return Promise.resolve(answer);
  });
  const store = accessFlowStore({ clientsFor, tableName: tableNamesInMemory.config });
  const save = async (next: AccessFlow) =>
    store.put(next, savedEntry("access-flow", await store.head(next.name), next));
  for (const name of ["a", "b", "c", "d"])
    for (const version of [1, 2, 3]) expect(await save(flowNamed(name, version))).toBe("written");
  for (const name of ["c", "d"]) {
    const head = await store.head(FlowNameSchema.parse(name));
    await store.delete(flowNamed(name, 3), deletedEntry("access-flow", head));
  }
  const flows = await store.list();
  expect(flows).toEqual([flowNamed("a", 3), flowNamed("b", 3)]);
  // Beside the content, what says of each of the four what its newest change was: some 500 bytes, also where it is deleted.
  expect(read).toBeLessThan(sizeOf(flows) + 4 * 700);
});
