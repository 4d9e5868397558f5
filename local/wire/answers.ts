import type { AwsResponse } from "./http.ts";
import type { JsonObject } from "./json.ts";
import { queryError, queryOutput, xmlMembers } from "./query-output.ts";
import { AwsError } from "./service.ts";
import type { ServiceDefinition } from "./service.ts";

/** How calls of one service, or calls that name no known one, are answered. */
export type Protocol = Pick<ServiceDefinition, "xmlNamespace"> & {
  readonly protocol: Exclude<ServiceDefinition["protocol"], "rest-xml">;
};

const JSON_TYPES = {
  "json-1.0": "application/x-amz-json-1.0",
  "json-1.1": "application/x-amz-json-1.1",
  "rest-json": "application/json",
} as const;

/** The namespace of answers of services that declare none. */
const ANY_NAMESPACE = "https://iam.amazonaws.com/doc/2010-05-08/";

const respond = (
  status: number,
  contentType: string,
  body: string,
  requestId: string,
  headers: Readonly<Record<string, string>> = {},
): AwsResponse => ({
  status,
  headers: { "content-type": contentType, "x-amzn-requestid": requestId, ...headers },
  body: Buffer.from(body),
});

/** The answer of a call that succeeded. */
export const outputResponse = (
  { protocol, xmlNamespace = ANY_NAMESPACE, listElements, rest }: ServiceDefinition,
  operation: string,
  output: JsonObject,
  requestId: string,
): AwsResponse => {
  if (protocol === "rest-xml" || protocol === "rest-json") {
    if (rest === undefined) throw new Error(`A ${protocol} service says how its operations travel`);
    return rest.answer(operation, output, requestId);
  }
  if (protocol !== "query") return respond(200, JSON_TYPES[protocol], JSON.stringify(output), requestId);
  const body = queryOutput({ operation, namespace: xmlNamespace, requestId, listElements }, output);
  return respond(200, "text/xml", body, requestId);
};

/** Services that name a refused action AccessDenied (query) rather than AccessDeniedException (JSON). */
const errorCode = (error: AwsError, protocol: Protocol["protocol"]) =>
  protocol === "query" && error.name === "AccessDeniedException" ? "AccessDenied" : error.name;

/** S3's own form, in which a refused action is AccessDenied: https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html */
const restXmlError = ({ name, message, status }: AwsError, requestId: string): AwsResponse => {
  const denied = name === "AccessDeniedException";
  const members = xmlMembers({
    Code: denied ? "AccessDenied" : name,
    Message: message,
    RequestId: requestId,
  });
  return respond(
    denied ? 403 : status,
    "application/xml",
    `<?xml version="1.0" encoding="UTF-8"?><Error>${members}</Error>`,
    requestId,
  );
};

/** The answer of a call that failed: JSON services name the error in `__type` and a header, query services in XML. */
export const errorResponse = (
  form: Protocol | "rest-xml",
  error: AwsError,
  requestId: string,
): AwsResponse => {
  if (form === "rest-xml") return restXmlError(error, requestId);
  const { protocol, xmlNamespace = ANY_NAMESPACE } = form;
  const code = errorCode(error, protocol);
  const { message, details } = error;
  if (protocol === "query") {
    const status = code === "AccessDenied" ? 403 : error.status;
    const body = queryError({ namespace: xmlNamespace, requestId }, { code, message, status });
    return respond(status, "text/xml", body, requestId);
  }
  const body = JSON.stringify({ __type: code, message, ...details });
  return respond(error.status, JSON_TYPES[protocol], body, requestId, { "x-amzn-errortype": code });
};

/** Turns whatever an operation threw into the error that AWS would answer with. */
export const awsErrorOf = (thrown: unknown): AwsError =>
  thrown instanceof AwsError
    ? thrown
    : new AwsError(
        "InternalFailure",
        thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown),
        500,
      );
