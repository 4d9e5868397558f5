import * as z from "zod/mini";
import { PageQueryFields, listOf } from "./lists.ts";
import { RequestViewSchema } from "./requests.ts";

/** The query of `GET /break-glass`. */
export const BreakGlassListQuerySchema = z.strictObject({
  status: z._default(z.enum(["unreviewed", "reviewed", "all"]), "unreviewed"),
  ...PageQueryFields,
});
export type BreakGlassListQuery = z.infer<typeof BreakGlassListQuerySchema>;

const {
  id,
  status,
  requester,
  principal,
  entitlements,
  flow,
  createdAt,
  expiresAt,
  breakGlass,
  ended,
  review,
} = RequestViewSchema.shape;

/**
 * One use of access in an emergency, for those who look after reviews: who, where, by when. What was said of it (the
 * justification, the ticket) is for the parties of the request.
 */
const BreakGlassUseSchema = z.strictObject({
  id,
  status,
  requester,
  principal,
  entitlements,
  flow,
  createdAt,
  expiresAt,
  ended: z.optional(z.pick(ended.def.innerType, { reason: true, at: true })),
  ...breakGlass.def.innerType.shape,
  overdue: z
    .boolean()
    .check(z.meta({ description: "It is over, and nobody has reviewed it in the time that there was" })),
  review,
});
export type BreakGlassUse = z.infer<typeof BreakGlassUseSchema>;

export const BreakGlassListSchema = listOf(BreakGlassUseSchema);
