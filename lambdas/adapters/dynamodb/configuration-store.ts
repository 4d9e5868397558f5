import * as z from "zod/mini";
import type { ConfigurationEntry } from "../../core/domain/configuration/entry.ts";
import type { ConfigurationKind } from "../../core/domain/configuration/subject.ts";
import type {
  ConfigurationHead,
  ConfigurationHeads,
  ConfigurationItem,
  ConfigurationStore,
  WriteOutcome,
} from "../../core/ports/stores.ts";
import { isNew, type Condition } from "./conditions.ts";
import { changeIn, contentIn, entryIn, entryItem, isDeleted, itemWith } from "./configuration-item.ts";
import { configKey, configurationEntryKey } from "./keys.ts";
import { table, type Item, type Table, type TableDeps } from "./table.ts";

/** How one kind of configuration lies in its items. */
export interface ConfigurationShape<Content extends ConfigurationItem> {
  readonly kind: ConfigurationKind;
  /** Throws for content that Lockstep did not write. */
  readonly read: (content: Item) => Content;
  readonly write: (content: Content) => Item;
}

const VersionSchema = z.object({ version: z.int().check(z.positive()) });

const headOf = <Content>(
  item: Item | undefined,
  read: (item: Item) => Content,
): ConfigurationHead<Content> => {
  if (item === undefined) return { version: 0 };
  const { version } = VersionSchema.parse(item);
  const change = changeIn(item);
  return {
    version,
    ...(isDeleted(item) ? {} : { item: read(contentIn(item)) }),
    ...(change === undefined ? {} : { change }),
  };
};

/** The items of one kind in the Config table. Reads are consistent: a rule that was just taken away must not let one more request through. */
export const configurationStore = <Content extends ConfigurationItem>(
  deps: TableDeps,
  { kind, read, write }: ConfigurationShape<Content>,
): ConfigurationStore<Content> => {
  const config = table(deps);
  const keyOf = (name: string) => configKey({ kind, name });
  const there = (item: Item): readonly Content[] => (isDeleted(item) ? [] : [read(contentIn(item))]);
  return {
    get: async (name) => {
      const item = await config.get(keyOf(name));
      return item === undefined ? undefined : there(item)[0];
    },
    list: async () => (await itemsOf(config, kind)).flatMap(there),
    head: async (name) => headOf(await config.get(keyOf(name)), read),
    put: (next, change) =>
      putWithEntry(config, { ...itemWith(write(next), change), ...keyOf(next.name) }, change),
    delete: ({ name }, change) => putWithEntry(config, { ...itemWith({}, change), ...keyOf(name) }, change),
  };
};

const itemsOf = (config: Table, kind: ConfigurationKind): Promise<readonly Item[]> =>
  config.queryAll({
    KeyConditionExpression: "#pk = :pk",
    ExpressionAttributeNames: { "#pk": "pk" },
    ExpressionAttributeValues: { ":pk": kind },
    ConsistentRead: true,
  });

/** The entry first: what an item names is there, whatever becomes of whoever writes. */
const putWithEntry = async (config: Table, item: Item, entry: ConfigurationEntry): Promise<WriteOutcome> => {
  await config.put(entryItem(entry), isNew);
  return config.put(item, follows(entry));
};

/** Where any item's chain stands, whatever its kind, and what it consists of. */
export const configurationHeads = (deps: TableDeps): ConfigurationHeads => {
  const config = table(deps);
  return {
    head: async (subject) => headOf(await config.get(configKey(subject)), contentIn),
    newest: async (kind) =>
      (await itemsOf(config, kind)).map(changeIn).filter((change) => change !== undefined),
    entry: async (change) => {
      const item = await config.get(configurationEntryKey(change));
      return item === undefined ? undefined : entryIn(item);
    },
  };
};

/** What is there is what the change was made of: the entry before it, or what an earlier version wrote without any, or nothing. */
const follows = ({ type, sequence, version }: ConfigurationEntry): Condition => {
  if (sequence > 1) {
    return {
      ConditionExpression: "#change.#sequence = :sequence",
      ExpressionAttributeNames: { "#change": "change", "#sequence": "sequence" },
      ExpressionAttributeValues: { ":sequence": sequence - 1 },
    };
  }
  const previous = type === "ConfigurationConfirmed" ? version : version - 1;
  if (previous === 0) return isNew;
  return {
    ConditionExpression: "#version = :version AND attribute_not_exists(#change)",
    ExpressionAttributeNames: { "#version": "version", "#change": "change" },
    ExpressionAttributeValues: { ":version": previous },
  };
};
