import type { IdentitySettings } from "../contracts/environment.ts";
import { DomainError } from "../domain/errors.ts";
import type { Person } from "../domain/principal.ts";
import type { Directory } from "../ports/directory.ts";

interface Dependencies {
  readonly directory: Pick<Directory, "userByIdentity">;
  readonly identity: Pick<IdentitySettings, "claim">;
}

/** The claims of a token that the gateway has verified: it hands booleans over as text. */
export type Claims = Readonly<Record<string, unknown>>;

/** The enabled person of the directory that a verified token names; throws DomainError `caller-not-eligible` without one. */
export const identifyCaller =
  ({ directory, identity }: Dependencies) =>
  async (claims: Claims): Promise<Person> => {
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
