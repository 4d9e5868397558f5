import type { IdentitySettings } from "../core/contracts/environment.ts";
import { showsMfa, type MfaSettings } from "../core/domain/mfa.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { Directory } from "../core/ports/directory.ts";
import { directoryRoles, requireOneOf } from "../core/use-cases/directory-roles.ts";
import { identifyCaller, type Claims } from "../core/use-cases/identify-caller.ts";

/** What says who calls, and by which groups they have which role. */
export interface CallersDependencies {
  readonly directory: Pick<Directory, "userByIdentity" | "groupByName" | "memberships">;
  readonly identity: IdentitySettings;
  readonly mfa?: MfaSettings | undefined;
  readonly administratorGroups: readonly string[];
  readonly policyAuthorGroups: readonly string[];
  readonly auditorGroups: readonly string[];
  readonly clock: Pick<Clock, "now">;
}

/** Who calls and what they may do at all: the same for every function behind the API. */
export const callers = (dependencies: CallersDependencies) => {
  const rolesOf = directoryRoles({
    directory: dependencies.directory,
    roleGroups: {
      administrator: dependencies.administratorGroups,
      "policy-author": dependencies.policyAuthorGroups,
      auditor: dependencies.auditorGroups,
    },
  });
  return {
    identifyCaller: identifyCaller(dependencies),
    rolesOf,
    requireOneOf: requireOneOf(rolesOf),
    showsMfa: (claims: Claims) => showsMfa(dependencies.mfa, claims),
  };
};
