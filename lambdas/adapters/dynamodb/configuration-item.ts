import * as z from "zod/mini";
import {
  ChangeMarkSchema,
  ConfigurationEntrySchema,
  markOf,
  type ChangeMark,
  type ConfigurationEntry,
} from "../../core/domain/configuration/entry.ts";
import { SubjectSchema } from "../../core/domain/configuration/subject.ts";
import { configurationEntryKey } from "./keys.ts";
import type { Item } from "./table.ts";

/*
 * Two kinds of items of the Config table. One is the content, and beside it which entry its newest change is, as `change`; of what
 * that is, the item's key says already.
 * One that is deleted has no content, but `deleted`, its version and its last change. The other is an entry as a whole, written
 * before the item that names it by its hash, and never over. One that no item and no later entry names was of a write that
 * somebody else's came before: it never happened.
 */

const StoredMarkSchema = z.omit(ChangeMarkSchema, { subject: true });

/** Only what sets Config items apart from their content; what earlier versions wrote has none of them. */
interface Bookkeeping {
  readonly version: number;
  readonly deleted?: true;
  readonly change?: z.infer<typeof StoredMarkSchema>;
}

/** Whether only its chain is left. */
export const isDeleted = (item: Item): boolean => item["deleted"] === true;

/** The item of content that a change leaves. */
export const itemWith = (content: Item, entry: ConfigurationEntry): Item & Bookkeeping => {
  const { subject: _subject, ...change } = markOf(entry);
  if (entry.type === "ConfigurationDeleted") return { version: entry.version, deleted: true, change };
  return { ...content, version: entry.version, change };
};

/** The item of an entry. */
export const entryItem = (entry: ConfigurationEntry): Item => ({ ...configurationEntryKey(entry), entry });

/** The content that the item holds, as it was stored. */
export const contentIn = (item: Item): Item => {
  const { change: _change, ...content } = item;
  return content;
};

/** The newest change of the item, if its chain has begun. Throws for one that Lockstep did not write. */
export const changeIn = (item: Item): ChangeMark | undefined => {
  const change = item["change"];
  if (change === undefined) return undefined;
  const subject = read(SubjectSchema, { kind: item["pk"], name: item["sk"] }, "key", item);
  return { subject, ...read(StoredMarkSchema, change, "change", item) };
};

/** The entry of an item of one. Throws for one that Lockstep did not write. */
export const entryIn = (item: Item): ConfigurationEntry =>
  read(ConfigurationEntrySchema, item["entry"], "entry", item);

const read = <Schema extends z.ZodMiniType>(
  schema: Schema,
  value: unknown,
  what: string,
  item: Item,
): z.output<Schema> => {
  const parsed = z.safeParse(schema, value);
  if (parsed.success) return parsed.data;
  const key = JSON.stringify({ pk: item["pk"], sk: item["sk"] });
  throw new Error(`The ${what} of the item at ${key} is not of the shape that Lockstep writes`, {
    cause: parsed.error,
  });
};
