import * as z from "zod/mini";
import { BundleNameSchema } from "../../domain/ids.ts";
import { BundleBodySchema } from "../configuration/bundle.ts";
import { listOf } from "./lists.ts";
import { VersionFields } from "./versions.ts";

/** A bundle as the API shows it: as it was written, and who wrote it when. */
export const BundleViewSchema = z.strictObject({
  ...BundleBodySchema.shape,
  name: BundleNameSchema,
  ...VersionFields,
});
export type BundleView = z.output<typeof BundleViewSchema>;

export const BundleListSchema = listOf(BundleViewSchema);
