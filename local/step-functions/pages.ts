import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import { optionalText, validationError } from "./service-input.ts";

const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 1000;

const pageSize = (input: JsonObject): number => {
  const asked = input["maxResults"] ?? 0;
  if (typeof asked !== "number" || !Number.isInteger(asked) || asked < 0 || asked > LARGEST_PAGE) {
    throw validationError(`1 validation error detected: 'maxResults' must be 0 to ${String(LARGEST_PAGE)}`);
  }
  return asked === 0 ? DEFAULT_PAGE : asked;
};

const invalidToken = () => new AwsError("InvalidToken", "Invalid Token: 'Invalid token'");

/** The key of the last item that the caller has seen. */
const lastSeen = (input: JsonObject): string | undefined => {
  const token = optionalText(input, "nextToken", 1024);
  return token === undefined ? undefined : Buffer.from(token, "base64").toString();
};

/** The page of `items` that `maxResults` and `nextToken` ask for; `keyOf` must be unique and stable. */
export const pageOf = <T>(
  items: readonly T[],
  input: JsonObject,
  keyOf: (item: T) => string,
): { readonly page: readonly T[]; readonly nextToken?: string } => {
  const size = pageSize(input);
  const after = lastSeen(input);
  const start = after === undefined ? 0 : items.findIndex((item) => keyOf(item) === after) + 1;
  if (after !== undefined && start === 0) throw invalidToken();
  const page = items.slice(start, start + size);
  const last = page.at(-1);
  if (last === undefined || start + size >= items.length) return { page };
  return { page, nextToken: Buffer.from(keyOf(last)).toString("base64") };
};
