import type * as z from "zod/mini";
import { invalidInput, namingKnownKeys } from "../core/contracts/invalid-input.ts";
import { DomainError, type DomainErrorCode } from "../core/domain/errors.ts";
import { LARGEST_BODY_BYTES } from "./json-body.ts";

/**
 * Refuses a body of lists that may be larger than others by what is wrong beside their items, and else by the first item that
 * does not fit. zod collects what is wrong with all of them, each several times: of a megabyte of `{}` that is more than its
 * stack, the function's memory or an answer holds. For the same reason an item may have no more bytes than a body of its own.
 * Throws DomainError `code`, or the code of what is wrong.
 */
export const refuseFirstMisfit = (schema: z.ZodMiniType, body: unknown, code: DomainErrorCode): void => {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return;
  const entries: readonly (readonly [string, unknown])[] = Object.entries(body);
  refuseFrame(schema, entries, code);
  for (const [key, items] of entries) {
    if (!Array.isArray(items)) continue;
    for (const [index, item] of items.entries() as ArrayIterator<[number, unknown]>) {
      refuseLarge(item, `/${key}/${String(index)}`, code);
      const parsed = schema.safeParse({ [key]: [item] }, namingKnownKeys);
      if (!parsed.success) throw invalidInput(movedTo(index, parsed.error), { [key]: items }, code);
    }
  }
};

/** The body without the items of its lists: which fields it has, and what those hold. */
const refuseFrame = (
  schema: z.ZodMiniType,
  entries: readonly (readonly [string, unknown])[],
  code: DomainErrorCode,
): void => {
  const frame = Object.fromEntries(entries.map(([key, value]) => [key, Array.isArray(value) ? [] : value]));
  const parsed = schema.safeParse(frame, namingKnownKeys);
  if (!parsed.success) throw invalidInput(parsed.error, frame, code);
};

const refuseLarge = (item: unknown, pointer: string, code: DomainErrorCode): void => {
  const bytes = Buffer.byteLength(JSON.stringify(item));
  if (bytes <= LARGEST_BODY_BYTES) return;
  const detail = `found ${String(bytes)} bytes; expected at most ${String(LARGEST_BODY_BYTES)}, as many as are read where it is saved`;
  throw new DomainError(code, `${pointer}: ${detail}`, [{ pointer, detail }]);
};

/** What is wrong with an only item, as of that place of the list. */
const movedTo = (index: number, { issues }: Issues): Issues => ({
  issues: issues.map((issue) => {
    const [key, , ...rest] = issue.path;
    return key === undefined || issue.path.length < 2 ? issue : { ...issue, path: [key, index, ...rest] };
  }),
});

type Issues = Pick<z.core.$ZodError, "issues">;
