import type { APIGatewayProxyStructuredResultV2, Context } from "aws-lambda";
import { apiFunctionOf } from "../../lambdas/core/contracts/api-functions.ts";
import { Routes } from "../../lambdas/core/contracts/routes.ts";
import type { ApiEvent } from "../../lambdas/http/call.ts";
import { startGateway } from "../../local/gateway/gateway.ts";
import { startIssuer } from "../../local/issuer/issuer.ts";
import { openLocalStore } from "../../local/store.ts";
import type { VirtualClock } from "../support/virtual-clock.ts";

const FUNCTIONS = "arn:aws:lambda:eu-west-1:111111111111:function:lockstep-";
const AUDIENCE = "lockstep";

interface Served {
  readonly clock: VirtualClock;
  readonly invoke: (event: ApiEvent, context: Context) => Promise<APIGatewayProxyStructuredResultV2>;
}

/** An answer as it came over HTTP; a body that is no JSON is text. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

/** The API over HTTP: an OpenID Connect issuer, and a gateway whose every route asks for one of its tokens. */
export const serve = async ({ clock, invoke }: Served) => {
  const issuer = await startIssuer({
    clock,
    store: openLocalStore(),
    audience: AUDIENCE,
    findPerson: () => Promise.resolve(undefined),
  });
  /** Where keys were read from. */
  const keysReadFrom: string[] = [];
  const identitySource = ["$request.header.Authorization"];
  const authorizer = { issuer: issuer.url, audience: [AUDIENCE], identitySource };
  const gateway = await startGateway({
    api: { accountId: "111111111111", apiId: "local" },
    routes: Routes.map((route) => ({
      routeKey: `${route.method} ${route.path}`,
      functionArn: `${FUNCTIONS}${apiFunctionOf(route)}`,
      authorizer,
    })),
    invoke: async (_arn, event) => ({ payload: await invoke(event as never, {} as never) }),
    readJson: async (url) => {
      keysReadFrom.push(url);
      return (await fetch(url)).json();
    },
    clock,
    port: 0,
  });
  const now = Math.floor(clock.now().getTime() / 1000);

  return {
    issuer,
    keysReadFrom,
    /** The claims of a good token of `userName`. */
    claimsOf: (userName: string) => ({
      iss: issuer.url,
      aud: AUDIENCE,
      iat: now,
      exp: now + 3600,
      sub: userName,
      email: `${userName}@example.com`,
      email_verified: true,
    }),
    /** Sends `line` (`GET /requests/…`) with `token` as bearer; other headers as given. */
    send: async (
      line: string,
      token: string | undefined,
      {
        body,
        headers,
      }: { readonly body?: unknown; readonly headers?: Readonly<Record<string, string>> } = {},
    ): Promise<HttpAnswer> => {
      const [method = "", target = ""] = line.split(" ");
      const answer = await fetch(`${gateway.url}${target}`, {
        method,
        headers: {
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { "content-type": "application/json" }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: answer.status, headers: answer.headers, body: parsed(await answer.text()) };
    },
    close: async (): Promise<void> => {
      await gateway.close();
      await issuer.close();
    },
  };
};
