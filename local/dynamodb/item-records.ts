import type { LocalStore } from "../store.ts";
import type { ApplicationTable } from "../template/tables.ts";
import { picked } from "./attribute-value.ts";
import type { Item } from "./attribute-value.ts";

/** The durable copy of every table and item; dynalite's own is in memory and is filled from it at each start. */
export interface ItemRecords {
  tables(): readonly ApplicationTable[];
  putTable(table: ApplicationTable): void;
  /** Forgets a table with its items. */
  deleteTable(name: string): void;
  items(table: ApplicationTable): readonly Item[];
  /** Writes or, without an image, removes the item with `key`. */
  write(table: ApplicationTable, key: Item, image: Item | undefined): void;
}

const TABLES = "dynamodb/tables";
const itemsOf = (tableName: string) => `dynamodb/items/${tableName}`;

/** The attributes of an item that are its primary key. */
export const keyOf = (table: ApplicationTable, item: Item): Item =>
  picked(
    item,
    table.KeySchema.map(({ AttributeName }) => AttributeName),
  );

/** A text for a primary key, the same for equal keys: its values in the order of the table's key. */
export const keyText = (table: ApplicationTable, key: Item): string =>
  JSON.stringify(table.KeySchema.map(({ AttributeName }) => key[AttributeName]));

export const createItemRecords = (store: LocalStore): ItemRecords => ({
  tables: () => store.list(TABLES).map(({ document }) => document as ApplicationTable),
  putTable: (table) => {
    store.put(TABLES, table.name, table);
  },
  deleteTable: (name) => {
    store.atomically(() => {
      for (const { id } of store.list(itemsOf(name))) store.delete(itemsOf(name), id);
      store.delete(TABLES, name);
    });
  },
  items: (table) => store.list(itemsOf(table.name)).map(({ document }) => document as Item),
  write: (table, key, image) => {
    if (image === undefined) store.delete(itemsOf(table.name), keyText(table, key));
    else store.put(itemsOf(table.name), keyText(table, key), image);
  },
});
