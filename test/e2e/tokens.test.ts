import { generateKeyPair, SignJWT, UnsecuredJWT } from "jose";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { apiClient } from "./support/api-client.ts";
import { anAsk } from "./support/requests.ts";
import { runEnvironment } from "./support/running-environment.ts";
import type { RunningEnvironment } from "./support/running-environment.ts";
import { tracesIn } from "./support/traces.ts";

type Overrides = Readonly<Record<string, unknown>>;

let running: RunningEnvironment;

beforeAll(async () => {
  running = await runEnvironment();
});

afterAll(async () => {
  await running.environment.close();
});

const now = () => Math.floor(Date.now() / 1000);

const claims = (overrides: Overrides = {}) => ({
  iss: running.environment.issuer.url,
  aud: running.environment.issuer.audience,
  iat: now(),
  exp: now() + 3600,
  sub: "somebody",
  email: "alice@example.com",
  email_verified: true,
  ...overrides,
});

const post = async (token: string | undefined) =>
  apiClient(running.environment.addresses.api)("POST /requests", {
    body: anAsk(),
    ...(token !== undefined && { token }),
  });

const signed = (overrides: Overrides) => running.environment.issuer.sign(claims(overrides));

const foreignlySigned = async () => {
  const { privateKey } = await generateKeyPair("RS256");
  const [header = ""] = (await signed({})).split(".");
  const { kid } = JSON.parse(Buffer.from(header, "base64url").toString()) as { kid: string };
  return new SignJWT(claims()).setProtectedHeader({ alg: "RS256", kid }).sign(privateKey);
};

const tampered = async () => {
  const [header = "", , signature = ""] = (await signed({})).split(".");
  const payload = Buffer.from(JSON.stringify(claims({ email: "tara@example.com" }))).toString("base64url");
  return `${header}.${payload}.${signature}`;
};

describe("a token that is", () => {
  it.each<[string, () => Promise<string | undefined>]>([
    ["missing", () => Promise.resolve(undefined)],
    ["no token", () => Promise.resolve("letmein")],
    ["expired", () => signed({ iat: now() - 7200, exp: now() - 3600 })],
    ["without exp", () => signed({ exp: undefined })],
    ["not valid yet", () => signed({ nbf: now() + 600 })],
    ["unsigned", () => Promise.resolve(new UnsecuredJWT(claims()).encode())],
    ["signed by another key", foreignlySigned],
    ["tampered with", tampered],
    ["for another audience", () => signed({ aud: "another" })],
    ["of another issuer", () => signed({ iss: "https://issuer.example.com" })],
  ])("%s gets the gateway's 401 and leaves no trace", async (_case, make) => {
    const before = await tracesIn(running.environment);
    const answer = await post(await make());
    expect(answer).toMatchObject({ status: 401, body: { message: "Unauthorized" } });
    expect(answer.headers.get("www-authenticate")).toMatch(/^Bearer/);
    expect(await tracesIn(running.environment)).toEqual(before);
  });

  it.each<[string, Overrides]>([
    ["of nobody in the directory", { email: "stranger@example.com" }],
    ["of somebody disabled", { email: "mallory@example.com" }],
    ["without the claim", { email: undefined }],
    ["with an unverified email", { email_verified: false }],
  ])("%s gets 403", async (_case, overrides) => {
    const before = await tracesIn(running.environment);
    expect(await post(await signed(overrides))).toMatchObject({
      status: 403,
      body: { code: "caller-not-eligible" },
    });
    expect(await tracesIn(running.environment)).toEqual(before);
  });

  it("good is good", async () => {
    expect(await post(await signed({}))).toMatchObject({ status: 201 });
  });
});
