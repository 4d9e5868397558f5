import { editorsAfterSave, type Confirmable } from "../../domain/configuration/confirmation.ts";
import type { Author } from "../../domain/configuration/entry.ts";
import { hashOf } from "../../domain/hash.ts";
import { timestamp, type Timestamp } from "../../domain/ids.ts";
import type { ConfigurationItem } from "../../ports/stores.ts";
import { changeConfiguration, type ChangeConfigurationDeps } from "./change-configuration.ts";
import { nameOfItem, type NameRules } from "./named-items.ts";

/** What Lockstep itself writes of an item that people edit and confirm. */
export interface Bookkeeping extends ConfigurationItem, Confirmable {
  readonly updatedAt: Timestamp;
  readonly updatedBy: string;
}

/** What people write of an item. */
export type ContentOf<Item extends Bookkeeping> = Omit<Item, keyof Bookkeeping>;

/** The item of a document, before it is saved. */
export type WrittenItem<Item extends Bookkeeping> = ContentOf<Item> & Pick<Item, "name">;

/** What is to be saved, and by whom. */
export interface SaveInput<Item extends Bookkeeping, Document> {
  readonly author: Author;
  readonly name: string;
  readonly document: Document;
  /** Looks at what is about to be saved; throws DomainError where that is not to be. */
  readonly check?: ((item: WrittenItem<Item>) => Promise<void>) | undefined;
}

/** A kind of items that people write as documents. */
interface WrittenKind<Item extends Bookkeeping, Document> extends ChangeConfigurationDeps<Item> {
  readonly naming: NameRules<Item["name"]>;
  /** What a document means, its names made ids; throws DomainError where it means nothing, or what is not to be. */
  readonly contentOf: (name: Item["name"], document: Document) => ContentOf<Item> | Promise<ContentOf<Item>>;
}

/**
 * Makes or replaces an item, as a version that its author has edited and another administrator has to confirm. Saving what
 * is there already writes nothing.
 */
export const saveConfiguration = <
  Item extends Bookkeeping,
  Document extends { readonly name?: string | undefined },
>(
  kind: WrittenKind<Item, Document>,
) => {
  const change = changeConfiguration<Item>(kind);
  return async ({ author, name, document, check }: SaveInput<Item, Document>): Promise<Item> => {
    const itemName = nameOfItem(kind, name, document);
    const content = await kind.contentOf(itemName, document);
    await check?.({ name: itemName, ...content });
    return change<Item>(itemName, author, (current, version) => {
      if (current !== undefined && hashOf(writtenOf(current)) === hashOf(content)) return current;
      // The compiler does not put an item together again that it has seen taken apart.
      return {
        ...content,
        name: itemName,
        version,
        updatedAt: timestamp(kind.clock.now()),
        updatedBy: nameOfActor(author.actor),
        unconfirmedEditors: editorsAfterSave(current, author.actor),
      } as unknown as Item;
    });
  };
};

const nameOfActor = (actor: Author["actor"]): string => (actor.type === "user" ? actor.userId : actor.name);

const writtenOf = ({
  name: _name,
  version: _version,
  updatedAt: _updatedAt,
  updatedBy: _updatedBy,
  unconfirmedEditors: _unconfirmedEditors,
  ...content
}: Bookkeeping): object => content;
