import * as z from "zod/mini";
import { UnconfirmedEditorsSchema } from "./configuration/confirmation.ts";
import { ResourceTargetSchema, ScopeTargetSchema } from "./access-flow.ts";
import { BundleNameSchema, TimestampSchema } from "./ids.ts";

/** A named set of targets, which flows give access to as a whole. A bundle holds no bundle. */
export const BundleSchema = z.strictObject({
  name: BundleNameSchema,
  version: z.int().check(z.positive()),
  description: z.optional(z.string()),
  targets: z.array(z.union([ResourceTargetSchema, ScopeTargetSchema])).check(z.minLength(1)),
  updatedAt: TimestampSchema,
  updatedBy: z.string(),
  unconfirmedEditors: z.optional(UnconfirmedEditorsSchema),
});
export type Bundle = z.infer<typeof BundleSchema>;
