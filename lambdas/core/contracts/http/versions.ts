import * as z from "zod/mini";
import { TimestampSchema } from "../../domain/ids.ts";

/** What the API shows of every item that people write and confirm, beside what they wrote. */
export const VersionFields = {
  version: z.int().check(z.positive()),
  updatedAt: TimestampSchema,
  updatedBy: z.string(),
  unconfirmedEditors: z.array(z.string()).check(
    z.meta({
      description:
        "The ids of those who edited it since it was last confirmed (POST to its path with /confirm)",
    }),
  ),
} as const;
