import * as z from "zod/mini";
import { ActorSchema } from "../../domain/audit.ts";
import { ViaSchema } from "../../domain/configuration/entry.ts";
import { SubjectSchema } from "../../domain/configuration/subject.ts";
import { TimestampSchema } from "../../domain/ids.ts";
import { PageQueryFields, listOf } from "./lists.ts";

/** Of which item the changes are asked for. */
export const ChangeListQuerySchema = z.strictObject({ ...SubjectSchema.shape, ...PageQueryFields });

const DocumentSchema = z.record(z.string(), z.unknown());

/** An audit entry of configuration. */
export const ConfigurationChangeSchema = z.strictObject({
  subject: SubjectSchema,
  sequence: z.int().check(z.positive()),
  type: z.enum(["ConfigurationSaved", "ConfigurationConfirmed", "ConfigurationDeleted"]),
  version: z.int().check(z.positive()),
  at: TimestampSchema,
  actor: ActorSchema,
  via: ViaSchema,
  before: z.optional(
    DocumentSchema.check(
      z.meta({ description: "What was there, by ids and names; absent where nothing was" }),
    ),
  ),
  after: z.optional(
    DocumentSchema.check(z.meta({ description: "What is there since; absent in a deletion" })),
  ),
  previousHash: z.string(),
  hash: z.string(),
});

export const ConfigurationChangeListSchema = listOf(ConfigurationChangeSchema);

/** The body of a confirmation: the version that was looked at. */
export const ConfirmationBodySchema = z.strictObject({ version: z.int().check(z.positive()) });
