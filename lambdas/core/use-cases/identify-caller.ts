import type { IdentitySettings } from "../contracts/environment.ts";
import { DomainError } from "../domain/errors.ts";
import type { Person } from "../domain/principal.ts";
import type { Clock } from "../ports/clock.ts";
import type { Directory } from "../ports/directory.ts";

interface Dependencies {
  readonly directory: Pick<Directory, "userByIdentity">;
  readonly identity: Pick<IdentitySettings, "claim">;
  readonly clock: Pick<Clock, "now">;
}

/** The claims of a token that the gateway has verified: it hands booleans over as text. */
export type Claims = Readonly<Record<string, unknown>>;

/** The enabled person of the directory that a verified token names; throws DomainError `caller-not-eligible` without one. */
export const identifyCaller =
  ({ directory, identity, clock }: Dependencies) =>
  async (claims: Claims): Promise<Person> => {
    // The gateway checks an expiry that is there; what it does with a token that has none is not documented.
    const expiresAt = Number(claims["exp"] ?? Number.NaN) * 1000;
    if (!Number.isFinite(expiresAt) || expiresAt <= clock.now().getTime())
      throw notEligible("Your token has no end, or is past it.");
    // Whoever may set an address without proving that it is theirs could pass for its owner.
    if (["false", false].includes(claims["email_verified"] as string | boolean)) {
      throw notEligible("Your token says that your email address is not verified.");
    }
    const value = claims[identity.claim];
    if (typeof value !== "string" || value.trim() === "") {
      throw notEligible(`Your token has no claim ${identity.claim}, which says who you are.`);
    }
    const user = await directory.userByIdentity(value);
    if (user?.enabled !== true) {
      throw notEligible(`The claim ${identity.claim} of your token names no enabled user of the directory.`);
    }
    return { userId: user.userId, userName: user.userName };
  };

const notEligible = (detail: string): DomainError => new DomainError("caller-not-eligible", detail);
