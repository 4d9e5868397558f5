import type * as z from "zod/mini";
import { invalidInput, namingKnownKeys } from "../core/contracts/invalid-input.ts";
import { DomainError, type DomainErrorCode } from "../core/domain/errors.ts";
import { LARGEST_BODY_BYTES } from "./json-body.ts";

/** What a large body has to be. */
interface LargeBody {
  readonly schema: z.ZodMiniType;
  readonly itemsOfList: number;
  /** What it is refused with, where what is wrong has no code of its own. */
  readonly code: DomainErrorCode;
}

/**
 * Refuses a body of lists that may be larger than others by what is wrong beside their items, by a list that is too long, and else
 * by the first item that does not fit. zod collects what is wrong with all of them, each several times: of a megabyte of `{}` that
 * is more than its stack, the function's memory or an answer holds. For the same reason an item may have no more bytes than a body
 * of its own. Throws DomainError.
 */
export const refuseFirstMisfit = (expected: LargeBody, body: unknown): void => {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return;
  const fields: readonly Field[] = Object.entries(body);
  refuseFrame(expected, fields);
  const lists = fields.filter(isList);
  for (const [key, items] of lists) refuseLong(expected, key, items.length);
  for (const list of lists) refuseItems(expected, list);
};

type Field = readonly [key: string, value: unknown];
type List = readonly [key: string, items: readonly unknown[]];

const isList = (field: Field): field is List => Array.isArray(field[1]);

/** The body without the items of its lists: which fields it has, and what those hold. */
const refuseFrame = ({ schema, code }: LargeBody, fields: readonly Field[]): void => {
  const frame = Object.fromEntries(fields.map((field) => (isList(field) ? [field[0], []] : field)));
  const parsed = schema.safeParse(frame, namingKnownKeys);
  if (!parsed.success) throw invalidInput(parsed.error, frame, code);
};

/** zod counts items after it has looked at each. */
const refuseLong = ({ itemsOfList, code }: LargeBody, key: string, count: number): void => {
  if (count <= itemsOfList) return;
  const detail = `found a list of ${String(count)}; expected at most ${String(itemsOfList)} items`;
  throw misfit(`/${key}`, detail, code);
};

const refuseItems = ({ schema, code }: LargeBody, [key, items]: List): void => {
  for (const [index, item] of items.entries()) {
    refuseLarge(item, `/${key}/${String(index)}`, code);
    const parsed = schema.safeParse({ [key]: [item] }, namingKnownKeys);
    if (!parsed.success) throw invalidInput(movedTo(index, parsed.error), { [key]: items }, code);
  }
};

const refuseLarge = (item: unknown, pointer: string, code: DomainErrorCode): void => {
  const bytes = Buffer.byteLength(JSON.stringify(item));
  if (bytes <= LARGEST_BODY_BYTES) return;
  const detail = `found ${String(bytes)} bytes; expected at most ${String(LARGEST_BODY_BYTES)}, as many as are read where it is saved`;
  throw misfit(pointer, detail, code);
};

const misfit = (pointer: string, detail: string, code: DomainErrorCode): DomainError =>
  new DomainError(code, `${pointer}: ${detail}`, [{ pointer, detail }]);

/** What is wrong with an only item, as of that place of the list. */
const movedTo = (index: number, { issues }: Issues): Issues => ({
  issues: issues.map((issue) => {
    const [key, , ...rest] = issue.path;
    return key === undefined || issue.path.length < 2 ? issue : { ...issue, path: [key, index, ...rest] };
  }),
});

type Issues = Pick<z.core.$ZodError, "issues">;
