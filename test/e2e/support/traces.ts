import { isDeepStrictEqual } from "node:util";
import { ScanCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import type { Environment } from "../../../local/environment.ts";
import { until } from "./until.ts";

const readTraces = async (environment: Environment): Promise<unknown> => {
  const clients = environment.clientsFor("home", "state");
  const tables: Record<string, unknown> = {};
  for (const TableName of environment.tableNames) {
    const { Items = [] } = await clients
      .client(DynamoDBClient)
      .send(new ScanCommand({ TableName, ConsistentRead: true }));
    tables[TableName] = Items.map((item) => JSON.stringify(item)).toSorted();
  }
  const executions: Record<string, number> = {};
  for (const stateMachineArn of environment.machineArns) {
    const answer = await clients.client(SFNClient).send(new ListExecutionsCommand({ stateMachineArn }));
    executions[stateMachineArn] = (answer.executions ?? []).length;
  }
  return { tables, executions };
};

/**
 * Everything that a call could leave behind: each table's items, and the machines' executions; read until two looks in a
 * row see the same, so that what earlier calls set in motion is not taken for a trace of a later one.
 */
export const tracesIn = async (environment: Environment): Promise<unknown> => {
  let last: unknown;
  return until("tables and executions that have come to rest", async () => {
    await environment.idle();
    const traces = await readTraces(environment);
    const rests = isDeepStrictEqual(traces, last);
    last = traces;
    return rests ? traces : undefined;
  });
};
