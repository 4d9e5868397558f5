import type { AwsRequest, AwsResponse } from "./http.ts";
import type { JsonObject } from "./json.ts";
import { AwsError } from "./service.ts";
import type { RestBinding } from "./service.ts";

/**
 * A REST-JSON API whose every operation is a POST to a path of its own, with all of its input in the body.
 * https://smithy.io/2.0/aws/protocols/aws-restjson1-protocol.html
 */
export const postedJson = (operationAt: Readonly<Record<string, string>>): RestBinding => ({
  read: (request) => {
    const operation = request.method === "POST" ? operationAt[request.path] : undefined;
    if (operation === undefined)
      throw new AwsError(
        "UnknownOperationException",
        `The embedded AWS has no ${request.method} ${request.path} there`,
        404,
      );
    return { operation, input: inputOf(request) };
  },
  answer: (_operation, output, requestId): AwsResponse => ({
    status: 200,
    headers: { "content-type": "application/json", "x-amzn-requestid": requestId },
    body: Buffer.from(JSON.stringify(output)),
  }),
});

const inputOf = ({ body }: AwsRequest): JsonObject => {
  const text = new TextDecoder().decode(body);
  try {
    const input: unknown = text === "" ? {} : JSON.parse(text);
    if (typeof input === "object" && input !== null && !Array.isArray(input)) return input as JsonObject;
  } catch {
    // Answered below like any other body that is no JSON object.
  }
  throw new AwsError("ValidationException", "The request's body is not a JSON object");
};
