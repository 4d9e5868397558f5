import { ScanCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { ListExecutionsCommand, SFNClient } from "@aws-sdk/client-sfn";
import type { Environment } from "../../../local/environment.ts";

/** Everything that a call could leave behind: each table's items, and the machines' executions. */
export const tracesIn = async (environment: Environment): Promise<unknown> => {
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
