import { afterEach, describe, expect, it } from "vitest";
import { startGateway } from "../../../../local/gateway/gateway.ts";
import type { Gateway, InvokeFunction } from "../../../../local/gateway/gateway.ts";
import type { ProxyEvent } from "../../../../local/gateway/proxy-event.ts";
import { startIssuer } from "../../../../local/issuer/issuer.ts";
import type { Issuer } from "../../../../local/issuer/issuer.ts";
import { readJsonOverHttp } from "../../../../local/gateway/signing-keys.ts";
import { openLocalStore } from "../../../../local/store.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const ARN = "arn:aws:lambda:eu-west-1:111111111111:function:lockstep-api";
const ALICE = { userId: "u-1", userName: "alice", email: "alice@example.com" };

const running: { close: () => Promise<void> }[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) await server.close();
});

interface SetUp {
  readonly gateway: Gateway;
  readonly issuer: Issuer;
  readonly clock: VirtualClock;
  readonly events: ProxyEvent[];
  readonly failures: string[];
  readonly token: string;
}

const setUp = async (
  answer: InvokeFunction = () => Promise.resolve({ payload: { statusCode: 200 } }),
): Promise<SetUp> => {
  const clock = new VirtualClock();
  const issuer = await startIssuer({
    clock,
    store: openLocalStore(),
    audience: "lockstep",
    findPerson: () => Promise.resolve(ALICE),
  });
  const events: ProxyEvent[] = [];
  const failures: string[] = [];
  const authorizer = {
    issuer: issuer.url,
    audience: ["lockstep"],
    identitySource: ["$request.header.Authorization"],
  };
  const gateway = await startGateway({
    api: { accountId: "111111111111", apiId: "local" },
    routes: [
      { routeKey: "POST /requests", functionArn: ARN, authorizer },
      { routeKey: "GET /requests/{id}", functionArn: ARN, authorizer },
      { routeKey: "GET /open", functionArn: ARN },
    ],
    invoke: (functionArn, event) => {
      events.push(event);
      return answer(functionArn, event);
    },
    readJson: readJsonOverHttp,
    clock,
    port: 0,
    localDocuments: { "/.well-known/lockstep-local": () => ({ issuer: issuer.url }) },
    onFailure: (message) => failures.push(message),
  });
  running.push(gateway, issuer);
  return { gateway, issuer, clock, events, failures, token: await issuer.tokenFor(ALICE) };
};

describe("what the function is told", () => {
  it("is an event of payload format 2.0 with the token's claims as strings", async () => {
    const { gateway, events, token, clock } = await setUp();
    await fetch(`${gateway.url}/requests?view=mine&status=a&status=b%20c`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "Content-Type": "application/json",
        "X-Thing": "1",
        cookie: "a=1; b=2",
      },
      body: '{"justification":"é"}',
    });
    const [event] = events;
    expect(event).toMatchObject({
      version: "2.0",
      routeKey: "POST /requests",
      rawPath: "/requests",
      rawQueryString: "view=mine&status=a&status=b%20c",
      queryStringParameters: { view: "mine", status: "a,b c" },
      cookies: ["a=1", "b=2"],
      body: '{"justification":"é"}',
      isBase64Encoded: false,
      requestContext: {
        accountId: "111111111111",
        http: { method: "POST", path: "/requests" },
        stage: "$default",
        time: "01/Jan/2026:00:00:00 +0000",
        timeEpoch: clock.now().getTime(),
        authorizer: {
          jwt: {
            claims: {
              sub: "u-1",
              email: "alice@example.com",
              email_verified: "true",
              aud: "lockstep",
              iat: "1767225600",
            },
            scopes: null,
          },
        },
      },
    });
    expect(event?.headers).toMatchObject({ "x-thing": "1", "content-type": "application/json" });
    expect(event?.headers).not.toHaveProperty("cookie");
    expect(event).not.toHaveProperty("pathParameters");
  });

  it("has its path decoded, also in path parameters", async () => {
    const { gateway, events, token } = await setUp();
    await fetch(`${gateway.url}/requests/a%20b%C3%A9`, { headers: { authorization: token } });
    expect(events[0]).toMatchObject({ rawPath: "/requests/a bé", pathParameters: { id: "a bé" } });
    expect(events[0]).not.toHaveProperty("body");
  });

  it("has a body that is not known to be text in base64", async () => {
    const { gateway, events, token } = await setUp();
    await fetch(`${gateway.url}/requests`, {
      method: "POST",
      headers: { authorization: token, "content-type": "application/x-www-form-urlencoded" },
      body: "a=1",
    });
    expect(events[0]).toMatchObject({ body: Buffer.from("a=1").toString("base64"), isBase64Encoded: true });
  });
});

