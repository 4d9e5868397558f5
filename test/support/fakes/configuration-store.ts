import {
  markOf,
  type ChangeMark,
  type ConfigurationEntry,
} from "../../../lambdas/core/domain/configuration/entry.ts";
import type {
  ConfigurationHead,
  ConfigurationItem,
  ConfigurationStore,
  EntryPlace,
  WriteOutcome,
} from "../../../lambdas/core/ports/stores.ts";

/**
 * One kind of configuration in memory, with the conditions of the real store. A write without an entry is one of an earlier
 * version of Lockstep, which kept none: it compares versions, and a deletion leaves nothing.
 */
export class FakeConfigurationStore<Item extends ConfigurationItem> implements ConfigurationStore<Item> {
  private readonly heads = new Map<string, ConfigurationHead<Item>>();
  /** Every entry that was written, in order: what the table's stream would show. */
  readonly changes: ConfigurationEntry[] = [];

  async get(name: string): Promise<Item | undefined> {
    return (await this.head(name)).item;
  }

  list(): Promise<readonly Item[]> {
    const there = [...this.heads.values()].flatMap(({ item }) => (item === undefined ? [] : [item]));
    return Promise.resolve(structuredClone(there.sort((a, b) => (a.name < b.name ? -1 : 1))));
  }

  head(name: string): Promise<ConfigurationHead<Item>> {
    return Promise.resolve(structuredClone(this.heads.get(name) ?? { version: 0 }));
  }

  put(next: Item, change?: ConfigurationEntry): Promise<WriteOutcome> {
    const { name, version } = next;
    const current = this.heads.get(name);
    if (change !== undefined) return Promise.resolve(this.follow(name, { version, item: next, change }));
    if ((current?.version ?? 0) !== version - 1) return Promise.resolve("conflict");
    this.heads.set(name, structuredClone({ ...current, version, item: next }));
    return Promise.resolve("written");
  }

  delete({ name, version }: Item, change?: ConfigurationEntry): Promise<WriteOutcome> {
    if (change !== undefined) return Promise.resolve(this.follow(name, { version: change.version, change }));
    if (this.heads.get(name)?.version !== version) return Promise.resolve("conflict");
    this.heads.delete(name);
    return Promise.resolve("written");
  }

  private follow(
    name: string,
    {
      change: entry,
      ...content
    }: Omit<ConfigurationHead<Item>, "change"> & { readonly change: ConfigurationEntry },
  ): WriteOutcome {
    const next = { ...content, change: markOf(entry) };
    const { version, change } = this.heads.get(name) ?? { version: 0 };
    const follows =
      change === undefined
        ? next.change.sequence === 1 &&
          version === next.version - (entry.type === "ConfigurationConfirmed" ? 0 : 1)
        : change.sequence === next.change.sequence - 1;
    if (!follows) return "conflict";
    this.heads.set(name, structuredClone(next));
    this.changes.push(structuredClone(entry));
    return "written";
  }

  /** The newest change of each item, also of those that are deleted. */
  newest(): Promise<readonly ChangeMark[]> {
    const changes = [...this.heads.values()].flatMap(({ change }) => (change === undefined ? [] : [change]));
    return Promise.resolve(structuredClone(changes));
  }

  /** The entry of a change that was written. */
  entry({ subject, sequence, hash }: EntryPlace): Promise<ConfigurationEntry | undefined> {
    const found = this.changes.find(
      (entry) => entry.subject.name === subject.name && entry.sequence === sequence && entry.hash === hash,
    );
    return Promise.resolve(structuredClone(found));
  }
}
