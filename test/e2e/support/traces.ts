import { isDeepStrictEqual } from "node:util";
import { DynamoDBClient, ScanCommand } from "@aws-sdk/client-dynamodb";
import type { AttributeValue } from "@aws-sdk/client-dynamodb";
import { ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import { unmarshall } from "@aws-sdk/util-dynamodb";
import * as z from "zod/mini";
import type { Environment } from "../../../local/environment.ts";
import { until } from "./until.ts";

interface Traces {
  readonly tables: Readonly<Record<string, readonly string[]>>;
  readonly executions: Readonly<Record<string, number>>;
}

type Item = Readonly<Record<string, AttributeValue>>;

/** Syncs write at any time what they see, and their pace; of a pass, that there is one is somebody's doing. */
const traceOf = (item: Item): readonly Item[] => {
  const { pk, sk, kind } = item;
  switch (kind?.S) {
    case "fact":
    case "slice":
      return [];
    case "sync":
      return [{ ...(pk && { pk }), ...(sk && { sk }) }];
    case "pace":
      return pk?.S === "pace#sync" ? [] : [item];
    default:
      return [item];
  }
};

const readTraces = async (environment: Environment): Promise<Traces> => {
  const clients = environment.clientsFor("home", "state");
  const tables: Record<string, readonly string[]> = {};
  for (const TableName of environment.tableNames) {
    const { Items = [] } = await clients
      .client(DynamoDBClient)
      .send(new ScanCommand({ TableName, ConsistentRead: true }));
    tables[TableName] = Items.flatMap(traceOf)
      .map((item) => JSON.stringify(item))
      .toSorted();
  }
  const executions: Record<string, number> = {};
  for (const stateMachineArn of environment.machineArns) {
    const answer = await clients.client(SFNClient).send(new ListExecutionsCommand({ stateMachineArn }));
    executions[stateMachineArn] = (answer.executions ?? []).length;
  }
  return { tables, executions };
};

/** What the looks below read of an item. */
const ItemSchema = z.object({
  kind: z.optional(z.string()),
  pk: z.optional(z.string()),
  id: z.optional(z.string()),
  status: z.optional(z.string()),
  wait: z.optional(z.string()),
  trail: z.optional(z.array(z.object({ at: z.string() }))),
});

/**
 * Whether every pending request's execution waits for what the request waits for: on a busy machine its function starts
 * late, and until then the wake-up of the step that was decided on lies there as if nothing were to come.
 */
const allWait = ({ tables }: Traces): boolean => {
  const items = Object.values(tables)
    .flat()
    .map((text) => ItemSchema.parse(unmarshall(JSON.parse(text) as Record<string, AttributeValue>)));
  const waits = new Map(items.flatMap(({ pk, wait }) => (wait === undefined ? [] : [[pk, wait]])));
  return items
    .filter(({ kind, status }) => kind === "request" && status === "pending")
    .every(({ id, trail = [] }) => {
      const wait = waits.get(id);
      const changedAt = trail.at(-1)?.at;
      return wait !== undefined && changedAt !== undefined && wait > changedAt;
    });
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
