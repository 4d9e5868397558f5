import type * as z from "zod/mini";
import type { OnUnreadable } from "../../core/ports/stores.ts";
import { withoutTableAttributes } from "./keys.ts";
import type { Item } from "./table.ts";

/** What an item holds, read through its schema: an item of another shape is a defect, and named by its key. */
export const stored = <Schema extends z.ZodMiniType>(schema: Schema, item: Item): z.output<Schema> => {
  const parsed = schema.safeParse(withoutTableAttributes(item));
  if (parsed.success) return parsed.data;
  const key = JSON.stringify({ pk: item["pk"], sk: item["sk"] });
  throw new Error(`The item at ${key} is not of the shape that Lockstep writes`, { cause: parsed.error });
};

/** What a list shows of one item: nothing when it cannot be read, of which somebody is told. */
export const orNothing = <Found>(
  item: Item,
  read: (item: Item) => Found,
  onUnreadable: OnUnreadable,
): readonly Found[] => {
  try {
    return [read(item)];
  } catch (defect) {
    onUnreadable(defect);
    return [];
  }
};
