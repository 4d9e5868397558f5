import * as z from "zod/mini";
import { hashOf } from "./hash.ts";
import { RequestIdSchema, TimestampSchema, UserIdSchema } from "./ids.ts";

/** Who made a transition: a person, or a part of Lockstep. */
export const ActorSchema = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("user"), userId: UserIdSchema }),
  z.strictObject({
    type: z.literal("lockstep"),
    name: z.enum(["workflow", "sweep", "api", "automatic", "npm start"]),
  }),
]);
export type Actor = z.infer<typeof ActorSchema>;

/** One link of a request's chain. `hash` covers every other field, `previousHash` among them. */
export const AuditEntrySchema = z.strictObject({
  requestId: RequestIdSchema,
  sequence: z.int().check(z.positive()),
  type: z.string(),
  at: TimestampSchema,
  actor: ActorSchema,
  status: z.string(),
  details: z.record(z.string(), z.json()),
  previousHash: z.string(),
  hash: z.string(),
});
export type AuditEntry = z.infer<typeof AuditEntrySchema>;

/** Before the first entry of a chain. */
export const NO_PREVIOUS_HASH = "0".repeat(64);

/** What makes an entry a link of a chain, whatever else it says. */
export interface Link {
  readonly sequence: number;
  readonly previousHash: string;
  readonly hash: string;
}

/** Links an entry to the chain by its hash. */
export const linkEntry = <Content extends Omit<Link, "hash">>(
  entry: Content,
): Content & Pick<Link, "hash"> => ({ ...entry, hash: hashOf(entry) });

/** The sequence of the first entry that does not follow from the one before it; undefined for an unbroken chain. */
export const firstBrokenLink = (entries: readonly Link[]): number | undefined => {
  let previousHash = NO_PREVIOUS_HASH;
  for (const [index, { hash, ...content }] of entries.entries()) {
    if (content.sequence !== index + 1 || content.previousHash !== previousHash || hashOf(content) !== hash)
      return index + 1;
    previousHash = hash;
  }
  return undefined;
};
