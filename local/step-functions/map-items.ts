import type { Json } from "../wire/json.ts";
import type { MapState } from "./definition.ts";
import { evaluateAs, evaluateIn } from "./visiting.ts";
import type { Visiting } from "./visiting.ts";

const isArray = (value: Json): value is readonly Json[] => Array.isArray(value);

/** The array that a Map goes through. */
export const arrayOf = (visiting: Visiting<MapState>): Promise<readonly Json[]> =>
  evaluateAs(visiting, visiting.state.Items ?? visiting.frame.input, "Items", isArray, "an array");

/** What the selector makes of an item, which it reads as `$states.context.Map.Item`. */
export const selected = async (
  visiting: Visiting<MapState>,
  item: { readonly index: number; readonly value: Json },
): Promise<Json> => {
  const { state, frame } = visiting;
  if (state.ItemSelector === undefined) return item.value;
  return evaluateIn({ ...visiting, frame: { ...frame, item } }, state.ItemSelector, "ItemSelector");
};

/** Every item as the processor gets it. */
export const itemsOf = async (visiting: Visiting<MapState>): Promise<readonly Json[]> => {
  const items: Json[] = [];
  for (const [index, value] of (await arrayOf(visiting)).entries()) {
    items.push(await selected(visiting, { index, value }));
  }
  return items;
};
