import type { AccessScopeView } from "../../core/contracts/http/access-scopes.ts";
import type { AccessScope } from "../../core/domain/access-scope.ts";
import { given } from "../../http/pages.ts";

/** An access scope as it was written, and who wrote it. */
export const accessScopeView = (scope: AccessScope): AccessScopeView => ({
  name: scope.name,
  ...given({ description: scope.description }),
  query: scope.query,
  version: scope.version,
  updatedAt: scope.updatedAt,
  updatedBy: scope.updatedBy,
  unconfirmedEditors: scope.unconfirmedEditors ?? [],
});
