import * as z from "zod/mini";
import { AccountIdSchema, PermissionSetArnSchema } from "../../core/domain/ids.ts";
import type { Catalogue, CatalogueWriter, LookUp } from "../../core/ports/catalogue.ts";
import { CONFIG_BY_NAME, ConfigPartition, configKeys, nameKey } from "./keys.ts";
import { stored } from "./stored.ts";
import { table, type Item, type Key, type Table, type TableDeps } from "./table.ts";

const AccountSchema = z.strictObject({ id: AccountIdSchema, name: z.string() });

const PermissionSetSchema = z.strictObject({
  arn: PermissionSetArnSchema,
  name: z.string(),
  sessionDuration: z.string(),
  inManagementAccount: z.boolean(),
});

/** One partition of the catalogue, read through its schema. */
const partition = <Schema extends z.ZodMiniType<{ readonly name: string }>>(
  config: Table,
  {
    pk,
    schema,
    keyOf,
  }: {
    readonly pk: string;
    readonly schema: Schema;
    readonly keyOf: (entry: z.output<Schema>) => Key;
  },
) => {
  const read = (item: Item): z.output<Schema> => stored(schema, item);

  const all = async () => {
    const items = await config.queryAll({
      KeyConditionExpression: "#pk = :pk",
      ExpressionAttributeNames: { "#pk": "pk" },
      ExpressionAttributeValues: { ":pk": pk },
      ConsistentRead: true,
    });
    return items.map(read);
  };

  return {
    all,
    at: async (key: Key) => {
      const item = await config.get(key);
      return item === undefined ? undefined : read(item);
    },
    named: async (name: string, how: LookUp) => {
      if (how === "consistent") return (await all()).filter((entry) => entry.name === name);
      const items = await config.queryAll({
        IndexName: CONFIG_BY_NAME.name,
        KeyConditionExpression: "#name = :name",
        ExpressionAttributeNames: { "#name": CONFIG_BY_NAME.partition },
        ExpressionAttributeValues: { ":name": nameKey(pk, name) },
      });
      return items.map(read);
    },
    /** Writes only what differs: a refresh that finds nothing new costs reads and no writes. */
    replace: async (entries: readonly z.output<Schema>[]) => {
      const wanted = new Map(entries.map((entry) => [text(keyOf(entry)), entry]));
      const kept = new Map((await all()).map((entry) => [text(keyOf(entry)), entry]));
      for (const [key, entry] of wanted) {
        if (same(entry, kept.get(key))) continue;
        await config.put({ ...entry, ...keyOf(entry), [CONFIG_BY_NAME.partition]: nameKey(pk, entry.name) });
      }
      for (const [key, entry] of kept) {
        if (!wanted.has(key)) await config.delete(keyOf(entry));
      }
    },
  };
};

const text = (key: Key): string => JSON.stringify(key);

const same = (a: object, b: object | undefined): boolean =>
  b !== undefined &&
  Object.entries(a).every(([name, value]) => (b as Record<string, unknown>)[name] === value);

/** The names of accounts and permission sets in the Config table. */
export const catalogue = (deps: TableDeps): Catalogue & CatalogueWriter => {
  const config = table(deps);
  const accounts = partition(config, {
    pk: ConfigPartition.accounts,
    schema: AccountSchema,
    keyOf: ({ id }) => configKeys.account(id),
  });
  const permissionSets = partition(config, {
    pk: ConfigPartition.permissionSets,
    schema: PermissionSetSchema,
    keyOf: ({ arn }) => configKeys.permissionSet(arn),
  });
  return {
    account: (id) => accounts.at(configKeys.account(id)),
    accountsNamed: (name, how) => accounts.named(name, how),
    permissionSet: (arn) => permissionSets.at(configKeys.permissionSet(arn)),
    permissionSetsNamed: (name, how) => permissionSets.named(name, how),
    replaceAccounts: (entries) => accounts.replace(entries),
    knownPermissionSets: () => permissionSets.all(),
    replacePermissionSets: (entries) => permissionSets.replace(entries),
  };
};
