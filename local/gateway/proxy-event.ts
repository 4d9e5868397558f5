import type {
  APIGatewayEventRequestContextJWTAuthorizer,
  APIGatewayEventRequestContextV2,
  APIGatewayProxyEventV2,
} from "aws-lambda";
import { renderClaims } from "./claims.ts";

/** A request as the gateway received it. */
export interface ReceivedRequest {
  readonly requestId: string;
  readonly receivedAt: Date;
  readonly method: string;
  /** Decoded. */
  readonly path: string;
  /** Still encoded. */
  readonly queryString: string;
  /** Names in lower case, repeated headers joined by commas. */
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies: readonly string[];
  readonly body: Buffer;
  readonly sourceIp: string;
}

/** What routing and authorization found out about a request. */
export interface RoutedRequest {
  readonly request: ReceivedRequest;
  readonly routeKey: string;
  readonly pathParameters: Readonly<Record<string, string>>;
  /** The verified token's claims; absent on a route without an authorizer. */
  readonly claims?: Readonly<Record<string, unknown>>;
}

/** The API's identity in its events. */
export interface ApiIdentity {
  readonly accountId: string;
  readonly apiId: string;
}

/** The event of payload format 2.0, with the authorizer's claims where the route has one. */
export type ProxyEvent = Omit<APIGatewayProxyEventV2, "requestContext"> & {
  requestContext: APIGatewayEventRequestContextV2 & {
    authorizer?: APIGatewayEventRequestContextJWTAuthorizer;
  };
};

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** The access logs' common format: 12/Mar/2020:19:03:58 +0000. */
const commonLogTime = (date: Date) => {
  const twoDigits = (value: number) => String(value).padStart(2, "0");
  const day = `${twoDigits(date.getUTCDate())}/${MONTHS[date.getUTCMonth()] ?? ""}/${String(date.getUTCFullYear())}`;
  return `${day}:${date.toISOString().slice(11, 19)} +0000`;
};

/**
 * Whether a body reaches the function as text. Everything else, also `application/x-www-form-urlencoded` and a missing
 * content type, arrives in base64; the list is measured, not documented (https://github.com/ministackorg/ministack/pull/766).
 */
const isText = (contentType: string | undefined) =>
  /^(text\/.+|application\/(json|xml|javascript))\s*(;|$)/i.test(contentType ?? "");

const joinRepeated = (parameters: URLSearchParams) => {
  const joined: Record<string, string> = {};
  for (const name of new Set(parameters.keys())) joined[name] = parameters.getAll(name).join(",");
  return joined;
};

/** The query parameters of payload format 2.0: decoded, repeated ones joined by commas. */
export const queryParametersOf = (queryString: string): Record<string, string> =>
  joinRepeated(new URLSearchParams(queryString));

const bodyOf = ({ body, headers }: ReceivedRequest) => {
  if (body.length === 0) return { isBase64Encoded: false };
  if (isText(headers["content-type"])) return { body: body.toString("utf8"), isBase64Encoded: false };
  return { body: body.toString("base64"), isBase64Encoded: true };
};

/**
 * The event of payload format 2.0.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html
 */
export const proxyEvent = (api: ApiIdentity, routed: RoutedRequest): ProxyEvent => {
  const { request, routeKey, pathParameters, claims } = routed;
  const query = queryParametersOf(request.queryString);
  const host = request.headers["host"] ?? "";
  const requestContext = {
    accountId: api.accountId,
    apiId: api.apiId,
    domainName: host,
    domainPrefix: api.apiId,
    http: {
      method: request.method,
      path: request.path,
      protocol: "HTTP/1.1",
      sourceIp: request.sourceIp,
      userAgent: request.headers["user-agent"] ?? "",
    },
    requestId: request.requestId,
    routeKey,
    stage: "$default",
    time: commonLogTime(request.receivedAt),
    timeEpoch: request.receivedAt.getTime(),
  };
  return {
    version: "2.0",
    routeKey,
    // An HTTP API hands the path over decoded, the query string as it came: https://github.com/middleapi/standard-server/pull/93
    rawPath: request.path,
    rawQueryString: request.queryString,
    ...(request.cookies.length > 0 && { cookies: [...request.cookies] }),
    headers: { ...request.headers },
    ...(Object.keys(query).length > 0 && { queryStringParameters: query }),
    ...(Object.keys(pathParameters).length > 0 && { pathParameters: { ...pathParameters } }),
    ...bodyOf(request),
    requestContext:
      claims === undefined
        ? requestContext
        : { ...requestContext, authorizer: { jwt: { claims: renderClaims(claims), scopes: null } } },
  };
};
