import { createServer } from "node:http";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { closeServer, listenOnLoopback } from "../loopback-server.ts";
import { authorizeJwt } from "./jwt-authorizer.ts";
import type { Authorization, TokenBearer } from "./jwt-authorizer.ts";
import { proxyEvent, queryParametersOf } from "./proxy-event.ts";
import type { ApiIdentity, ProxyEvent, ReceivedRequest } from "./proxy-event.ts";
import { gatewayMessage, internalServerError, proxyResponse } from "./proxy-response.ts";
import type { GatewayResponse } from "./proxy-response.ts";
import { readRequest } from "./request.ts";
import { matchRoute } from "./routes.ts";
import type { GatewayRoute, JwtAuthorizer } from "./routes.ts";
import { signingKeysOf } from "./signing-keys.ts";
import type { FindSigningKey, ReadJson } from "./signing-keys.ts";

/** What a function answered: its payload, or that it failed (threw, timed out, ran out of memory, is unknown). */
export type Invocation = { readonly payload: unknown } | { readonly failed: string };

/** Invokes a function synchronously; aborting only gives up waiting. */
export type InvokeFunction = (functionArn: string, event: ProxyEvent) => Promise<Invocation>;

/** What the gateway is made of. */
export interface GatewayOptions {
  readonly api: ApiIdentity;
  readonly routes: readonly GatewayRoute[];
  readonly invoke: InvokeFunction;
  readonly readJson: ReadJson;
  readonly clock: Clock;
  /** 0 takes any free port. */
  readonly port: number;
  /** JSON documents outside of the API, by path: how commands on this machine find the environment. */
  readonly localDocuments?: Readonly<Record<string, () => unknown>>;
  /** Told of what a client only sees as "Internal Server Error". */
  readonly onFailure?: (message: string) => void;
}

/** A listening gateway. */
export interface Gateway {
  readonly url: string;
  readonly port: number;
  /** Stops listening; what is under way is answered first. */
  readonly close: () => Promise<void>;
}

/** "Maximum integration timeout: 30 seconds" (quotas of HTTP APIs in the developer guide); not raisable. */
const INTEGRATION_TIMEOUT_MILLISECONDS = 30_000;

/** "Total combined size of request line and header values: 10,240 bytes" (same page). */
const LARGEST_HEADER_BYTES = 10_240;

const notFound = () => gatewayMessage(404, "Not Found");

/** The header's form is from "Troubleshooting issues with HTTP API JWT authorizers" in the developer guide. */
const unauthorized = (refused: string | undefined) =>
  gatewayMessage(401, "Unauthorized", {
    "www-authenticate":
      refused === undefined
        ? "Bearer"
        : `Bearer scope="" error="invalid_token" error_description="${refused}"`,
  });

const send = (outgoing: ServerResponse, response: GatewayResponse, requestId: string) => {
  outgoing.writeHead(response.status, {
    ...response.headers,
    ...(response.cookies.length > 0 && { "set-cookie": [...response.cookies] }),
    "content-length": Buffer.byteLength(response.body),
    "apigw-requestid": requestId,
  });
  outgoing.end(response.body);
};

const authorizerFor = ({ readJson, clock }: GatewayOptions) => {
  const findersByIssuer = new Map<string, FindSigningKey>();
  const finderOf = (issuer: string) => {
    const finder = findersByIssuer.get(issuer) ?? signingKeysOf(issuer, readJson, clock);
    findersByIssuer.set(issuer, finder);
    return finder;
  };
  return (authorizer: JwtAuthorizer, bearer: TokenBearer) =>
    authorizeJwt(finderOf(authorizer.issuer), clock)(authorizer, bearer);
};

const integrationFor = ({ invoke, clock, onFailure }: GatewayOptions) => {
  const timeout = async (signal: AbortSignal): Promise<"timeout"> => {
    await clock.sleep(INTEGRATION_TIMEOUT_MILLISECONDS, signal);
    return "timeout";
  };
  return async (functionArn: string, event: ProxyEvent): Promise<GatewayResponse> => {
    const answered = new AbortController();
    try {
      const invocation = await Promise.race([invoke(functionArn, event), timeout(answered.signal)]);
      if (invocation === "timeout") {
        onFailure?.(`${functionArn} did not answer ${event.routeKey} within 30 seconds`);
        return gatewayMessage(503, "Service Unavailable");
      }
      if ("payload" in invocation) return proxyResponse(invocation.payload);
      onFailure?.(`${functionArn} failed on ${event.routeKey}: ${invocation.failed}`);
      return internalServerError();
    } finally {
      answered.abort();
    }
  };
};

const handlerFor = (options: GatewayOptions) => {
  const authorize = authorizerFor(options);
  const integrate = integrationFor(options);

  const checkToken = async (request: ReceivedRequest, authorizer: JwtAuthorizer): Promise<Authorization> => {
    const bearer = { headers: request.headers, query: queryParametersOf(request.queryString) };
    return authorize(authorizer, bearer).catch((error: unknown) => {
      options.onFailure?.(
        `The issuer ${authorizer.issuer} could not be asked for its keys: ${String(error)}`,
      );
      return { refused: "the issuer's keys could not be read" };
    });
  };

  return async (request: ReceivedRequest): Promise<GatewayResponse> => {
    const match = matchRoute(options.routes, request.method, request.path);
    if (match === undefined) return notFound();
    const { route, pathParameters } = match;
    const routed = { request, routeKey: route.routeKey, pathParameters };
    if (route.authorizer === undefined) return integrate(route.functionArn, proxyEvent(options.api, routed));
    const authorization = await checkToken(request, route.authorizer);
    if ("missing" in authorization) return unauthorized(undefined);
    if ("refused" in authorization) return unauthorized(authorization.refused);
    return integrate(route.functionArn, proxyEvent(options.api, { ...routed, claims: authorization.claims }));
  };
};

/**
 * Serves the template's routes on this machine as an API Gateway HTTP API would, including what it answers by itself:
 * unknown routes, unusable tokens, requests over 10 MB and failing functions.
 */
export const startGateway = async (options: GatewayOptions): Promise<Gateway> => {
  const handle = handlerFor(options);

  const answer = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const reading = await readRequest(incoming, options.clock);
    if ("refused" in reading) {
      const tooLarge = reading.refused === "too-large";
      send(
        outgoing,
        tooLarge ? gatewayMessage(413, "Request Entity Too Large") : gatewayMessage(400, "Bad Request"),
        "-",
      );
      return;
    }
    const { request } = reading;
    const local = request.method === "GET" ? options.localDocuments?.[request.path] : undefined;
    const response = local === undefined ? await handle(request) : proxyResponse(local());
    send(outgoing, response, request.requestId);
  };

  const server = createServer({ maxHeaderSize: LARGEST_HEADER_BYTES }, (incoming, outgoing) => {
    answer(incoming, outgoing).catch((error: unknown) => {
      options.onFailure?.(String(error));
      if (outgoing.headersSent) outgoing.destroy();
      else send(outgoing, internalServerError(), "-");
    });
  });
  const port = await listenOnLoopback(server, options.port);
  return { url: `http://127.0.0.1:${String(port)}`, port, close: () => closeServer(server) };
};
