import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient } from "@aws-sdk/client-eventbridge";
import { IdentitystoreClient } from "@aws-sdk/client-identitystore";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { OrganizationsClient } from "@aws-sdk/client-organizations";
import { SFNClient } from "@aws-sdk/client-sfn";
import { SSOAdminClient } from "@aws-sdk/client-sso-admin";
import type { ClientsFor } from "../../../lambdas/adapters/aws-clients.ts";

const services = [
  ["events", EventBridgeClient],
  ["identitystore", IdentitystoreClient],
  ["lambda", LambdaClient],
  ["organizations", OrganizationsClient],
  ["states", SFNClient],
  ["sso-admin", SSOAdminClient],
] as const;

export type ServiceName = (typeof services)[number][0] | "dynamodb";

/** One call of an AWS client. */
export interface AwsCall {
  readonly service: ServiceName;
  /** As AWS names it: `PutItem`, `StartExecution`. */
  readonly operation: string;
  readonly input: object;
}

/** Makes the call, or throws what the SDK's client would throw. */
export type AnswerCall = (call: AwsCall) => Promise<unknown>;

const operationOf = (commandName: string): string => commandName.replace(/Command$/, "");

interface SentCommand {
  readonly constructor: { readonly name: string };
  readonly input: object;
}

/** Paginators insist on an instance of their client's class. */
const clientOf = (type: { readonly prototype: object }, service: ServiceName, answer: AnswerCall): object =>
  Object.assign(Object.create(type.prototype) as object, {
    config: {},
    send: ({ constructor, input }: SentCommand) =>
      answer({ service, operation: operationOf(constructor.name), input }),
  });

/**
 * The document client sends through its base client's middleware, which it takes from there: this stack answers
 * instead of passing a request on, before anything is turned into DynamoDB's JSON.
 */
const dynamoDbClientOf = (answer: AnswerCall): object => {
  const stack = {
    // What the document client looks for, to tell that its base client is of its own version.
    identify: () => ["serializerMiddleware"],
    concat: () => stack,
    resolve:
      (_handler: unknown, { commandName }: { readonly commandName: string }) =>
      async ({ input }: { readonly input: object }) => ({
        output: await answer({ service: "dynamodb", operation: operationOf(commandName), input }),
      }),
  };
  return Object.assign(Object.create(DynamoDBClient.prototype) as object, {
    config: {},
    middlewareStack: stack,
  });
};

/** AWS clients whose calls are answered in this process: the SDK ends at `send`. */
export const simulatedClients = (answer: AnswerCall): ClientsFor => {
  const built = new Map<unknown, object>([[DynamoDBClient, dynamoDbClientOf(answer)]]);
  for (const [service, type] of services) built.set(type, clientOf(type, service, answer));
  return () => ({
    client: (type) => {
      const client = built.get(type);
      if (client === undefined) throw new Error(`The simulation has no client ${type.name}`);
      return client as InstanceType<typeof type>;
    },
  });
};
