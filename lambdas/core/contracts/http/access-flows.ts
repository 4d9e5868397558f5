import * as z from "zod/mini";
import { FlowNameSchema, TimestampSchema } from "../../domain/ids.ts";
import { AccessFlowBodySchema } from "../configuration/access-flow.ts";
import { listOf } from "./lists.ts";

/** An access flow as the API shows it: as it was written, and who wrote it when. */
export const AccessFlowViewSchema = z.strictObject({
  ...AccessFlowBodySchema.shape,
  name: FlowNameSchema,
  version: z.int().check(z.positive()),
  updatedAt: TimestampSchema,
  updatedBy: z.string(),
  unconfirmedEditors: z.array(z.string()).check(
    z.meta({
      description:
        "The ids of those who edited it since it was last confirmed (POST /access-flows/{name}/confirm)",
    }),
  ),
});
export type AccessFlowView = z.output<typeof AccessFlowViewSchema>;

export const AccessFlowListSchema = listOf(AccessFlowViewSchema);
