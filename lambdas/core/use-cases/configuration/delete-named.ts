import type { Author } from "../../domain/configuration/entry.ts";
import { refuseStillNamed } from "../../domain/configuration/naming-problems.ts";
import type { ConfigurationItem } from "../../ports/stores.ts";
import { namingItems, type NamingStores } from "./catalogue.ts";
import { changeConfiguration, type ChangeConfigurationDeps } from "./change-configuration.ts";
import { itemNotThere } from "./named-items.ts";

/**
 * Deletes an item that access flows and bundles may name, whoever changed it last. Throws DomainError `not-found`, or
 * `still-named` where something names it.
 */
export const deleteNamed =
  <Item extends ConfigurationItem>(dependencies: ChangeConfigurationDeps<Item>, stores: NamingStores) =>
  async (name: Item["name"], author: Author): Promise<void> => {
    const { kind } = dependencies;
    await changeConfiguration<Item>(dependencies)<undefined>(name, author, async (current) => {
      if (current === undefined) throw itemNotThere(kind, name);
      refuseStillNamed({ kind, name }, await namingItems(stores));
      return undefined;
    });
  };
