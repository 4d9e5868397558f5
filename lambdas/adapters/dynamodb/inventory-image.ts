import type { AttributeValue } from "aws-lambda";
import * as z from "zod/mini";
import { RequestIdSchema, TimestampSchema } from "../../core/domain/ids.ts";
import type { Said, SaidGone } from "../../core/domain/inventory/change-event.ts";
import { isTrace, observedOf } from "./inventory.ts";
import { plainMap } from "./stream-image.ts";

/** A trace, as `forget` leaves it. */
const TraceSchema = z.object({
  gone: z.literal(true),
  observedAt: TimestampSchema,
  by: z.optional(z.string()),
  heldBy: z.optional(z.array(RequestIdSchema)),
  leftScope: z.optional(z.boolean()),
});

/** What an image of an item of the Inventory table whose `kind` is `fact` says. */
export const saidByImage = (image: Readonly<Record<string, AttributeValue>>): Said | SaidGone => {
  const item = plainMap(image);
  return isTrace(item) ? TraceSchema.parse(item) : observedOf(item);
};
