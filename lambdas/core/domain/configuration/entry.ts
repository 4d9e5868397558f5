import * as z from "zod/mini";
import { ActorSchema, NO_PREVIOUS_HASH, linkEntry } from "../audit.ts";
import { TimestampSchema, type Timestamp } from "../ids.ts";
import { ConfigurationDocumentSchema, type ConfigurationDocument } from "./document.ts";
import { SubjectSchema, type Subject } from "./subject.ts";

/** How a change came in: somebody's call, or the program that applies files. */
export const ViaSchema = z.enum(["api", "file"]);
export type Via = z.infer<typeof ViaSchema>;

/** Who changes configuration, and how. */
export const AuthorSchema = z.strictObject({ actor: ActorSchema, via: ViaSchema });
export type Author = z.infer<typeof AuthorSchema>;

/**
 * `sequence` counts the links of the chain and `version` the contents of the item, and they differ: a confirmation is a
 * link that leaves the content, which running requests have frozen by its version, as it is; and an item that was written
 * before there were chains has a version already when its chain begins at 1.
 */
const common = {
  subject: SubjectSchema,
  sequence: z.int().check(z.positive()),
  /** Of the content that the change leaves; a deletion is a version too, so that a name made anew does not repeat one. */
  version: z.int().check(z.positive()),
  at: TimestampSchema,
  ...AuthorSchema.shape,
  previousHash: z.string(),
  hash: z.string(),
} as const;

/** One link of the chain of an item of configuration. `hash` covers every other field, `previousHash` among them. */
export const ConfigurationEntrySchema = z.discriminatedUnion("type", [
  z.strictObject({
    ...common,
    type: z.literal("ConfigurationSaved"),
    before: z.optional(ConfigurationDocumentSchema),
    after: ConfigurationDocumentSchema,
  }),
  z.strictObject({
    ...common,
    type: z.literal("ConfigurationConfirmed"),
    before: ConfigurationDocumentSchema,
    after: ConfigurationDocumentSchema,
  }),
  z.strictObject({
    ...common,
    type: z.literal("ConfigurationDeleted"),
    before: ConfigurationDocumentSchema,
  }),
]);
export type ConfigurationEntry = z.infer<typeof ConfigurationEntrySchema>;

/**
 * What an item says of its own newest change: which entry it is, and whose. It is read, and paid for, with every list of flows, by
 * which requests are decided; the rest is in the entry.
 */
export const ChangeMarkSchema = z.strictObject({
  subject: SubjectSchema,
  sequence: common.sequence,
  at: TimestampSchema,
  actor: ActorSchema,
  hash: z.string(),
});
export type ChangeMark = z.infer<typeof ChangeMarkSchema>;

/** What is said of the entry. */
export const markOf = ({ subject, sequence, at, actor, hash }: ConfigurationEntry): ChangeMark => ({
  subject,
  sequence,
  at,
  actor,
  hash,
});

/** What a change does: one that saves has the next version, one that confirms the same. */
export type ConfigurationChange =
  | {
      readonly type: "ConfigurationSaved";
      readonly before?: ConfigurationDocument;
      readonly after: ConfigurationDocument;
    }
  | {
      readonly type: "ConfigurationConfirmed";
      readonly before: ConfigurationDocument;
      readonly after: ConfigurationDocument;
    }
  | { readonly type: "ConfigurationDeleted"; readonly before: ConfigurationDocument };

/** Where a chain stands: the version of the item, also of one that is deleted, and the newest entry, if there is any. */
export interface ChainPlace {
  readonly version: number;
  readonly change?: Pick<ConfigurationEntry, "sequence" | "hash"> | undefined;
}

/** The entry that a change is, after those that are there. */
export const nextEntry = (
  subject: Subject,
  { version, change: previous }: ChainPlace,
  { actor, via }: Author,
  at: Timestamp,
  change: ConfigurationChange,
): ConfigurationEntry =>
  linkEntry({
    ...change,
    subject,
    sequence: (previous?.sequence ?? 0) + 1,
    version: change.type === "ConfigurationConfirmed" ? version : version + 1,
    at,
    actor,
    via,
    previousHash: previous?.hash ?? NO_PREVIOUS_HASH,
  });
