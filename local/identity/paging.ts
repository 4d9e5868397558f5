import type { AwsError } from "../wire/service.ts";
import type { Documents, Stored } from "./documents.ts";

/** What a list operation was asked for. */
export interface PageRequest {
  readonly MaxResults?: number | undefined;
  readonly NextToken?: string | undefined;
}

/** One page, and the token of the next one if there is more. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly next: { readonly NextToken?: string };
}

/** A token names the last item that was shown, so that a page neither skips nor repeats an item when others come and go. */
const tokenAfter = (key: string): string => Buffer.from(JSON.stringify([key])).toString("base64url");

const keyIn = (token: string): string | undefined => {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(token, "base64url").toString());
    return Array.isArray(parsed) && typeof parsed[0] === "string" ? parsed[0] : undefined;
  } catch {
    return undefined;
  }
};

/** The key that the page begins after; throws `badToken()` when the token is not one of ours. */
const keyAfter = ({ NextToken: token }: PageRequest, badToken: () => AwsError): string | undefined => {
  if (token === undefined) return undefined;
  const key = keyIn(token);
  if (key === undefined) throw badToken();
  return key;
};

/** Reads at most `limit` documents whose ids come after `after`, in the order of their ids. */
export type ReadRange<T> = (range: {
  readonly after?: string | undefined;
  readonly limit: number;
}) => readonly Stored<T>[];

/**
 * The page that `request` asks for of what `read` reads: it costs as much as the page, however long the list is.
 * Throws `badToken()` when the token is not one of ours.
 */
export const pageRead = <T>(
  read: ReadRange<T>,
  request: PageRequest,
  largestPage: number,
  badToken: () => AwsError,
): Page<T> => {
  const size = request.MaxResults ?? largestPage;
  const found = read({ after: keyAfter(request, badToken), limit: size + 1 });
  const shown = found.slice(0, size);
  const last = shown.at(-1);
  return {
    items: shown.map(({ document }) => document),
    next: last !== undefined && found.length > size ? { NextToken: tokenAfter(last.id) } : {},
  };
};

/** The first `limit` of what several readers read, in the order of the ids. */
export const readInOrder =
  <T>(readers: readonly ReadRange<T>[]): ReadRange<T> =>
  (range) =>
    readers
      .flatMap((read) => read(range))
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .slice(0, range.limit);

/** What several readers read, one after another: the ids of each reader come before those of the next. */
export const readInTurn =
  <T>(readers: readonly ReadRange<T>[]): ReadRange<T> =>
  ({ after, limit }) => {
    const found: Stored<T>[] = [];
    for (const read of readers) {
      if (found.length >= limit) break;
      found.push(...read({ after, limit: limit - found.length }));
    }
    return found;
  };

/** The ids within `prefix`, without it. */
export const readWithin =
  <T>(documents: Pick<Documents<T>, "range">, prefix: string): ReadRange<T> =>
  ({ after, limit }) =>
    documents
      .range({ prefix, after: after === undefined ? undefined : prefix + after, limit })
      .map(({ id, document }) => ({ id: id.slice(prefix.length), document }));

/**
 * The page of `items`, a short list, that `request` asks for, in the order of `keyOf`.
 * Throws `badToken()` when the token is not one of ours.
 */
export const pageOf = <T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  request: PageRequest,
  largestPage: number,
  badToken: () => AwsError,
): Page<T> => {
  const after = keyAfter(request, badToken);
  const rest = items
    .map((item) => ({ key: keyOf(item), item }))
    .filter(({ key }) => after === undefined || key > after)
    .toSorted((a, b) => (a.key < b.key ? -1 : 1));
  const shown = rest.slice(0, request.MaxResults ?? largestPage);
  const last = shown.at(-1);
  return {
    items: shown.map(({ item }) => item),
    next: last !== undefined && rest.length > shown.length ? { NextToken: tokenAfter(last.key) } : {},
  };
};
