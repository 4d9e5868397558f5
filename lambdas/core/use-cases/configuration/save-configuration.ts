import { editorsAfterSave, type Confirmable } from "../../domain/configuration/confirmation.ts";
import type { Author } from "../../domain/configuration/entry.ts";
import { hashOf } from "../../domain/hash.ts";
import { timestamp, type Timestamp } from "../../domain/ids.ts";
import type { ConfigurationItem } from "../../ports/stores.ts";
import { changeConfiguration, type ChangeConfigurationDeps } from "./change-configuration.ts";

/** What Lockstep itself writes of an item that people edit and confirm. */
interface Bookkeeping extends ConfigurationItem, Confirmable {
  readonly updatedAt: Timestamp;
  readonly updatedBy: string;
}

/** What people write of an item. */
export type ContentOf<Item extends Bookkeeping> = Omit<Item, keyof Bookkeeping>;

/** Looks at what is about to be saved; throws DomainError where that is not to be. */
export type CheckBeforeSave<Item extends Bookkeeping> = (
  item: ContentOf<Item> & Pick<Item, "name">,
) => Promise<void>;

/**
 * Makes or replaces an item, as a version that its author has edited and another administrator has to confirm. Saving what
 * is there already writes nothing.
 */
export const saveConfiguration =
  <Item extends Bookkeeping>(dependencies: ChangeConfigurationDeps<Item>) =>
  (name: Item["name"], author: Author, content: ContentOf<Item>): Promise<Item> =>
    changeConfiguration<Item>(dependencies)<Item>(name, author, (current, version) => {
      if (current !== undefined && hashOf(contentOf(current)) === hashOf(content)) return current;
      // The compiler does not put an item together again that it has seen taken apart.
      return {
        ...content,
        name,
        version,
        updatedAt: timestamp(dependencies.clock.now()),
        updatedBy: nameOfActor(author.actor),
        unconfirmedEditors: editorsAfterSave(current, author.actor),
      } as unknown as Item;
    });

const nameOfActor = (actor: Author["actor"]): string => (actor.type === "user" ? actor.userId : actor.name);

const contentOf = ({
  name: _name,
  version: _version,
  updatedAt: _updatedAt,
  updatedBy: _updatedBy,
  unconfirmedEditors: _unconfirmedEditors,
  ...content
}: Bookkeeping): object => content;
