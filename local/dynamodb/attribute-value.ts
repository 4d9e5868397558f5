import { isDeepStrictEqual } from "node:util";
import type { Json, JsonObject } from "../wire/json.ts";

/** An item as DynamoDB's JSON carries it: each attribute as an object of its type. */
export type Item = Readonly<Record<string, JsonObject>>;

/** Strings in UTF-8, numbers a byte for two digits and one more, and 3 bytes for a list or a map with 1 for each member.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html */
const NUMBER_OVERHEAD = 1;
const CONTAINER_OVERHEAD = 3;
const MEMBER_OVERHEAD = 1;

const sum = (sizes: readonly number[]) => sizes.reduce((total, size) => total + size, 0);

const numberSize = (text: string) =>
  Math.ceil(text.replace(/^[-+]?0*\.?0*|e.*$|[.]/gi, "").length / 2) +
  NUMBER_OVERHEAD +
  (text.startsWith("-") ? 1 : 0);

/** A scalar's value is a text in DynamoDB's JSON. */
const textOf = (value: Json) => (typeof value === "string" ? value : "");

const SIZES: Readonly<Record<string, (value: Json) => number>> = {
  S: (value) => Buffer.byteLength(textOf(value)),
  N: (value) => numberSize(textOf(value)),
  B: (value) => Buffer.from(textOf(value), "base64").byteLength,
  BOOL: () => 1,
  NULL: () => 1,
  SS: (value) => sum((value as readonly string[]).map((member) => Buffer.byteLength(member))),
  NS: (value) => sum((value as readonly string[]).map(numberSize)),
  BS: (value) => sum((value as readonly string[]).map((member) => Buffer.from(member, "base64").byteLength)),
  L: (value) =>
    CONTAINER_OVERHEAD +
    sum((value as readonly JsonObject[]).map((member) => MEMBER_OVERHEAD + valueSize(member))),
  M: (value) =>
    CONTAINER_OVERHEAD + Object.keys(value as JsonObject).length * MEMBER_OVERHEAD + itemSize(value as Item),
};

const valueSize = (attribute: JsonObject): number => {
  const [[type, value] = ["NULL", true]] = Object.entries(attribute);
  return SIZES[type]?.(value ?? null) ?? 0;
};

/** An item's size in bytes: its attributes' names and values. */
export const itemSize = (item: Item): number =>
  sum(Object.entries(item).map(([name, value]) => Buffer.byteLength(name) + valueSize(value)));

/** Whether two images hold the same. */
export const sameItem = (one: Item | undefined, other: Item | undefined): boolean =>
  isDeepStrictEqual(one, other);

/** The attributes of an item that `names` lists, as far as it has them. */
export const picked = (item: Item, names: readonly string[]): Item =>
  Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));
