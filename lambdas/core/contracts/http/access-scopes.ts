import * as z from "zod/mini";
import { ScopeNameSchema } from "../../domain/ids.ts";
import { AccessScopeBodySchema, ScopeQuerySchema } from "../configuration/access-scope.ts";
import { NamedAccountSchema, NamedPermissionSetSchema } from "./inventory.ts";
import { listOf } from "./lists.ts";
import { VersionFields } from "./versions.ts";

/** An access scope as the API shows it: as it was written, and who wrote it when. */
export const AccessScopeViewSchema = z.strictObject({
  ...AccessScopeBodySchema.shape,
  name: ScopeNameSchema,
  ...VersionFields,
});
export type AccessScopeView = z.output<typeof AccessScopeViewSchema>;

export const AccessScopeListSchema = listOf(AccessScopeViewSchema);

/** The body of `POST /access-scopes/{name}/preview`, if there is one: what to look with instead of the scope's own query. */
export const PreviewBodySchema = z.strictObject({ query: z.optional(ScopeQuerySchema) });

/** The most that a preview shows of what a query finds. */
export const MOST_SHOWN = 100;

const count = z.int().check(z.nonnegative());

/** What a query finds now. */
export const PreviewSchema = z.strictObject({
  query: z.string(),
  found: count.check(z.meta({ description: "How many there are: each is a permission set in an account" })),
  accounts: count.check(z.meta({ description: "How many accounts are among them" })),
  permissionSets: count.check(z.meta({ description: "How many permission sets are among them" })),
  saysWhichPermissions: z.boolean().check(
    z.meta({
      description:
        "False: it finds every permission set in the accounts that it finds, and whoever uses the scope has to name some",
    }),
  ),
  items: z
    .array(
      z.strictObject({
        account: NamedAccountSchema,
        permissionSet: z.strictObject({
          arn: NamedPermissionSetSchema.shape.arn,
          name: NamedPermissionSetSchema.shape.name,
        }),
      }),
    )
    .check(z.maxLength(MOST_SHOWN), z.meta({ description: `The first ${String(MOST_SHOWN)} of them` })),
});
export type Preview = z.output<typeof PreviewSchema>;
