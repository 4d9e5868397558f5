import type { JsonObject } from "../../local/wire/json.ts";
import { AwsError, type Caller, type ServiceDefinition } from "../../local/wire/service.ts";

/** As much of an HTTP request as the JSON protocols carry. */
interface SdkRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: unknown;
}

interface SdkResponse {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
  };
}

/** The administrator of the management account. */
export const administratorOf = (accountId: string): Caller => ({
  accessKeyId: "AKIATESTADMINISTRATOR",
  principalArn: `arn:aws:iam::${accountId}:user/administrator`,
  accountId,
  region: "eu-west-1",
});

const answer = (statusCode: number, body: JsonObject): SdkResponse => ({
  response: {
    statusCode,
    headers: { "content-type": "application/x-amz-json-1.1" },
    body: Buffer.from(JSON.stringify(body)),
  },
});

const textOf = (body: unknown): string =>
  body instanceof Uint8Array ? new TextDecoder().decode(body) : typeof body === "string" ? body : "{}";

/**
 * Settings of an SDK client that calls `services` (those of AWS's JSON protocols) in this process, as `caller`: requests
 * and answers are the real ones, only the socket is left out.
 */
export const inProcessClient = (services: readonly ServiceDefinition[], caller: Caller) => ({
  region: caller.region,
  maxAttempts: 1,
  credentials: { accessKeyId: caller.accessKeyId, secretAccessKey: "secret" },
  requestHandler: {
    handle: async (request: SdkRequest): Promise<SdkResponse> => {
      const [prefix, name = ""] = (request.headers["x-amz-target"] ?? "").split(".");
      const operation = services.find(({ targetPrefix }) => targetPrefix === prefix)?.operations[name];
      if (operation === undefined) return answer(400, { __type: "UnknownOperationException" });
      try {
        const input = JSON.parse(textOf(request.body)) as JsonObject;
        return answer(200, await operation(input, caller));
      } catch (error) {
        if (!(error instanceof AwsError))
          return answer(500, { __type: "InternalFailure", message: String(error) });
        return answer(error.status, {
          __type: error.name,
          message: error.message,
          Message: error.message,
          ...error.details,
        });
      }
    },
  },
});
