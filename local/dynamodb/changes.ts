import type { ApplicationTable } from "../template/tables.ts";
import type { Item } from "./attribute-value.ts";

/** One item's change. */
export interface ItemChange {
  readonly table: ApplicationTable;
  readonly key: Item;
  readonly before: Item | undefined;
  readonly after: Item | undefined;
}

/** Takes changes into the tables' streams. */
export interface ChangeLog {
  /** Keeps a change for delivery; it runs inside of the transaction that writes the item. */
  append(change: ItemChange): void;
  /** Says that what was appended is committed. */
  committed(): void;
}
