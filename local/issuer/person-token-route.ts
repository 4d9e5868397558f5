import type { RouteHandler } from "oauth2-mock-server";
import * as z from "zod/mini";

/** A successful answer of a token endpoint (RFC 6749, section 5.1). */
export interface PersonToken {
  readonly access_token: string;
  readonly token_type: "Bearer";
  /** Seconds. */
  readonly expires_in: number;
}

const BodySchema = z.object({ person: z.string().check(z.minLength(1)) });

/**
 * The issuer's one route of ours: a token for any person of the organization, without a password.
 * An OAuth grant would need a registered client; on a loopback interface of a demonstration there is nothing to guard.
 */
export const personTokenRoute =
  (tokenOf: (person: string) => Promise<PersonToken | undefined>): RouteHandler =>
  async (request, response) => {
    const answer = (status: number, body: object) => {
      response.writeHead(status, { "content-type": "application/json", "cache-control": "no-store" });
      response.end(JSON.stringify(body));
    };
    const body = BodySchema.safeParse(request.body);
    if (!body.success) {
      answer(400, { error: "invalid_request", error_description: "Expected the form field 'person'." });
      return;
    }
    const token = await tokenOf(body.data.person);
    if (token !== undefined) answer(200, token);
    else
      answer(404, {
        error: "unknown_person",
        error_description: `Nobody in the directory is '${body.data.person}'.`,
      });
  };
