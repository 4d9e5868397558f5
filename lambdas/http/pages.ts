import type { Page, PageQuery } from "../core/ports/stores.ts";

/** The fields that are there: for optional fields, to be absent and to be undefined are two things. */
export const given = <Fields extends object>(
  fields: Fields,
): { [Name in keyof Fields]?: NonNullable<Fields[Name]> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Fields]?: NonNullable<Fields[Name]>;
  };

/** The page that a list's query asks for. */
export const pageOf = ({
  limit,
  cursor,
}: {
  readonly limit: number;
  readonly cursor?: string | undefined;
}): PageQuery => ({
  limit,
  ...given({ cursor }),
});

/** A page as the API shows it. */
export const pageView = <Item, View>({ items, cursor }: Page<Item>, view: (item: Item) => View) => ({
  items: items.map(view),
  ...given({ cursor }),
});
