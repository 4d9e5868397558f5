import { compactVerify, decodeProtectedHeader } from "jose";
import * as z from "zod/mini";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { JwtAuthorizer } from "./routes.ts";
import type { FindSigningKey } from "./signing-keys.ts";

/** The claims of a token that passed, or why it did not (the `error_description` of RFC 6750). */
export type Authorization =
  | { readonly claims: Readonly<Record<string, unknown>> }
  | { readonly refused: string }
  | { readonly missing: true };

/** What the authorizer reads of a request: header names in lower case. */
export interface TokenBearer {
  readonly headers: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string>>;
}

/** "Currently, only RSA-based algorithms are supported" (http-api-jwt-authorizer in the developer guide). */
const ALGORITHMS = ["RS256", "RS384", "RS512"];

const ClaimsSchema = z.looseObject({
  iss: z.string(),
  exp: z.number(),
  nbf: z.optional(z.number()),
  iat: z.optional(z.number()),
  aud: z.optional(z.union([z.string(), z.array(z.string())])),
  client_id: z.optional(z.string()),
});
type Claims = z.infer<typeof ClaimsSchema>;

const HEADER_SOURCE = /^\$request\.header\.(.+)$/;
const QUERY_SOURCE = /^\$request\.querystring\.(.+)$/;

const tokenOf = ({ headers, query }: TokenBearer, identitySource: readonly string[]) => {
  for (const source of identitySource) {
    const header = HEADER_SOURCE.exec(source)?.[1];
    const parameter = QUERY_SOURCE.exec(source)?.[1];
    const value = header === undefined ? query[parameter ?? ""] : headers[header.toLowerCase()];
    // "The identitySource can include only the token, or the token prefixed with Bearer."
    if (value !== undefined && value !== "") return value.replace(/^Bearer +/i, "").trim();
  }
  return undefined;
};

const headerOf = (token: string) => {
  try {
    return decodeProtectedHeader(token);
  } catch {
    return undefined;
  }
};

const payloadOf = (payload: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder().decode(payload));
  } catch {
    return undefined;
  }
};

/** "API Gateway validates client_id only if aud is not present." */
const namesAudience = (claims: Claims, audience: readonly string[]) => {
  const named = claims.aud ?? claims.client_id ?? [];
  return [named].flat().some((name) => audience.includes(name));
};

const faultOf = (claims: Claims, authorizer: JwtAuthorizer, nowSeconds: number) => {
  if (claims.iss !== authorizer.issuer) return "the token does not have a valid issuer";
  if (!namesAudience(claims, authorizer.audience)) return "the token does not have a valid audience";
  if (claims.exp <= nowSeconds) return "the token has expired";
  if (claims.nbf !== undefined && claims.nbf > nowSeconds) return "the token is not valid yet";
  if (claims.iat !== undefined && Math.floor(claims.iat) > nowSeconds)
    return "the token was issued in the future";
  return undefined;
};

/**
 * Checks a request's token as API Gateway's JWT authorizer does, in its order: identity source, decoding, algorithm
 * and signature by `kid`, then `iss`, `aud` or `client_id`, `exp`, `nbf`, `iat`. A token without `exp` is refused.
 * @see https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-jwt-authorizer.html
 */
export const authorizeJwt =
  (findSigningKey: FindSigningKey, clock: Clock) =>
  async (authorizer: JwtAuthorizer, bearer: TokenBearer): Promise<Authorization> => {
    const token = tokenOf(bearer, authorizer.identitySource);
    if (token === undefined) return { missing: true };
    const header = headerOf(token);
    if (header?.kid === undefined || header.alg === undefined)
      return { refused: "the token cannot be decoded" };
    if (!ALGORITHMS.includes(header.alg))
      return { refused: "the token's signing algorithm is not supported" };
    const key = await findSigningKey(header.kid, header.alg);
    if (key === undefined) return { refused: "the token's signing key is not the issuer's" };

    const verified = await compactVerify(token, key, { algorithms: ALGORITHMS }).catch(() => undefined);
    if (verified === undefined) return { refused: "the token's signature is not valid" };
    const claims = ClaimsSchema.safeParse(payloadOf(verified.payload));
    if (!claims.success) return { refused: "the token's claims are not valid" };
    const fault = faultOf(claims.data, authorizer, Math.floor(clock.now().getTime() / 1000));
    return fault === undefined ? { claims: claims.data } : { refused: fault };
  };
