import { isDeepStrictEqual } from "node:util";
import { ScanCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import type { Environment } from "../../../local/environment.ts";
import { until } from "./until.ts";

interface Traces {
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly executions: Readonly<Record<string, number>>;
}

const readTraces = async (environment: Environment): Promise<Traces> => {
  const clients = environment.clientsFor("home", "state");
  const tables: Record<string, readonly string[]> = {};
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

/** Whether every pending request's execution has begun to wait: on a busy machine its function starts late. */
const allWait = ({ tables }: Traces): boolean => {
  const items = Object.values(tables)
    .flat()
    .map((text) => JSON.parse(text) as Readonly<Record<string, { readonly S?: string } | undefined>>);
  const waiting = new Set(
    items.filter((item) => item["taskToken"] !== undefined).map((item) => item["pk"]?.S),
  );
  return items
    .filter((item) => item["kind"]?.S === "request" && item["status"]?.S === "pending")
    .every((item) => waiting.has(item["id"]?.S));
};

/**
 * Everything that a call could leave behind: each table's items, and the machines' executions; read until two looks in a
 * row see the same, so that what earlier calls set in motion is not taken for a trace of a later one.
 */
export const tracesIn = async (environment: Environment): Promise<unknown> => {
  let last: Traces | undefined;
  return until("tables and executions that have come to rest", async () => {
    await environment.idle();
    const traces = await readTraces(environment);
    const rests = allWait(traces) && isDeepStrictEqual(traces, last);
    last = traces;
    return rests ? traces : undefined;
  });
};
