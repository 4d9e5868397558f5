import type { DirectoryRole } from "../../lambdas/core/contracts/roles.ts";
import type { Person } from "../../lambdas/core/domain/principal.ts";
import type { RolesOf } from "../../lambdas/core/use-cases/directory-roles.ts";

/** People who have these roles, and nobody else any; who is added to a list later has the role from then on. */
export const rolesHeldBy =
  (holders: Partial<Record<DirectoryRole, readonly Person[]>> = {}): RolesOf =>
  ({ userId }, among) =>
    Promise.resolve(
      new Set(among.filter((role) => (holders[role] ?? []).some((holder) => holder.userId === userId))),
    );
