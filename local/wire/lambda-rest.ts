import { awsErrorOf } from "./answers.ts";
import type { AwsRequest, AwsResponse } from "./http.ts";
import type { Json, JsonObject } from "./json.ts";
import type { Principal } from "./principals.ts";
import { AwsError } from "./service.ts";

/** How a function answered: with its payload, or with the error that it ended with. */
export type FunctionAnswer = { readonly payload: Json } | { readonly functionError: JsonObject };

/** Invokes a function for a caller of the Lambda API, after checking what the caller may. */
export type InvokeForWire = (
  functionName: string,
  payload: Json,
  principal: Principal,
  invocationType: "RequestResponse" | "Event" | "DryRun",
) => Promise<FunctionAnswer | undefined>;

/** https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
const INVOKE = /^\/2015-03-31\/functions\/([^/]+)\/invocations\/?$/;
/** "6 MB each for request and response (synchronous)"; https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const LARGEST_PAYLOAD_BYTES = 6_291_456;

const STATUS = { RequestResponse: 200, Event: 202, DryRun: 204 } as const;
type InvocationType = keyof typeof STATUS;

const invocationTypeOf = ({ headers }: AwsRequest): InvocationType => {
  const type = headers["x-amz-invocation-type"] ?? "RequestResponse";
  if (Object.hasOwn(STATUS, type)) return type as InvocationType;
  throw new AwsError("InvalidParameterValueException", `Unsupported invocation type ${type}`);
};

const payloadOf = (body: Uint8Array): Json => {
  if (body.byteLength > LARGEST_PAYLOAD_BYTES) {
    const message = `Request must be smaller than ${String(LARGEST_PAYLOAD_BYTES)} bytes for the InvokeFunction operation`;
    throw new AwsError("RequestTooLargeException", message, 413);
  }
  try {
    return body.byteLength === 0 ? {} : (JSON.parse(new TextDecoder().decode(body)) as Json);
  } catch (error) {
    throw new AwsError(
      "InvalidRequestContentException",
      `Could not parse request body into json: ${String(error)}`,
    );
  }
};

/** A REST service's error: its name is in a header, its message in a JSON body. */
const restError = (error: AwsError, requestId: string): AwsResponse => ({
  status: error.name === "AccessDeniedException" ? 403 : error.status,
  headers: {
    "content-type": "application/json",
    "x-amzn-requestid": requestId,
    "x-amzn-errortype": error.name,
  },
  body: Buffer.from(
    JSON.stringify({
      Type: error.status >= 500 ? "Service" : "User",
      Message: error.message,
      ...error.details,
    }),
  ),
});

const invoke = async (
  request: AwsRequest,
  principal: Principal,
  invokeFunction: InvokeForWire,
  requestId: string,
): Promise<AwsResponse> => {
  const [, named] = INVOKE.exec(request.path) ?? [];
  if (named === undefined || request.method !== "POST") {
    throw new AwsError(
      "UnknownOperationException",
      `The embedded AWS has no lambda ${request.method} ${request.path}`,
      404,
    );
  }
  const type = invocationTypeOf(request);
  const answer = await invokeFunction(decodeURIComponent(named), payloadOf(request.body), principal, type);
  const headers = {
    "content-type": "application/json",
    "x-amzn-requestid": requestId,
    "x-amz-executed-version": "$LATEST",
  };
  if (answer === undefined) return { status: STATUS[type], headers, body: new Uint8Array() };
  return "payload" in answer
    ? { status: 200, headers, body: Buffer.from(JSON.stringify(answer.payload)) }
    : {
        status: 200,
        headers: { ...headers, "x-amz-function-error": "Unhandled" },
        body: Buffer.from(JSON.stringify(answer.functionError)),
      };
};

/** The Lambda API, a REST one, of which only Invoke exists here. */
export const answerLambda = async (
  request: AwsRequest,
  principal: Principal,
  invokeFunction: InvokeForWire,
  requestId: string,
): Promise<AwsResponse> => {
  try {
    return await invoke(request, principal, invokeFunction, requestId);
  } catch (thrown) {
    return restError(awsErrorOf(thrown), requestId);
  }
};
