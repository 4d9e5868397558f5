import { createServer } from "node:http";
import type { Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { forwardTo, idsAt, parseEndpoint } from "../../../../local/environment/identity-endpoint.ts";
import { closeServer, listenOnLoopback } from "../../../../local/loopback-server.ts";

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await closeServer(server);
});

interface Received {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** An endpoint that answers by operation, and what it received. */
const anEndpoint = async (answers: Readonly<Record<string, object>>) => {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      received.push({ method: request.method, url: request.url, headers: request.headers, body });
      const operation = String(request.headers["x-amz-target"]).split(".")[1] ?? "";
      const answer = answers[operation];
      response.writeHead(answer === undefined ? 400 : 200, { "content-type": "application/x-amz-json-1.1" });
      response.end(
        JSON.stringify(answer ?? { __type: "AWSOrganizationsNotInUseException", message: "no organization" }),
      );
    });
  });
  servers.push(server);
  const port = await listenOnLoopback(server, 0);
  return { url: new URL(`http://127.0.0.1:${String(port)}`), received };
};

const ORGANIZATION = { Organization: { MasterAccountId: "123456789012", Id: "o-abcdefghij" } };
const INSTANCE = {
  InstanceArn: "arn:aws:sso:::instance/ssoins-0123456789abcdef",
  IdentityStoreId: "d-0123456789",
};

describe("an identity endpoint", () => {
  it("says which ids are in force", async () => {
    const { url } = await anEndpoint({
      DescribeOrganization: ORGANIZATION,
      ListInstances: { Instances: [INSTANCE] },
    });
    expect(await idsAt(url, "eu-west-1")).toEqual({
      managementAccountId: "123456789012",
      organizationId: "o-abcdefghij",
      identityCenter: {
        region: "eu-west-1",
        instanceArn: INSTANCE.InstanceArn,
        identityStoreId: INSTANCE.IdentityStoreId,
        accessPortalUrl: "https://d-0123456789.awsapps.com/start",
      },
    });
  });

  it("without an organization, an instance or an answer is refused in a sentence", async () => {
    const { url: empty } = await anEndpoint({});
    await expect(idsAt(empty, "eu-west-1")).rejects.toThrow(
      /did not answer with organization: no organization$/,
    );
    const { url } = await anEndpoint({
      DescribeOrganization: ORGANIZATION,
      ListInstances: { Instances: [] },
    });
    await expect(idsAt(url, "eu-west-1")).rejects.toThrow(
      /has no Identity Center instance in eu-west-1: fill it with 'npm run seed' first\.$/,
    );
    await expect(idsAt(new URL("http://127.0.0.1:9"), "eu-west-1")).rejects.toThrow(/did not answer/);
  });

  it("gets requests as they came, but for the connection's own headers", async () => {
    const { url, received } = await anEndpoint({ ListUsers: { Users: [] } });
    const answer = await forwardTo(url)({
      method: "POST",
      path: "/",
      query: "a=b%20c",
      headers: {
        host: "elsewhere",
        "x-amz-target": "AWSIdentityStore.ListUsers",
        authorization: "AWS4-HMAC-SHA256",
        connection: "close",
      },
      body: Buffer.from('{"IdentityStoreId":"d-0123456789"}'),
    });
    expect(answer.status).toBe(200);
    expect(answer.headers["content-type"]).toBe("application/x-amz-json-1.1");
    expect(Buffer.from(answer.body).toString()).toBe('{"Users":[]}');
    expect(received[0]).toMatchObject({
      method: "POST",
      url: "/?a=b%20c",
      body: '{"IdentityStoreId":"d-0123456789"}',
      headers: { authorization: "AWS4-HMAC-SHA256", host: url.host },
    });
  });

  it("is an http URL", () => {
    expect(parseEndpoint("http://127.0.0.1:5000").port).toBe("5000");
    expect(() => parseEndpoint("moto")).toThrow(/expected a URL such as/);
    expect(() => parseEndpoint("file:///tmp")).toThrow(/expected a URL such as/);
  });
});
