import * as z from "zod/mini";

/** The most items of one page. */
export const LARGEST_PAGE = 100;

const DEFAULT_PAGE = 50;

const limitError = `a whole number from 1 to ${LARGEST_PAGE}`;

/** A whole number in a query, where everything is text. */
const LimitSchema = z
  .pipe(z.string().check(z.regex(/^[0-9]{1,3}$/, { error: limitError })), z.transform(Number))
  .check(
    z.refine((limit) => limit >= 1 && limit <= LARGEST_PAGE, { error: limitError }),
    z.meta({ type: "integer", minimum: 1, maximum: LARGEST_PAGE, default: DEFAULT_PAGE, pattern: undefined }),
  );

/** The query fields that every list has. */
export const PageQueryFields = {
  limit: z._default(LimitSchema, DEFAULT_PAGE),
  cursor: z.optional(z.string().check(z.minLength(1), z.maxLength(1024))),
} as const;

/** A list's query without anything of its own. */
export const PageQuerySchema = z.strictObject(PageQueryFields);

/** One page of a list; without a cursor it is the last one. */
export const listOf = <Item extends z.ZodMiniType>(item: Item) =>
  z.strictObject({ items: z.array(item), cursor: z.optional(z.string()) });
