import * as z from "zod/mini";
import { NO_PREVIOUS_HASH } from "./audit.ts";
import { DaySchema, dayOf, daysAfter, type Day } from "./day.ts";
import { canonicalJson, hashOf } from "./hash.ts";
import { RequestIdSchema } from "./ids.ts";

/** The newest entry of a request's chain among those that were recorded on one day. */
export const ChainHeadSchema = z.strictObject({
  requestId: RequestIdSchema,
  sequence: z.int().check(z.positive()),
  hash: z.string(),
});
export type ChainHead = z.infer<typeof ChainHeadSchema>;

/** One day's seal: every chain that grew that day, and the root of the day before. `hash` covers every other field. */
export const AuditRootSchema = z.strictObject({
  version: z.literal(1),
  day: DaySchema,
  previousRoot: z.string(),
  heads: z.array(ChainHeadSchema),
  hash: z.string(),
});
export type AuditRoot = z.infer<typeof AuditRootSchema>;

/** Before the first root. */
export const NO_PREVIOUS_ROOT = NO_PREVIOUS_HASH;

/**
 * How long after midnight a day's entries can still appear. A recording begins with its day's date in hand and lasts a
 * minute at most (the function's timeout); clocks are at most ten minutes apart; the index follows within seconds.
 */
const SETTLING_MILLISECONDS = 20 * 60_000;

/** The newest day to which nothing can be added any more. */
export const lastClosedDay = (now: Date): Day =>
  daysAfter(dayOf(new Date(now.getTime() - SETTLING_MILLISECONDS)), -1);

/** The root of `day`: the same for the same heads, whatever their order. */
export const sealDay = (
  day: Day,
  heads: readonly ChainHead[],
  previous: Pick<AuditRoot, "hash"> | undefined,
): AuditRoot => {
  const content: Omit<AuditRoot, "hash"> = {
    version: 1,
    day,
    previousRoot: previous?.hash ?? NO_PREVIOUS_ROOT,
    heads: heads.toSorted((a, b) => (a.requestId < b.requestId ? -1 : 1)),
  };
  return { ...content, hash: hashOf(content) };
};

/** A root as it is kept. */
export const textOfRoot = (root: AuditRoot): string => canonicalJson(root);

/** The root that a kept text is; undefined when it is none, or is not what its hash says. */
export const rootOfText = (text: string): AuditRoot | undefined => {
  try {
    const root = AuditRootSchema.parse(JSON.parse(text));
    const { hash, ...content } = root;
    return textOfRoot(root) === text && hashOf(content) === hash ? root : undefined;
  } catch {
    // No JSON, no root, or texts that have no canonical form.
    return undefined;
  }
};
