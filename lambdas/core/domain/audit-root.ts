import * as z from "zod/mini";
import { NO_PREVIOUS_HASH } from "./audit.ts";
import { chainIdOf } from "./chain.ts";
import { SubjectSchema } from "./configuration/subject.ts";
import { DaySchema, dayOf, daysAfter, type Day } from "./day.ts";
import { canonicalJson, hashOf } from "./hash.ts";
import { RequestIdSchema } from "./ids.ts";

const link = { sequence: z.int().check(z.positive()), hash: z.string() } as const;
const RequestHeadSchema = z.strictObject({ requestId: RequestIdSchema, ...link });
const SubjectHeadSchema = z.strictObject({ subject: SubjectSchema, ...link });

/** The newest entry of a chain among those that were recorded on one day. */
export const ChainHeadSchema = z.union([RequestHeadSchema, SubjectHeadSchema]);
export type ChainHead = z.infer<typeof ChainHeadSchema>;

const sealed = { day: DaySchema, previousRoot: z.string(), hash: z.string() } as const;

/**
 * One day's seal: every chain that grew that day, and the root of the day before. `hash` covers every other field. It is of
 * version 2 where one of the chains is of configuration, which those who read version 1 do not know, and else of version 1.
 */
export const AuditRootSchema = z.discriminatedUnion("version", [
  z.strictObject({ version: z.literal(1), heads: z.array(RequestHeadSchema), ...sealed }),
  z.strictObject({ version: z.literal(2), heads: z.array(ChainHeadSchema), ...sealed }),
]);
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
  const common = { day, previousRoot: previous?.hash ?? NO_PREVIOUS_ROOT };
  const sorted = heads.toSorted((a, b) => (chainIdOf(a) < chainIdOf(b) ? -1 : 1));
  const ofRequests = sorted.filter((head) => "requestId" in head);
  const content =
    ofRequests.length === sorted.length
      ? ({ version: 1, ...common, heads: ofRequests } as const)
      : ({ version: 2, ...common, heads: sorted } as const);
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
