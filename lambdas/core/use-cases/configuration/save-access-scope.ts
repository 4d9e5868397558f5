import type { AccessScopeBody } from "../../contracts/configuration/access-scope.ts";
import type { AccessScope } from "../../domain/access-scope.ts";
import type { Author } from "../../domain/configuration/entry.ts";
import { refuseWideningOf } from "../../domain/configuration/naming-problems.ts";
import { ScopeNameSchema } from "../../domain/ids.ts";
import { parseQuery } from "../../domain/query/parse-query.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessScopeStore } from "../../ports/stores.ts";
import { namingItems, type NamingStores } from "./catalogue.ts";
import { nameOfItem } from "./named-items.ts";
import { saveConfiguration, type CheckBeforeSave, type ContentOf } from "./save-configuration.ts";

interface Dependencies extends NamingStores {
  readonly accessScopes: Pick<AccessScopeStore, "head" | "put" | "delete">;
  readonly clock: Pick<Clock, "now">;
}

interface SaveInput {
  readonly author: Author;
  readonly name: string;
  readonly scope: AccessScopeBody;
  readonly check?: CheckBeforeSave<AccessScope> | undefined;
}

const NAME = { kind: "access-scope", schema: ScopeNameSchema, code: "invalid-access-scope" } as const;

/**
 * Makes or replaces an access scope. Its query has to parse: DomainError `invalid-query` otherwise, with the column. Saving
 * what is there already writes nothing.
 */
export const saveAccessScope =
  ({ accessScopes, clock, ...stores }: Dependencies) =>
  async ({ author, name, scope, check }: SaveInput): Promise<AccessScope> => {
    const scopeName = nameOfItem(NAME, name, scope);
    parseQuery(scope.query, { about: "permissions on resources" });
    refuseWideningOf({ name: scopeName, query: scope.query }, await namingItems(stores));
    const content = scopeContent(scope);
    await check?.({ name: scopeName, ...content });
    return saveConfiguration<AccessScope>({ kind: "access-scope", store: accessScopes, clock })(
      scopeName,
      author,
      content,
    );
  };

/** The access scope that a document means. */
export const scopeContent = ({ description, query }: AccessScopeBody): ContentOf<AccessScope> => ({
  ...(description === undefined ? {} : { description }),
  query,
});
