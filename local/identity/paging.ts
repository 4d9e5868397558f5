import type { AwsError } from "../wire/service.ts";

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

/**
 * The page of `items` that `request` asks for, in the order of `keyOf`.
 * Throws `badToken()` when the token is not one of ours.
 */
export const pageOf = <T>(
  items: readonly T[],
  keyOf: (item: T) => string,
  request: PageRequest,
  largestPage: number,
  badToken: () => AwsError,
): Page<T> => {
  const after = request.NextToken === undefined ? undefined : keyIn(request.NextToken);
  if (request.NextToken !== undefined && after === undefined) throw badToken();
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
