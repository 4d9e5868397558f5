import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createLocalJWKSet, decodeJwt, jwtVerify } from "jose";
import type { JSONWebKeySet } from "jose";
import { afterEach, describe, expect, it } from "vitest";
import { startIssuer } from "../../../../local/issuer/issuer.ts";
import { openLocalStore } from "../../../../local/store.ts";
import type { LocalStore } from "../../../../local/store.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const ALICE = { userId: "u-1", userName: "alice", email: "alice@example.com" };
const clock = new VirtualClock();

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const start = (store: LocalStore) =>
  startIssuer({
    clock,
    store,
    audience: "lockstep",
    findPerson: (name) => Promise.resolve(name === ALICE.email ? ALICE : undefined),
  });

const aRunningIssuer = async () => {
  const issuer = await start(openLocalStore());
  cleanUps.push(() => issuer.close());
  return issuer;
};

const keysOf = async (issuer: { url: string }) => {
  const discovery = (await (await fetch(`${issuer.url}/.well-known/openid-configuration`)).json()) as {
    issuer: string;
    jwks_uri: string;
  };
  expect(discovery.issuer).toBe(issuer.url);
  return (await (await fetch(discovery.jwks_uri)).json()) as JSONWebKeySet;
};

const askFor = (issuer: { personTokenUrl: string }, form: Record<string, string>) =>
  fetch(issuer.personTokenUrl, { method: "POST", body: new URLSearchParams(form) });

describe("a token", () => {
  it("names the person and is good for an hour", async () => {
    const issuer = await aRunningIssuer();
    const response = await askFor(issuer, { person: ALICE.email });
    const { access_token: token, expires_in: seconds } = (await response.json()) as {
      access_token: string;
      expires_in: number;
    };
    const now = clock.now().getTime() / 1000;
    expect(seconds).toBe(3600);
    expect(decodeJwt(token)).toEqual({
      iss: issuer.url,
      aud: "lockstep",
      iat: now,
      exp: now + 3600,
      sub: "u-1",
      email: "alice@example.com",
      email_verified: true,
    });
  });

  it("can be checked with the published keys, which are public ones", async () => {
    const issuer = await aRunningIssuer();
    const keys = await keysOf(issuer);
    const verified = await jwtVerify(await issuer.tokenFor(ALICE), createLocalJWKSet(keys), {
      currentDate: clock.now(),
    });
    expect(verified.protectedHeader.alg).toBe("RS256");
    expect(keys.keys.every((key) => !("d" in key))).toBe(true);
  });

  it("is refused for somebody unknown and for nobody", async () => {
    const issuer = await aRunningIssuer();
    const unknown = await askFor(issuer, { person: "mallory@example.com" });
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toMatchObject({ error: "unknown_person" });
    expect((await askFor(issuer, {})).status).toBe(400);
  });
});

describe("over a restart", () => {
  const aDirectory = () => {
    const directory = mkdtempSync(join(tmpdir(), "lockstep-issuer-"));
    cleanUps.push(() => {
      rmSync(directory, { recursive: true });
    });
    return directory;
  };

  it("address and key stay, so that tokens stay good", async () => {
    const directory = aDirectory();
    const firstStore = openLocalStore(directory);
    const first = await start(firstStore);
    const token = await first.tokenFor(ALICE);
    await first.close();
    firstStore.close();

    const secondStore = openLocalStore(directory);
    const second = await start(secondStore);
    cleanUps.push(() => {
      secondStore.close();
    });
    cleanUps.push(() => second.close());
    expect(second.url).toBe(first.url);
    await jwtVerify(token, createLocalJWKSet(await keysOf(second)), { currentDate: clock.now() });
  });

  it("a taken address is said in a sentence", async () => {
    const store = openLocalStore();
    const issuer = await start(store);
    cleanUps.push(() => issuer.close());
    await expect(start(store)).rejects.toThrow(
      /^Port \d+ is in use: the deployed API and its tokens name it/,
    );
  });
});
