import { SignJWT, importJWK } from "jose";
import type { JWTPayload } from "jose";
import { OAuth2Server } from "oauth2-mock-server";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { PortInUseError } from "../loopback-server.ts";
import type { LocalStore } from "../store.ts";
import { personTokenRoute } from "./person-token-route.ts";
import type { PersonToken } from "./person-token-route.ts";

/** Somebody in the directory, as far as a token tells. */
export interface Person {
  readonly userId: string;
  readonly userName: string;
  readonly email: string;
}

/** What the issuer depends on. */
export interface IssuerOptions {
  readonly clock: Clock;
  /** Keeps the signing key and the port, so that tokens and the template's issuer URL outlive a restart. */
  readonly store: LocalStore;
  /** The `aud` of its tokens: what the API's authorizer expects. */
  readonly audience: string;
  /** The person with this email or user name; undefined when the directory has none. */
  readonly findPerson: (emailOrUserName: string) => Promise<Person | undefined>;
}

/** A running OpenID Connect issuer on this machine's loopback interface. */
export interface Issuer {
  readonly url: string;
  readonly audience: string;
  /** Where a token is asked for on a person's behalf: form field `person`; answers as RFC 6749, section 5. */
  readonly personTokenUrl: string;
  /** A token for `person` that is good for an hour. */
  readonly tokenFor: (person: Person) => Promise<string>;
  /** A token that says just what `claims` say, signed with the issuer's key: for tests of what a gateway refuses. */
  readonly sign: (claims: JWTPayload) => Promise<string>;
  readonly close: () => Promise<void>;
}

const COLLECTION = "issuer";
const LOOPBACK = "127.0.0.1";
const PERSON_TOKEN_PATH = "/person-token";
const TOKEN_LIFETIME_SECONDS = 3600;

const WHY_THIS_PORT =
  "the deployed API and its tokens name it as their issuer, so it cannot move; free it and start again";

/** The only family of algorithms that API Gateway's JWT authorizer accepts is RSA. */
const ALGORITHM = "RS256";

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null;

const loadSigningKey = async (server: OAuth2Server, store: LocalStore) => {
  const stored = store.get(COLLECTION, "signing-key");
  if (isRecord(stored)) {
    await server.issuer.keys.add(stored);
    return;
  }
  await server.issuer.keys.generate(ALGORITHM);
  store.put(COLLECTION, "signing-key", server.issuer.keys.toJSON(true)[0]);
};

const listen = async (server: OAuth2Server, store: LocalStore) => {
  const stored = store.get(COLLECTION, "port");
  const wanted = typeof stored === "number" ? stored : 0;
  await server.start(wanted, LOOPBACK).catch((error: unknown) => {
    throw error instanceof Error && "code" in error && error.code === "EADDRINUSE"
      ? new PortInUseError(wanted, WHY_THIS_PORT)
      : error;
  });
  const { port } = server.address();
  store.put(COLLECTION, "port", port);
  return port;
};

/** Starts the issuer: on the port and with the key of its last run when the store remembers them. */
export const startIssuer = async ({ clock, store, audience, findPerson }: IssuerOptions): Promise<Issuer> => {
  const server = new OAuth2Server();
  await loadSigningKey(server, store);
  const port = await listen(server, store);
  const url = `http://${LOOPBACK}:${String(port)}`;
  server.issuer.url = url;

  const sign = async (claims: JWTPayload) => {
    const key = server.issuer.keys.get();
    if (key === undefined) throw new Error("The issuer has no signing key");
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM, kid: key.kid, typ: "JWT" })
      .sign(await importJWK(key, ALGORITHM));
  };

  const tokenFor = (person: Person) => {
    const issuedAt = Math.floor(clock.now().getTime() / 1000);
    return sign({
      iss: url,
      aud: audience,
      iat: issuedAt,
      exp: issuedAt + TOKEN_LIFETIME_SECONDS,
      sub: person.userId,
      email: person.email,
      email_verified: true,
    });
  };

  const answerPerson = async (name: string): Promise<PersonToken | undefined> => {
    const person = await findPerson(name);
    if (person === undefined) return undefined;
    return { access_token: await tokenFor(person), token_type: "Bearer", expires_in: TOKEN_LIFETIME_SECONDS };
  };
  server.service.addRoute("POST", PERSON_TOKEN_PATH, personTokenRoute(answerPerson));

  return {
    url,
    audience,
    personTokenUrl: `${url}${PERSON_TOKEN_PATH}`,
    tokenFor,
    sign,
    close: () => server.stop(),
  };
};
