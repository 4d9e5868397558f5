import type { AccessScopeBody } from "../../contracts/configuration/access-scope.ts";
import type { AccessScope } from "../../domain/access-scope.ts";
import { refuseWideningOf } from "../../domain/configuration/naming-problems.ts";
import { ScopeNameSchema } from "../../domain/ids.ts";
import { parseQuery } from "../../domain/query/parse-query.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessScopeStore } from "../../ports/stores.ts";
import { namingItems, type NamingStores } from "./catalogue.ts";
import { saveConfiguration, type ContentOf } from "./save-configuration.ts";

interface Dependencies extends NamingStores {
  readonly accessScopes: Pick<AccessScopeStore, "head" | "put" | "delete">;
  readonly clock: Pick<Clock, "now">;
}

/**
 * Makes or replaces an access scope. Its query has to parse: DomainError `invalid-query` otherwise, with the column. Saving
 * what is there already writes nothing.
 */
export const saveAccessScope = ({ accessScopes, clock, ...stores }: Dependencies) =>
  saveConfiguration<AccessScope, AccessScopeBody>({
    kind: "access-scope",
    store: accessScopes,
    clock,
    naming: { schema: ScopeNameSchema, code: "invalid-access-scope" },
    contentOf: async (name, document) => {
      parseQuery(document.query, { about: "permissions on resources" });
      refuseWideningOf({ name, query: document.query }, await namingItems(stores));
      return scopeContent(document);
    },
  });

/** The access scope that a document means. */
export const scopeContent = ({ description, query }: AccessScopeBody): ContentOf<AccessScope> => ({
  ...(description === undefined ? {} : { description }),
  query,
});
