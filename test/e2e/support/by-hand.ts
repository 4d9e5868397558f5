import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { DeleteCommand, DynamoDBDocumentClient, UpdateCommand } from "@aws-sdk/lib-dynamodb";
import { ListExecutionsCommand, SFNClient, StopExecutionCommand } from "@aws-sdk/client-sfn";
import type { Environment } from "../../../local/environment.ts";

/** What a person with an administrator's rights may do to Lockstep's tables and executions, behind its back. */
export const byHand = ({ clientsFor, machineArns, tableNames }: Environment) => {
  const clients = clientsFor("home", "state");
  const documents = DynamoDBDocumentClient.from(clients.client(DynamoDBClient));
  const machine = clients.client(SFNClient);
  const tableNamed = (name: string): string => {
    if (!tableNames.includes(name)) throw new Error(`No table ${name}`);
    return name;
  };
  const requestKey = (id: string) => ({ pk: `request#${id}`, sk: "request" });

  /** The names of the executions of a request that run. */
  const running = async (id: string): Promise<readonly string[]> => {
    const found: string[] = [];
    for (const stateMachineArn of machineArns) {
      const { executions = [] } = await machine.send(
        new ListExecutionsCommand({ stateMachineArn, statusFilter: "RUNNING" }),
      );
      found.push(...executions.map(({ name = "" }) => name).filter((name) => name.startsWith(id)));
    }
    return found;
  };

  return {
    running,
    stop: async (name: string): Promise<void> => {
      const [arn = ""] = machineArns;
      const executionArn = `${arn.replace(":stateMachine:", ":execution:")}:${name}`;
      await machine.send(new StopExecutionCommand({ executionArn }));
    },
    /** Writes these attributes into a request's item, as if time had passed. */
    change: async (id: string, attributes: Readonly<Record<string, string>>): Promise<void> => {
      const names = Object.keys(attributes);
      await documents.send(
        new UpdateCommand({
          TableName: tableNamed("lockstep-access"),
          Key: requestKey(id),
          UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(", ")}`,
          ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
          ExpressionAttributeValues: Object.fromEntries(
            Object.entries(attributes).map(([name, value]) => [`:${name}`, value]),
          ),
        }),
      );
    },
    deleteRequest: async (id: string): Promise<void> => {
      await documents.send(
        new DeleteCommand({ TableName: tableNamed("lockstep-access"), Key: requestKey(id) }),
      );
    },
    deleteAuditEntry: async (id: string, sequence: number): Promise<void> => {
      await documents.send(
        new DeleteCommand({ TableName: tableNamed("lockstep-audit"), Key: { pk: id, sk: sequence } }),
      );
    },
  };
};
