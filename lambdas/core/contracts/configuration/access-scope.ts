import * as z from "zod/mini";
import { ScopeNameSchema } from "../../domain/ids.ts";
import { itemName } from "./item-name.ts";
import { LONGEST_QUERY } from "../../domain/query/query.ts";
import { LONGEST_DESCRIPTION } from "./bundle.ts";
import { prose } from "../http/fields.ts";

/** An access scope as people write it: in a file, and in the HTTP API. */

const ScopeDocumentNameSchema = itemName(ScopeNameSchema).brand<"ScopeName">();

/** A query about permissions on resources; whether it parses is told with the column (domain/query/parse-query.ts). */
export const ScopeQuerySchema = z.string().check(
  z.minLength(1),
  z.maxLength(LONGEST_QUERY),
  z.meta({
    description:
      "In the query language (docs/query-language.md): which permission sets in which accounts the scope holds",
    examples: ['resource_tag["env"] = "prod" and permission_name in ("ReadOnly", "PowerUser")'],
  }),
);

const content = { description: z.optional(prose(LONGEST_DESCRIPTION)), query: ScopeQuerySchema } as const;

/** The body of `PUT /access-scopes/{name}`; a name in it has to be the path's. */
export const AccessScopeBodySchema = z.strictObject({
  name: z.optional(ScopeDocumentNameSchema),
  ...content,
});
export type AccessScopeBody = z.output<typeof AccessScopeBodySchema>;

/** One access scope of a file. */
export const AccessScopeDocumentSchema = z.strictObject({ name: ScopeDocumentNameSchema, ...content });
export type AccessScopeDocument = z.output<typeof AccessScopeDocumentSchema>;
