import { importJWK } from "jose";
import type { CryptoKey } from "jose";
import * as z from "zod/mini";
import type { Clock } from "../../lambdas/core/ports/clock.ts";

/** Reads a JSON document over HTTP; rejects when there is none. */
export type ReadJson = (url: string) => Promise<unknown>;

/** The issuer's public key with this id for this algorithm; undefined when the issuer publishes none. */
export type FindSigningKey = (keyId: string, algorithm: string) => Promise<CryptoKey | undefined>;

/** "API Gateway can cache the public key for two hours" (http-api-jwt-authorizer in the developer guide). */
const CACHE_MILLISECONDS = 2 * 60 * 60 * 1000;

/** A token with an unknown key id must not make the gateway hammer the issuer. */
const REFRESH_AT_MOST_EVERY_MILLISECONDS = 1000;

const DiscoverySchema = z.object({ issuer: z.string(), jwks_uri: z.string() });
const KeySetSchema = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

type KeySet = z.infer<typeof KeySetSchema>["keys"];

/** Reads JSON with this runtime's fetch. */
export const readJsonOverHttp: ReadJson = async (url) => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${String(response.status)}`);
  return response.json();
};

/**
 * The keys of one issuer, found through its discovery document and nowhere else: nothing that a token says
 * (`jku`, `jwk`, `x5u`) decides where a key comes from.
 */
export const signingKeysOf = (issuer: string, readJson: ReadJson, clock: Clock): FindSigningKey => {
  let cached: { readonly keys: KeySet; readonly readAt: number } | undefined;

  const refresh = async () => {
    const discovery = DiscoverySchema.parse(
      await readJson(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`),
    );
    const { keys } = KeySetSchema.parse(await readJson(discovery.jwks_uri));
    cached = { keys, readAt: clock.now().getTime() };
    return cached;
  };

  const find = (keys: KeySet, keyId: string) => keys.find((key) => key["kid"] === keyId && key.kty === "RSA");

  return async (keyId, algorithm) => {
    const now = clock.now().getTime();
    const age = cached === undefined ? Number.POSITIVE_INFINITY : now - cached.readAt;
    let entry = cached === undefined || age >= CACHE_MILLISECONDS ? await refresh() : cached;
    if (
      find(entry.keys, keyId) === undefined &&
      age >= REFRESH_AT_MOST_EVERY_MILLISECONDS &&
      entry === cached
    ) {
      entry = await refresh();
    }
    const key = find(entry.keys, keyId);
    if (key === undefined) return undefined;
    const imported = await importJWK(key, algorithm);
    return imported instanceof Uint8Array ? undefined : imported;
  };
};
