import * as z from "zod/mini";
import { BundleNameSchema } from "../../domain/ids.ts";
import { itemName } from "./item-name.ts";
import { BundleTargetDocumentSchema } from "./target.ts";
import { prose } from "../http/fields.ts";

/** A bundle as people write it: in a file, and in the HTTP API. */

const BundleDocumentNameSchema = itemName(BundleNameSchema).brand<"BundleName">();

export const LONGEST_DESCRIPTION = 1000;

const content = {
  description: z.optional(prose(LONGEST_DESCRIPTION)),
  targets: z
    .array(BundleTargetDocumentSchema)
    .check(
      z.minLength(1),
      z.maxLength(50),
      z.meta({ description: "What every flow that names the bundle gives access to" }),
    ),
} as const;

/** The body of `PUT /bundles/{name}`; a name in it has to be the path's. */
export const BundleBodySchema = z.strictObject({ name: z.optional(BundleDocumentNameSchema), ...content });
export type BundleBody = z.output<typeof BundleBodySchema>;

/** One bundle of a file. */
export const BundleDocumentSchema = z.strictObject({ name: BundleDocumentNameSchema, ...content });
export type BundleDocument = z.output<typeof BundleDocumentSchema>;
