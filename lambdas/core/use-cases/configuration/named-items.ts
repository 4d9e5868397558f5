import * as z from "zod/mini";
import { decodeCursor, encodeCursor } from "../../contracts/http/cursor.ts";
import { nounOf, type ConfigurationKind } from "../../domain/configuration/subject.ts";
import { DomainError, type DomainErrorCode } from "../../domain/errors.ts";
import type { ConfigurationItem, ConfigurationStore, Page, PageQuery } from "../../ports/stores.ts";

interface Kind<Item extends ConfigurationItem> {
  readonly kind: ConfigurationKind;
  readonly store: Pick<ConfigurationStore<Item>, "get" | "list">;
}

/** One item of a kind; throws DomainError `not-found`. */
export const getItem =
  <Item extends ConfigurationItem>({ kind, store }: Kind<Item>) =>
  async (name: Item["name"]): Promise<Item> => {
    const item = await store.get(name);
    if (item === undefined) throw itemNotThere(kind, name);
    return item;
  };

const PlaceSchema = z.strictObject({ after: z.string() });

/** A page of the items of a kind, by name. */
export const listItems =
  <Item extends ConfigurationItem>({ store }: Pick<Kind<Item>, "store">) =>
  async ({ limit, cursor }: PageQuery): Promise<Page<Item>> => {
    const after = cursor === undefined ? "" : decodeCursor(PlaceSchema, cursor).after;
    const rest = (await store.list()).filter(({ name }) => name > after);
    const items = rest.slice(0, limit);
    const last = items.at(-1);
    return last === undefined || items.length === rest.length
      ? { items }
      : { items, cursor: encodeCursor({ after: last.name }) };
  };

export const itemNotThere = (kind: ConfigurationKind, name: string): DomainError =>
  new DomainError("not-found", `There is no ${nounOf[kind]} ${name}.`);

/** What names of a kind may be, and the code of the error that refuses others. */
export interface NameRules<Name extends string> {
  readonly schema: z.ZodMiniType<Name>;
  readonly code: DomainErrorCode;
}

/** The name that a document is written under: the path's, which a name in the document has to be, too. */
export const nameOfItem = <Name extends string>(
  { kind, naming: { schema, code } }: { readonly kind: ConfigurationKind; readonly naming: NameRules<Name> },
  name: string,
  document: { readonly name?: string | undefined },
): Name => {
  const parsed = schema.safeParse(name);
  if (parsed.success && (document.name === undefined || document.name === name)) return parsed.data;
  const detail = parsed.success
    ? `found ${JSON.stringify(document.name)}; expected the path's name ${JSON.stringify(name)}, or no name`
    : `found ${JSON.stringify(name)}; expected 1 to 64 letters, digits, - and _, starting with a letter or digit`;
  throw new DomainError(code, `The ${nounOf[kind]}'s name: ${detail}.`, [{ pointer: "/name", detail }]);
};
