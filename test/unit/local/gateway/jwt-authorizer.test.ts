import { SignJWT, UnsecuredJWT, exportJWK, generateKeyPair } from "jose";
import { beforeAll, describe, expect, it } from "vitest";
import { authorizeJwt } from "../../../../local/gateway/jwt-authorizer.ts";
import { signingKeysOf } from "../../../../local/gateway/signing-keys.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const ISSUER = "http://issuer.test";
const AUTHORIZER = {
  issuer: ISSUER,
  audience: ["lockstep"],
  identitySource: ["$request.header.Authorization"],
};
const HOUR = 3600;

let own: Awaited<ReturnType<typeof generateKeyPair>>;
let foreign: Awaited<ReturnType<typeof generateKeyPair>>;

beforeAll(async () => {
  own = await generateKeyPair("RS256", { extractable: true });
  foreign = await generateKeyPair("RS256", { extractable: true });
});

/** An issuer as the gateway sees it, with one published key that a test may rotate. */
const anIssuer = async () => {
  const published = { keys: [{ ...(await exportJWK(own.publicKey)), kid: "own" }] as object[] };
  const reads: string[] = [];
  const readJson = (url: string) => {
    reads.push(url);
    return Promise.resolve(
      url.endsWith("/jwks") ? published : { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` },
    );
  };
  return { published, reads, readJson };
};

const setUp = async () => {
  const clock = new VirtualClock();
  const issuer = await anIssuer();
  const authorize = authorizeJwt(signingKeysOf(ISSUER, issuer.readJson, clock), clock);
  const now = Math.floor(clock.now().getTime() / 1000);
  const claims = { iss: ISSUER, aud: "lockstep", iat: now, exp: now + HOUR, email: "alice@example.com" };
  const sign = (payload: object, kid = "own", key = own.privateKey) =>
    new SignJWT({ ...payload }).setProtectedHeader({ alg: "RS256", kid }).sign(key);
  const check = (authorization: string | undefined) =>
    authorize(AUTHORIZER, { headers: authorization === undefined ? {} : { authorization }, query: {} });
  return { clock, issuer, now, claims, sign, check };
};

describe("the JWT authorizer lets pass", () => {
  it("a token of the issuer for the audience, with or without 'Bearer'", async () => {
    const { claims, sign, check } = await setUp();
    const token = await sign(claims);
    expect(await check(`Bearer ${token}`)).toEqual({ claims });
    expect(await check(token)).toEqual({ claims });
  });

  it("an audience among several, and client_id when there is no aud", async () => {
    const { claims, sign, check } = await setUp();
    const { aud, ...rest } = claims;
    expect(await check(await sign({ ...rest, aud: ["other", aud] }))).toHaveProperty("claims");
    expect(await check(await sign({ ...rest, client_id: aud }))).toHaveProperty("claims");
  });
});

describe("the JWT authorizer refuses", () => {
  it("a request without a token", async () => {
    const { check } = await setUp();
    expect(await check(undefined)).toEqual({ missing: true });
    expect(await check("")).toEqual({ missing: true });
  });

  it.each([
    ["of another issuer", { iss: "http://evil.test" }, "issuer"],
    ["for another audience", { aud: "other" }, "audience"],
    ["for another audience, whatever client_id says", { aud: "other", client_id: "lockstep" }, "audience"],
    ["for part of the audience's name", { aud: "lock" }, "audience"],
    ["without an audience", { aud: undefined }, "audience"],
    ["without exp", { exp: undefined }, "claims"],
    ["with an exp that is no number", { exp: "2099-01-01" }, "claims"],
  ])("a token %s", async (_case, overrides, because) => {
    const { claims, sign, check } = await setUp();
    expect(await check(await sign({ ...claims, ...overrides }))).toEqual({
      refused: expect.stringContaining(because) as string,
    });
  });

  it("a token before and after its time, to the second", async () => {
    const { clock, now, claims, sign, check } = await setUp();
    expect(await check(await sign({ ...claims, nbf: now + 1 }))).toHaveProperty("refused");
    expect(await check(await sign({ ...claims, iat: now + 1 }))).toHaveProperty("refused");
    const token = await sign(claims);
    await clock.advanceBy((HOUR - 1) * 1000);
    expect(await check(token)).toHaveProperty("claims");
    await clock.advanceBy(1000);
    expect(await check(token)).toEqual({ refused: "the token has expired" });
  });

  it("an unsigned token", async () => {
    const { claims, check } = await setUp();
    expect(await check(new UnsecuredJWT(claims).encode())).toHaveProperty("refused");
    const [, payload = ""] = new UnsecuredJWT(claims).encode().split(".");
    const header = Buffer.from(JSON.stringify({ alg: "none", kid: "own" })).toString("base64url");
    expect(await check(`${header}.${payload}.`)).toHaveProperty("refused");
  });

  it("a token that another key signed, under its own id or under the issuer's", async () => {
    const { claims, sign, check } = await setUp();
    expect(await check(await sign(claims, "foreign", foreign.privateKey))).toHaveProperty("refused");
    expect(await check(await sign(claims, "own", foreign.privateKey))).toHaveProperty("refused");
  });

  it("a token that brings its own key", async () => {
    const { claims, check } = await setUp();
    const jwk = await exportJWK(foreign.publicKey);
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: "RS256", kid: "foreign", jwk, jku: "http://evil.test/jwks" })
      .sign(foreign.privateKey);
    expect(await check(token)).toHaveProperty("refused");
  });

  it("a shared-secret signature made from the public key", async () => {
    const { claims, check } = await setUp();
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(own.publicKey)));
    const token = await new SignJWT(claims).setProtectedHeader({ alg: "HS256", kid: "own" }).sign(secret);
    expect(await check(token)).toEqual({ refused: "the token's signing algorithm is not supported" });
  });

  it("a token that was tampered with, and what is no token", async () => {
    const { claims, sign, check } = await setUp();
    const [header = "", , signature = ""] = (await sign(claims)).split(".");
    const payload = Buffer.from(JSON.stringify({ ...claims, email: "mallory@example.com" })).toString(
      "base64url",
    );
    expect(await check(`${header}.${payload}.${signature}`)).toEqual({
      refused: "the token's signature is not valid",
    });
    expect(await check("Bearer not-a-token")).toHaveProperty("refused");
    expect(await check("Basic YWxpY2U6cGFzc3dvcmQ=")).toHaveProperty("refused");
  });

  it("a token without a key id", async () => {
    const { claims, check } = await setUp();
    const token = await new SignJWT(claims).setProtectedHeader({ alg: "RS256" }).sign(own.privateKey);
    expect(await check(token)).toHaveProperty("refused");
  });
});

describe("the issuer's keys", () => {
  it("are read once in two hours", async () => {
    const { clock, issuer, now, claims, sign, check } = await setUp();
    const token = await sign({ ...claims, exp: now + 3 * HOUR });
    await check(token);
    await clock.advanceBy(2 * HOUR * 1000 - 1);
    await check(token);
    expect(issuer.reads).toHaveLength(2);
    await clock.advanceBy(1);
    await check(token);
    expect(issuer.reads).toHaveLength(4);
  });

  it("are read again for an unknown key, though not for each one", async () => {
    const { clock, issuer, claims, sign, check } = await setUp();
    await check(await sign(claims));
    issuer.published.keys.push({ ...(await exportJWK(foreign.publicKey)), kid: "new" });
    const token = await sign(claims, "new", foreign.privateKey);
    expect(await check(token)).toHaveProperty("refused");
    expect(issuer.reads).toHaveLength(2);
    await clock.advanceBy(1000);
    expect(await check(token)).toHaveProperty("claims");
  });
});
