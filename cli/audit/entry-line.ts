import * as z from "zod/mini";
import { canonicalJson, hashOf } from "../../lambdas/core/domain/hash.ts";

const HASH = /^[0-9a-f]{64}$/;

const text = z.string().check(z.minLength(1));

/** What an entry is of: a request, or else an item of configuration (lambdas/core/domain/chain.ts). Of which form is not checked. */
const OwnerSchema = z.union([
  z.pipe(
    z.looseObject({ requestId: text }),
    z.transform(({ requestId }) => requestId),
  ),
  z.pipe(
    z.looseObject({ subject: z.looseObject({ kind: text, name: text }) }),
    z.transform(({ subject: { kind, name } }) => `${kind}/${name}`),
  ),
]);

/** What the checks need of an entry; its other fields are covered by its hash. */
const EntrySchema = z.looseObject({
  sequence: z.int().check(z.positive()),
  at: z.string(),
  previousHash: z.string().check(z.regex(HASH)),
  hash: z.string().check(z.regex(HASH)),
});

/** An entry of an export, with the hash that its content really has. */
export interface LinedEntry {
  /** What it is about, by its id. */
  readonly chain: string;
  readonly sequence: number;
  readonly at: string;
  readonly previousHash: string;
  readonly hash: string;
  readonly contentHash: string;
  /** Whether the line is the entry's canonical JSON, character for character. */
  readonly isCanonical: boolean;
}

/** What a line says; undefined where it is no JSON, or JSON that has no canonical form (a lone surrogate). */
const canonicalOf = (line: string): { readonly value: unknown; readonly text: string } | undefined => {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { value, text: canonicalJson(value) } : undefined;
  } catch {
    return undefined;
  }
};

/** The entry on a line; undefined when there is none. */
export const entryOfLine = (line: string): LinedEntry | undefined => {
  const canonical = canonicalOf(line);
  const parsed = EntrySchema.safeParse(canonical?.value);
  const owner = OwnerSchema.safeParse(canonical?.value);
  if (canonical === undefined || !owner.success || !parsed.success) return undefined;
  const { hash, ...content } = parsed.data;
  const { sequence, at, previousHash } = content;
  return {
    chain: owner.data,
    sequence,
    at,
    previousHash,
    hash,
    contentHash: hashOf(content),
    isCanonical: canonical.text === line,
  };
};