describe("what the client gets", () => {
  const respond = async (payload: unknown) => {
    const { gateway } = await setUp(() => Promise.resolve({ payload }));
    return fetch(`${gateway.url}/open`);
  };

  it("is the function's status, headers, cookies and body", async () => {
    const response = await respond({
      statusCode: 201,
      headers: { Location: "/requests/1", "Content-Type": "application/problem+json" },
      cookies: ["a=1", "b=2"],
      body: "{}",
    });
    expect(response.status).toBe(201);
    expect(response.headers.get("location")).toBe("/requests/1");
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    expect(response.headers.getSetCookie()).toEqual(["a=1", "b=2"]);
    expect(await response.text()).toBe("{}");
  });

  it("is decoded when the function says base64", async () => {
    const response = await respond({
      statusCode: 200,
      body: Buffer.from("é").toString("base64"),
      isBase64Encoded: true,
    });
    expect(await response.text()).toBe("é");
  });

  it("is JSON with status 200 when the function answers no statusCode", async () => {
    const response = await respond({ hello: "world" });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toEqual({ hello: "world" });
  });

  it("is Internal Server Error when the answer is no HTTP response", async () => {
    const response = await respond({ statusCode: "many" });
    expect(response.status).toBe(500);
    expect(await response.json()).toEqual({ message: "Internal Server Error" });
  });
});

describe("what the gateway answers by itself", () => {
  it("unknown routes: 404, whoever asks", async () => {
    const { gateway, events } = await setUp();
    const response = await fetch(`${gateway.url}/nowhere`);
    expect(response.status).toBe(404);
    expect(await response.json()).toEqual({ message: "Not Found" });
    expect(events).toEqual([]);
  });

  it("no token: 401", async () => {
    const { gateway, events } = await setUp();
    const response = await fetch(`${gateway.url}/requests/1`);
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe("Bearer");
    expect(await response.json()).toEqual({ message: "Unauthorized" });
    expect(events).toEqual([]);
  });

  it("an unusable token: 401 with the reason in www-authenticate", async () => {
    const { gateway, clock, token, events } = await setUp();
    await clock.advanceBy(3600_000);
    const response = await fetch(`${gateway.url}/requests/1`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(401);
    expect(response.headers.get("www-authenticate")).toBe(
      'Bearer scope="" error="invalid_token" error_description="the token has expired"',
    );
    expect(events).toEqual([]);
  });

  it("an issuer that does not answer: 401, and the reason for the operator", async () => {
    const { gateway, issuer, token, failures } = await setUp();
    running.splice(running.indexOf(issuer), 1);
    await issuer.close();
    const response = await fetch(`${gateway.url}/requests/1`, {
      headers: { authorization: `Bearer ${token}` },
    });
    expect(response.status).toBe(401);
    expect(failures).toHaveLength(1);
  });

  it("over 10 MB: 413", async () => {
    const { gateway, token, events } = await setUp();
    const response = await fetch(`${gateway.url}/requests`, {
      method: "POST",
      headers: { authorization: token },
      body: Buffer.alloc(10 * 1024 * 1024 + 1),
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toEqual({ message: "Request Entity Too Large" });
    expect(events).toEqual([]);
  });

  it("a failed function: 500, with nothing of the failure", async () => {
    const { gateway, failures } = await setUp(() => Promise.resolve({ failed: "secret detail" }));
    const response = await fetch(`${gateway.url}/open`);
    expect(response.status).toBe(500);
    expect(await response.text()).toBe('{"message":"Internal Server Error"}');
    expect(failures).toEqual([expect.stringContaining("secret detail")]);
  });

  it("a function that takes more than 30 seconds: 503", async () => {
    const { promise: invoked, resolve: reached } = Promise.withResolvers<undefined>();
    const { gateway, clock } = await setUp(() => {
      reached(undefined);
      return new Promise(() => undefined);
    });
    const response = fetch(`${gateway.url}/open`);
    await invoked;
    await clock.advanceBy(30_000);
    expect((await response).status).toBe(503);
  });

  it("the local documents, which are no routes of the API", async () => {
    const { gateway, issuer, events } = await setUp();
    const response = await fetch(`${gateway.url}/.well-known/lockstep-local`);
    expect(await response.json()).toEqual({ issuer: issuer.url });
    expect(events).toEqual([]);
  });
});

describe("a port that is taken", () => {
  it("is said in a sentence", async () => {
    const { gateway } = await setUp();
    await expect(
      startGateway({
        api: { accountId: "111111111111", apiId: "local" },
        routes: [],
        invoke: () => Promise.resolve({ failed: "unused" }),
        readJson: readJsonOverHttp,
        clock: new VirtualClock(),
        port: gateway.port,
      }),
    ).rejects.toThrow(`Port ${String(gateway.port)} is in use: choose another one, or 0 for any free port.`);
  });
});
