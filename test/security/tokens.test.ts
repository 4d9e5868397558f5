import { readFileSync, readdirSync } from "node:fs";
import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair, importJWK } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { aUserId } from "../support/builders.ts";
import { oidc, synthesize } from "../infra/support/synthesize.ts";
import { allowedActions, resourcesOf } from "../infra/support/template.ts";
import { alice, apiUnderTest, mallory } from "../unit/api/world.ts";
import { serve } from "./http.ts";

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

const setUp = async () => {
  const world = await apiUnderTest();
  const http = await serve(world);
  closing.push(http.close);
  /** Asks for access with this token: the status, once it is sure that a refusal left no trace. */
  const ask = async (token: string | undefined, headers: Readonly<Record<string, string>> = {}) => {
    const before = world.requests.history.length;
    const { status } = await http.send("POST /requests", token, { body: world.ask, headers });
    expect(world.requests.history.length - before).toBe(status === 201 ? 1 : 0);
    return status;
  };
  return { world, http, ask };
};

const foreign = await generateKeyPair("RS256", { extractable: true });

describe("a token", () => {
  it("ALBeast unchecked signer: of another signer, issuer, algorithm or key is refused before the API sees it", async () => {
    const { http, ask } = await setUp();
    const claims = http.claimsOf("alice");
    const good = await http.issuer.sign(claims);
    expect(await ask(good)).toBe(201);

    const [header = "", payload = "", signature = ""] = good.split(".");
    const { kid } = JSON.parse(Buffer.from(header, "base64url").toString()) as { kid: string };
    const signedBy = (key: typeof foreign.privateKey, keyId: string | undefined, overrides: object = {}) =>
      new SignJWT({ ...claims, ...overrides })
        .setProtectedHeader({ alg: "RS256", ...(keyId === undefined ? {} : { kid: keyId }) })
        .sign(key);
    const own = http.keysReadFrom.at(-1);
    const jwks = (await (await fetch(own ?? "")).json()) as { keys: object[] };
    const secret = new TextEncoder().encode(JSON.stringify(jwks.keys[0]));
    const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

    const forged: Readonly<Record<string, string>> = {
      "another signer under the issuer's key id": await signedBy(foreign.privateKey, kid),
      "another signer under its own key id": await signedBy(foreign.privateKey, "own"),
      "another signer without a key id": await signedBy(foreign.privateKey, undefined),
      "another issuer": await http.issuer.sign({ ...claims, iss: "https://evil.example" }),
      "no issuer": await http.issuer.sign({ ...claims, iss: undefined as never }),
      "an issuer that only begins like ours": await http.issuer.sign({
        ...claims,
        iss: `${claims.iss}.evil`,
      }),
      unsigned: new UnsecuredJWT(claims).encode(),
      "unsigned under the issuer's key id": `${encoded({ alg: "none", kid })}.${payload}.`,
      "the public key as a shared secret": await new SignJWT(claims)
        .setProtectedHeader({ alg: "HS256", kid })
        .sign(secret),
      "other claims under a good signature": `${header}.${encoded(http.claimsOf("root"))}.${signature}`,
    };
    for (const [what, token] of Object.entries(forged)) expect(await ask(token), what).toBe(401);
  });

  it("CVE-2024-5798 wrong audience: one without our audience is refused, in every form that `aud` can have", async () => {
    const { http, ask } = await setUp();
    const { aud, ...claims } = http.claimsOf("alice");
    const sign = (audience: unknown, more: object = {}) =>
      http.issuer.sign({
        ...claims,
        ...more,
        ...(audience === undefined ? {} : { aud: audience as string }),
      });
    const others: readonly unknown[] = [
      ...[undefined, "", [], "lock", "lockstep2", "Lockstep", " lockstep", "other", ["other"]],
      ...[["other", "lockstep "], 1, { lockstep: true }, null],
    ];
    for (const other of others) expect(await ask(await sign(other)), JSON.stringify(other)).toBe(401);
    // client_id counts only where there is no aud at all.
    expect(await ask(await sign("other", { client_id: aud }))).toBe(401);
    expect(await ask(await sign([], { client_id: aud }))).toBe(401);
    expect(await ask(await sign(["other", aud]))).toBe(201);
  });

  it("Identity Center jti replay: one without an end is refused, by the gateway and once more by the API", async () => {
    const { http, ask, world } = await setUp();
    const { exp: _exp, ...endless } = http.claimsOf("alice");
    expect(await ask(await http.issuer.sign({ ...endless, jti: "once" }))).toBe(401);
    expect(await ask(await http.issuer.sign({ ...endless, exp: "never" as never }))).toBe(401);
    // What API Gateway does with a token that has no `exp` is not documented: the API does not rely on it.
    for (const exp of [undefined, "", "never", "0", "Infinity", String(Date.parse("2020-01-01") / 1000)]) {
      const claims = { email: "alice@example.com", ...(exp === undefined ? { exp: "" } : { exp }) };
      const { status } = await world.call("POST /requests", { body: world.ask, claims });
      expect(status, String(exp)).toBe(403);
    }
    const good = await http.issuer.sign({ ...http.claimsOf("alice"), jti: "once" });
    expect(await ask(good)).toBe(201);
    await world.clock.advanceBy(3600 * 1000);
    expect(await ask(good)).toBe(401);
  });

  it("Identity Center jti replay: a call that is sent again under its Idempotency-Key does nothing again", async () => {
    const { http, world } = await setUp();
    const token = await http.issuer.sign(http.claimsOf("alice"));
    const headers = { "idempotency-key": "once" };
    const first = await http.send("POST /requests", token, { body: world.ask, headers });
    const again = await http.send("POST /requests", token, { body: world.ask, headers });
    expect(again).toMatchObject({ status: first.status, body: first.body });
    expect(world.requests.history).toHaveLength(1);
  });

  it("CVE-2025-49827 redirected validation: nothing in a token decides where its key comes from", async () => {
    const { http, ask } = await setUp();
    const evil = "http://127.0.0.1:9/jwks";
    const jwk = { ...(await exportJWK(foreign.publicKey)), kid: "evil" };
    const header = { alg: "RS256", kid: "evil", jku: evil, x5u: evil, jwk, iss: evil };
    const claims = http.claimsOf("alice");
    const key = await importJWK(await exportJWK(foreign.privateKey), "RS256");
    for (const overrides of [{}, { iss: "http://127.0.0.1:9" }, { jwks_uri: evil }]) {
      const token = await new SignJWT({ ...claims, ...overrides }).setProtectedHeader(header).sign(key);
      expect(await ask(token, { host: "evil.example", "x-forwarded-host": "evil.example" })).toBe(401);
    }
    expect(http.keysReadFrom.length).toBeGreaterThan(0);
    for (const url of http.keysReadFrom) expect(url.startsWith(`${http.issuer.url}/`), url).toBe(true);
  });

  it("CVE-2025-49827 redirected validation: the deployed authorizer's issuer is a constant", () => {
    const [configured] = resourcesOf(
      synthesize({ settings: { oidc } }).access,
      "AWS::ApiGatewayV2::Authorizer",
    );
    expect(configured?.properties["JwtConfiguration"]).toEqual({
      Issuer: oidc.issuer,
      Audience: oidc.audience,
    });
    const [pool] = resourcesOf(synthesize().access, "AWS::ApiGatewayV2::Authorizer");
    const [userPool] = resourcesOf(synthesize().access, "AWS::Cognito::UserPool");
    expect(pool?.properties["JwtConfiguration"]).toMatchObject({
      Issuer: { "Fn::GetAtt": [userPool?.logicalId, "ProviderURL"] },
    });
  });
});

