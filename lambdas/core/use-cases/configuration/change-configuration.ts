import { documentOf, formerDocument, refuseTooLarge } from "../../domain/configuration/document.ts";
import { nextEntry, type Author, type ConfigurationChange } from "../../domain/configuration/entry.ts";
import { nounOf, type ConfigurationKind } from "../../domain/configuration/subject.ts";
import { DomainError } from "../../domain/errors.ts";
import { timestamp } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { ConfigurationHead, ConfigurationItem, ConfigurationStore } from "../../ports/stores.ts";

/** What a change of one kind of configuration needs. */
export interface ChangeConfigurationDeps<Item extends ConfigurationItem> {
  readonly kind: ConfigurationKind;
  readonly store: Pick<ConfigurationStore<Item>, "head" | "put" | "delete">;
  readonly clock: Pick<Clock, "now">;
}

/**
 * What the item becomes: `current` itself where there is nothing to write, undefined where it is deleted. A save makes the
 * `version` that is given; what leaves the current version confirms what is there.
 */
export type DecideConfiguration<Item, After extends Item | undefined> = (
  current: Item | undefined,
  version: number,
) => Promise<After> | After;

/** How often a change is decided anew after somebody else's came first. */
const RACES = 5;

/**
 * The one way in which configuration is written: reads, decides, and writes the item with its audit entry; a lost race reads
 * and decides again. Answers with what is there then. Throws DomainError `configuration-too-large` or
 * `concurrent-modification`.
 */
export const changeConfiguration =
  <Item extends ConfigurationItem>({ kind, store, clock }: ChangeConfigurationDeps<Item>) =>
  async <After extends Item | undefined>(
    name: Item["name"],
    author: Author,
    decide: DecideConfiguration<Item, After>,
  ): Promise<After> => {
    const subject = { kind, name };
    for (let race = 0; race < RACES; race += 1) {
      const head = await store.head(name);
      const after = await decide(head.item, head.version + 1);
      const change = changeOf(head, after);
      if (change === undefined) return after;
      if ("after" in change) refuseTooLarge(subject, change.after);
      const entry = nextEntry(subject, head, author, timestamp(clock.now()), change);
      const written = after === undefined ? await remove(store, head, entry) : await store.put(after, entry);
      if (written === "written") return after;
    }
    throw new DomainError(
      "concurrent-modification",
      `This ${nounOf[kind]} is being changed by others right now. Try again.`,
    );
  };

/** Deletes an item, whoever changed it last. Throws what `absent` says of one that is not there. */
export const deleteConfiguration =
  <Item extends ConfigurationItem>(dependencies: ChangeConfigurationDeps<Item>) =>
  async (
    name: Item["name"],
    author: Author,
    absent: () => DomainError | Promise<DomainError>,
  ): Promise<void> => {
    const gone: DecideConfiguration<Item, undefined> = async (current) => {
      if (current === undefined) throw await absent();
      return undefined;
    };
    await changeConfiguration(dependencies)(name, author, gone);
  };

/** Undefined: nothing is to be written. */
const changeOf = <Item extends ConfigurationItem>(
  { item: current }: ConfigurationHead<Item>,
  after: Item | undefined,
): ConfigurationChange | undefined => {
  if (after === current) return undefined;
  const before = current && formerDocument(documentOf(current));
  if (after !== undefined && before !== undefined && after.version === current?.version)
    return { type: "ConfigurationConfirmed", before, after: documentOf(after) };
  if (after !== undefined)
    return { type: "ConfigurationSaved", ...(before && { before }), after: documentOf(after) };
  return before && { type: "ConfigurationDeleted", before };
};

const remove = <Item extends ConfigurationItem>(
  store: Pick<ConfigurationStore<Item>, "delete">,
  { item }: ConfigurationHead<Item>,
  entry: Parameters<ConfigurationStore<Item>["delete"]>[1],
) => {
  if (item === undefined) throw new Error(`There is nothing to delete of ${entry.subject.name}`);
  return store.delete(item, entry);
};
