import type { Author, Via } from "../core/domain/configuration/entry.ts";
import type { LintedItem } from "../core/domain/lint/configuration.ts";
import type { Person } from "../core/domain/principal.ts";
import type { Clock } from "../core/ports/clock.ts";
import type { ConfigurationStore } from "../core/ports/stores.ts";
import { confirmConfiguration } from "../core/use-cases/configuration/confirm-configuration.ts";
import { getItem, listItems } from "../core/use-cases/configuration/named-items.ts";
import type {
  Bookkeeping,
  SaveInput,
  WrittenItem,
} from "../core/use-cases/configuration/save-configuration.ts";
import type { Soundness } from "../core/use-cases/lint/soundness.ts";
import { authorOf } from "../http/call.ts";
import { pageOf, pageView } from "../http/pages.ts";
import { withWarnings } from "./with-warnings.ts";

/** A kind of items that people write, look at, confirm and delete by their names. */
interface NamedKind<Item extends Bookkeeping, Document, View extends object> {
  readonly kind: LintedItem["kind"];
  readonly store: ConfigurationStore<Item>;
  readonly clock: Pick<Clock, "now">;
  readonly soundness: Soundness;
  readonly save: (input: SaveInput<Item, Document>) => Promise<Item>;
  readonly remove: (name: Item["name"], author: Author) => Promise<void>;
  /** What is about to be saved, for lint to look at. */
  readonly linted: (item: WrittenItem<Item>) => LintedItem;
  readonly view: (item: Item) => View;
}

interface Caller {
  readonly caller: Person;
  readonly via: Via;
}

interface Named<Name> {
  readonly path: { readonly name: Name };
}

/** What the five routes that every such kind has do. */
export const namedItemHandlers = <Item extends Bookkeeping, Document, View extends object>({
  save,
  remove,
  linted,
  view,
  soundness,
  ...kind
}: NamedKind<Item, Document, View>) => {
  const get = getItem<Item>(kind);
  const list = listItems<Item>(kind);
  const confirm = confirmConfiguration<Item>(kind);
  return {
    list: async ({ query }: { readonly query: Parameters<typeof pageOf>[0] }) => ({
      body: pageView(await list(pageOf(query)), view),
    }),
    get: async ({ path }: Named<Item["name"]>) => ({ body: view(await get(path.name)) }),
    put: async ({ path, body, ...call }: Caller & Named<string> & { readonly body: Document }) => ({
      body: await withWarnings(soundness, async (check) =>
        view(
          await save({
            author: authorOf(call),
            name: path.name,
            document: body,
            check: (item) => check(linted(item)),
          }),
        ),
      ),
    }),
    remove: async ({ path, ...call }: Caller & Named<Item["name"]>) => {
      await remove(path.name, authorOf(call));
      return { body: undefined };
    },
    confirm: async ({
      caller,
      via,
      path,
      body,
    }: Caller & Named<Item["name"]> & { readonly body: { readonly version: number } }) => ({
      body: view(await confirm({ caller: caller.userId, via, ...path, ...body })),
    }),
  };
};
