import { documentOf, type ConfigurationDocument } from "../../core/domain/configuration/document.ts";
import { ConfigurationEntrySchema, type ConfigurationEntry } from "../../core/domain/configuration/entry.ts";
import { withoutTableAttributes } from "./keys.ts";
import type { Item } from "./table.ts";

/*
 * An item of the Config table: the content, and beside it its newest audit entry as `change`. What that entry has as `after` is
 * the content itself and is not kept twice: it would be read with every list of flows, which requests are decided by. One
 * that is deleted has no content, but `deleted`, its version and its last entry.
 */

/** Only what sets Config items apart from their content; what earlier versions wrote has none of them. */
interface Bookkeeping {
  readonly version: number;
  readonly deleted?: true;
  readonly change?: object;
}

/** Whether only its chain is left. */
export const isDeleted = (item: Item): boolean => item["deleted"] === true;

/** The item of content that a change leaves. */
export const itemWith = (content: Item, entry: ConfigurationEntry): Item & Bookkeeping => {
  if (entry.type === "ConfigurationDeleted") return { version: entry.version, deleted: true, change: entry };
  const { after: _after, ...change } = entry;
  return { ...content, version: entry.version, change };
};

/** The content that the item holds, as it was stored. */
export const contentIn = (item: Item): Item => {
  const { change: _change, ...content } = item;
  return content;
};

/** An integration is within its item, since both have a `kind`. */
const documentIn = (item: Item): ConfigurationDocument => {
  const { integration, ...flat } = withoutTableAttributes(contentIn(item));
  return documentOf(typeof integration === "object" && integration !== null ? integration : flat);
};

/** The newest entry of the item's chain, if it has begun. Throws for one that Lockstep did not write. */
export const changeIn = (item: Item): ConfigurationEntry | undefined => {
  const change = item["change"];
  if (change === undefined) return undefined;
  const parsed = ConfigurationEntrySchema.safeParse(
    isDeleted(item) ? change : { ...(change as object), after: documentIn(item) },
  );
  if (parsed.success) return parsed.data;
  const key = JSON.stringify({ pk: item["pk"], sk: item["sk"] });
  throw new Error(`The change of the item at ${key} is not of the shape that Lockstep writes`, {
    cause: parsed.error,
  });
};
