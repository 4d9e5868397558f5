import * as z from "zod/mini";
import { UnconfirmedEditorsSchema } from "./configuration/confirmation.ts";
import { ScopeNameSchema, TimestampSchema } from "./ids.ts";

/** A named query over the inventory: what it finds changes with the inventory, and nobody has to keep it up. */
export const AccessScopeSchema = z.strictObject({
  name: ScopeNameSchema,
  version: z.int().check(z.positive()),
  description: z.optional(z.string()),
  /** In the query language (domain/query). */
  query: z.string(),
  updatedAt: TimestampSchema,
  updatedBy: z.string(),
  unconfirmedEditors: z.optional(UnconfirmedEditorsSchema),
});
export type AccessScope = z.infer<typeof AccessScopeSchema>;
