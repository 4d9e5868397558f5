import { answerLambda } from "./lambda-rest.ts";
import type { InvokeForWire } from "./lambda-rest.ts";
import { awsErrorOf, errorResponse, outputResponse } from "./answers.ts";
import type { Protocol } from "./answers.ts";
import { credentialScopeOf } from "./credential-scope.ts";
import type { CredentialScope } from "./credential-scope.ts";
import type { AwsRequest, AwsResponse, HandleAwsRequest } from "./http.ts";
import type { JsonObject } from "./json.ts";
import type { Principal } from "./principals.ts";
import { queryInputOf } from "./query-input.ts";
import { AwsError } from "./service.ts";
import type { Caller, ServiceDefinition } from "./service.ts";

/** One call that reached an operation. */
export interface WireCall {
  readonly service: ServiceDefinition;
  readonly operation: string;
  readonly input: JsonObject;
  readonly principal: Principal;
  readonly caller: Caller;
}

/** What the wire server is made of. */
export interface WireOptions {
  readonly services: readonly ServiceDefinition[];
  readonly principalOf: (accessKeyId: string) => Principal;
  /** Throws AccessDeniedException when the principal's policies do not allow the call. */
  readonly authorize: (call: WireCall) => Promise<void>;
  /** Told of every call that is allowed, before it runs. */
  readonly onCall: (call: WireCall) => void;
  readonly invokeFunction: InvokeForWire;
  readonly newId: () => string;
  /** Services that another AWS endpoint answers, after the checks here. */
  readonly forward?: {
    readonly signingNames: ReadonlySet<string>;
    readonly send: (request: AwsRequest) => Promise<AwsResponse>;
  };
  /** Told of errors that are faults of the embedded AWS itself. */
  readonly onFault?: (error: unknown) => void;
}

const LAMBDA = "lambda";

const decode = (body: Uint8Array) => new TextDecoder().decode(body);

const isForm = ({ headers }: AwsRequest) =>
  (headers["content-type"] ?? "").startsWith("application/x-www-form-urlencoded");

/** How a caller of an unknown service most likely wants its error: in the form that it asked in. */
const protocolOf = (request: AwsRequest, service: ServiceDefinition | undefined): Protocol | "rest-xml" => {
  if (credentialScopeOf(request)?.signingName === "s3") return "rest-xml";
  if (service !== undefined) {
    const { protocol, ...others } = service;
    return protocol === "rest-xml" ? protocol : { ...others, protocol };
  }
  if (isForm(request)) return { protocol: "query" };
  return { protocol: (request.headers["content-type"] ?? "").endsWith("1.0") ? "json-1.0" : "json-1.1" };
};

const unknownOperation = (message: string) => new AwsError("UnknownOperationException", message);

const jsonInput = (request: AwsRequest): JsonObject => {
  const text = decode(request.body);
  try {
    const input: unknown = text === "" ? {} : JSON.parse(text);
    if (typeof input === "object" && input !== null && !Array.isArray(input)) return input as JsonObject;
  } catch {
    // Answered below like any other body that is no JSON object.
  }
  throw new AwsError("SerializationException", "The request's body is not a JSON object");
};

const readCall = (
  service: ServiceDefinition,
  request: AwsRequest,
  isKnown: (operation: string) => boolean,
) => {
  if (service.rest !== undefined) return service.rest.read(request);
  if (service.protocol === "query") {
    const { operation, input } = queryInputOf(
      request.method === "GET" ? request.query : decode(request.body),
    );
    if (operation === "") throw new AwsError("MissingAction", "The request names no Action");
    if (isKnown(operation)) return { operation, input };
    throw new AwsError("InvalidAction", `The embedded AWS has no ${service.signingName}:${operation}`);
  }
  const [prefix, operation] = (request.headers["x-amz-target"] ?? "").split(".");
  if (prefix === service.targetPrefix && operation !== undefined && isKnown(operation)) {
    return { operation, input: jsonInput(request) };
  }
  const named = request.headers["x-amz-target"] ?? `${request.method} ${request.path}`;
  throw unknownOperation(`The embedded AWS has no operation ${named}`);
};

const readScope = (request: AwsRequest): CredentialScope => {
  const scope = credentialScopeOf(request);
  if (scope !== undefined) return scope;
  throw new AwsError("MissingAuthenticationTokenException", "Request is missing Authentication Token", 403);
};

/** The embedded AWS as one function: finds the service by the request's signing name, checks, runs and answers. */
export const createWire = (options: WireOptions): HandleAwsRequest => {
  const { services, principalOf, authorize, onCall, newId, forward, onFault } = options;

  /** Some names cover two APIs (`dynamodb`: tables and streams), told apart by the target's prefix. */
  const serviceFor = (signingName: string, request: AwsRequest): ServiceDefinition | undefined => {
    const named = services.filter((service) => service.signingName === signingName);
    const [prefix] = (request.headers["x-amz-target"] ?? "").split(".");
    return named.find(({ targetPrefix }) => targetPrefix === prefix) ?? named[0];
  };

  const run = async (
    request: AwsRequest,
    scope: CredentialScope,
    requestId: string,
  ): Promise<AwsResponse> => {
    const service = serviceFor(scope.signingName, request);
    const forwarded = forward?.signingNames.has(scope.signingName) === true;
    if (service === undefined) {
      // Without a definition a role's permission cannot be checked, so only administrators get through.
      if (forwarded && principalOf(scope.accessKeyId).kind === "administrator") return forward.send(request);
      throw unknownOperation(`The embedded AWS has no service with the signing name ${scope.signingName}`);
    }
    const { operation, input } = readCall(
      service,
      request,
      (name) => forwarded || Object.hasOwn(service.operations, name),
    );
    const principal = principalOf(scope.accessKeyId);
    const { accessKeyId, region } = scope;
    const caller: Caller = {
      accessKeyId,
      region,
      principalArn: principal.arn,
      accountId: principal.accountId,
    };
    const call: WireCall = { service, operation, input, principal, caller };
    await authorize(call);
    onCall(call);
    if (forwarded) return forward.send(request);
    const output = await service.operations[operation]?.(input, caller);
    return outputResponse(service, operation, output ?? {}, requestId);
  };

  return async (request) => {
    const requestId = newId();
    const scope = credentialScopeOf(request);
    try {
      const { accessKeyId, signingName } = readScope(request);
      if (signingName === LAMBDA) {
        return await answerLambda(request, principalOf(accessKeyId), options.invokeFunction, requestId);
      }
      return await run(request, readScope(request), requestId);
    } catch (thrown) {
      const error = awsErrorOf(thrown);
      if (!(thrown instanceof AwsError)) onFault?.(thrown);
      const service = scope === undefined ? undefined : serviceFor(scope.signingName, request);
      return errorResponse(protocolOf(request, service), error, requestId);
    }
  };
};