/** What proxies in front of an application put an identity into. */
const identityHeaders = [
  ...[
    "x-forwarded-email",
    "x_forwarded_email",
    "x-forwarded-user",
    "x_forwarded_user",
    "x-auth-request-email",
  ],
  ...["x-amzn-oidc-identity", "x-amzn-oidc-data", "x-user", "x-email", "email", "sub", "authorization_"],
  ...["x-amzn-request-context", "x-apigateway-event", "x-goog-authenticated-user-email", "remote-user"],
];

describe("who calls", () => {
  it("CVE-2025-64484 header smuggling: comes from the token, whatever the headers say", async () => {
    const { http, ask } = await setUp();
    const token = await http.issuer.sign(http.claimsOf("mallory"));
    for (const value of ["root@example.com", "root", JSON.stringify({ email: "root@example.com" })]) {
      for (const name of identityHeaders) {
        const answer = await http.send("GET /me", token, { headers: { [name]: value } });
        expect(answer, name).toMatchObject({
          status: 200,
          body: { userId: mallory.userId, administrator: false },
        });
      }
    }
    const all = Object.fromEntries(identityHeaders.map((name) => [name, "root@example.com"]));
    expect(await ask(undefined, all)).toBe(401);
    expect((await http.send("GET /access-flows", token, { headers: all })).status).toBe(403);
    const cookie = { cookie: "email=root@example.com; authorization=root" };
    expect((await http.send("GET /access-flows", token, { headers: cookie })).status).toBe(403);
    const query = "GET /access-flows?email=root%40example.com&authorization=root";
    expect((await http.send(query, token)).status).toBe(403);
  });

  it("CVE-2022-2385 changed user name: names never decide, ids do", async () => {
    const { call, submit, directory } = await apiUnderTest();
    const id = await submit();
    // Mallory takes the approver's, the requester's and the administrators' names; her id stays hers.
    for (const userName of ["bob", "alice", "root", "payments-leads", "platform-admins"]) {
      directory.addUser({ userId: mallory.userId, userName, email: "mallory@example.com" });
      const decision = { as: mallory, body: { decision: "approve" } } as const;
      expect((await call(`POST /requests/${id}/decisions`, decision)).status).toBe(404);
      expect((await call(`GET /requests/${id}`, { as: mallory })).status).toBe(404);
      expect((await call("GET /access-flows", { as: mallory })).status).toBe(403);
    }
    // Alice is renamed, and is still the requester.
    directory.addUser({ userId: alice.userId, userName: "alicia", email: "alice@example.com" });
    expect((await call(`GET /requests/${id}`)).body).toMatchObject({ requester: { userId: alice.userId } });
    // Somebody new with alice's name and address is somebody else.
    directory.deleteUser(alice.userId);
    directory.addUser({ userId: aUserId("the next alice"), userName: "alice", email: "alice@example.com" });
    expect((await call(`GET /requests/${id}`)).status).toBe(404);
  });

  it("CVE-2020-16250 forged caller identity: no client-signed call is ever proxied to STS, and no function could", () => {
    const { access } = synthesize({ settings: { oidc } });
    const ofSts = (role: string) =>
      allowedActions(access, role).filter((action) => action.startsWith("sts:"));
    // A function assumes the roles of connectors with its own signature. Who calls the API is never asked of STS.
    for (const { logicalId } of resourcesOf(access, "AWS::IAM::Role"))
      expect(["sts:AssumeRole"], logicalId).toEqual(expect.arrayContaining([...new Set(ofSts(logicalId))]));
    for (const role of ["ApiRole", "AwaitApprovalRole", "RecordRole"]) expect(ofSts(role), role).toEqual([]);

    for (const file of readdirSync("lambdas", { recursive: true, encoding: "utf8" })) {
      if (!file.endsWith(".ts")) continue;
      const source = readFileSync(`lambdas/${file}`, "utf8");
      // No function makes an HTTP call of its own: it reaches AWS through the SDK's clients and nothing else.
      expect(source, file).not.toMatch(
        /GetCallerIdentity|\bfetch\(|node:https?|from "undici"|XMLHttpRequest/,
      );
      if (!file.startsWith("adapters/assumed-roles/")) expect(source, file).not.toContain("client-sts");
    }
  });
});
