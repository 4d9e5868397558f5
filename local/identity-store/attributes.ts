import type { Json } from "../wire/json.ts";

/** The attributes that have a value: a record has no member that says undefined. */
export const definedIn = (attributes: Readonly<Record<string, unknown>>): Record<string, Json> =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined)) as Record<
    string,
    Json
  >;
