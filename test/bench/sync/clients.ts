import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { awsClients } from "../../../lambdas/adapters/aws-clients.ts";
import { sdkRequestHandler } from "../../../local/wire/sdk-request-handler.ts";
import { simulatedClients } from "../../simulation/aws/clients.ts";
import type { AnswerAws, AwsAnswer } from "./aws-call.ts";

/** As much of an SDK's HTTP request as the JSON protocols carry. */
interface SdkRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

const textOf = (body: unknown): string =>
  body instanceof Uint8Array ? new TextDecoder().decode(body) : typeof body === "string" ? body : "{}";

/** How many requests are being made or read at this moment, and wait for nothing: the first one reads files of settings. */
export class RequestsUnderWay {
  private count = 0;

  get any(): boolean {
    return this.count > 0;
  }

  /** From where a command is sent until its answer is handed out. */
  async sending<Output>(send: () => Promise<Output>): Promise<Output> {
    this.count += 1;
    try {
      return await send();
    } finally {
      this.count -= 1;
    }
  }

  /** The part of it in which AWS has the request. */
  async waiting(answer: Promise<AwsAnswer>): Promise<AwsAnswer> {
    this.count -= 1;
    try {
      return await answer;
    } finally {
      this.count += 1;
    }
  }
}

/** The part of an SDK's client that sends. */
interface SendingClient {
  readonly middlewareStack: {
    add(
      middleware: (next: (sent: unknown) => Promise<unknown>) => (sent: unknown) => Promise<unknown>,
      options: { readonly step: "initialize"; readonly priority: "high"; readonly name: string },
    ): void;
  };
}

const handlerOf = (answer: AnswerAws, underWay: RequestsUnderWay) => ({
  handle: async ({ headers, body }: SdkRequest) => {
    const call = { service: "json", target: headers["x-amz-target"] ?? "", body: textOf(body) } as const;
    const answered = await underWay.waiting(answer(call));
    if (!("status" in answered)) throw new Error("A service of JSON is answered with a status");
    return {
      response: {
        statusCode: answered.status,
        headers: { "content-type": "application/x-amz-json-1.1" },
        body: Buffer.from(answered.body),
      },
    };
  },
});

/** Every protocol and everybody's credentials, for the price of decoding what travels. */
const wireHandlerOf = (answer: AnswerAws, underWay: RequestsUnderWay) =>
  sdkRequestHandler(async (request) => {
    const answered = await underWay.waiting(answer({ service: "http", request }));
    if (!("response" in answered)) throw new Error("A request is answered with a response");
    return answered.response;
  });

/** DynamoDB's clients end where they would turn values into JSON: a large pass makes a million calls of them. */
const documentsOf = (answer: AnswerAws) =>
  simulatedClients(async ({ operation, input }) => {
    const answered = await answer({ service: "dynamodb", operation, input });
    if ("output" in answered) return answered.output;
    if (!("error" in answered)) throw new Error("DynamoDB is answered with an output or an error");
    const { name, message } = answered.error;
    throw Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });
  });

/**
 * What stands for `awsClients`: the SDK's own clients, but for DynamoDB's, whose requests `answer` answers. `reach`: the
 * organization's JSON services for the home account alone, or every service for whichever account.
 */
export const clientsAnsweredBy = (
  answer: AnswerAws,
  region: string,
  underWay = new RequestsUnderWay(),
  reach: "organization" | "accounts" = "organization",
): typeof awsClients => {
  const documents = documentsOf(answer);
  const watched = new WeakSet<object>();
  const watch = (client: object) => {
    if (watched.has(client)) return;
    watched.add(client);
    (client as SendingClient).middlewareStack.add((next) => (sent) => underWay.sending(() => next(sent)), {
      step: "initialize",
      priority: "high",
      name: "requestsUnderWay",
    });
  };
  return (settings) => {
    const credentials = { accessKeyId: "ASIABENCH", secretAccessKey: "secret" };
    const requestHandler =
      reach === "accounts" ? wireHandlerOf(answer, underWay) : handlerOf(answer, underWay);
    const overrides = { region, credentials, requestHandler, forcePathStyle: true };
    const clientsFor = awsClients({ ...settings, overrides });
    return (account, purpose) => {
      const clients = clientsFor(account, purpose);
      return {
        client: (type, options) => {
          if ((type as unknown) === DynamoDBClient) return documents(account, purpose).client(type, options);
          const client = clients.client(type, options);
          watch(client as object);
          return client;
        },
      };
    };
  };
};
