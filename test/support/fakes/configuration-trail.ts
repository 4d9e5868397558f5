import type { ConfigurationEntry } from "../../../lambdas/core/domain/configuration/entry.ts";
import {
  chainOf,
  type ConfigurationKind,
  type Subject,
} from "../../../lambdas/core/domain/configuration/subject.ts";
import { DomainError } from "../../../lambdas/core/domain/errors.ts";
import type {
  ConfigurationHead,
  ConfigurationHeads,
  ConfigurationTrail,
  Page,
  PageQuery,
} from "../../../lambdas/core/ports/stores.ts";

/** The chains of configuration in memory. A cursor is the sequence that was listed last. */
export class FakeConfigurationTrail implements ConfigurationTrail {
  private readonly entries = new Map<string, ConfigurationEntry>();

  append(entry: ConfigurationEntry): Promise<void> {
    const key = `${chainOf(entry.subject)}#${String(entry.sequence)}`;
    const there = this.entries.get(key) ?? structuredClone(entry);
    this.entries.set(key, there);
    return there.hash === entry.hash
      ? Promise.resolve()
      : Promise.reject(new Error(`The trail has another entry ${key}`));
  }

  sequences(subject: Subject, from: number): Promise<readonly number[]> {
    const there = [...this.entries.values()]
      .filter((entry) => chainOf(entry.subject) === chainOf(subject) && entry.sequence >= from)
      .map(({ sequence }) => sequence);
    return Promise.resolve(there.sort((a, b) => a - b));
  }

  async list(subject: Subject, { limit, cursor = "0" }: PageQuery): Promise<Page<ConfigurationEntry>> {
    if (!/^\d+$/.test(cursor))
      throw new DomainError("invalid-cursor", "The cursor is not one that this list gave");
    const chain = [...this.entries.values()]
      .filter((entry) => chainOf(entry.subject) === chainOf(subject) && entry.sequence > Number(cursor))
      .sort((a, b) => a.sequence - b.sequence);
    const items = chain.slice(0, limit);
    const last = chain.length > limit ? items.at(-1) : undefined;
    return await Promise.resolve(structuredClone({ items, ...(last && { cursor: String(last.sequence) }) }));
  }
}

/** Where the chains of these stores stand, and what they consist of. */
export const fakeConfigurationHeads = (
  stores: Partial<Record<ConfigurationKind, Chains>>,
): ConfigurationHeads => ({
  head: async ({ kind, name }) => (await stores[kind]?.head(name)) ?? { version: 0 },
  newest: async (kind) => (await stores[kind]?.newest()) ?? [],
  entry: async (change) => await stores[change.subject.kind]?.entry(change),
});

interface Chains {
  readonly head: (name: string) => Promise<ConfigurationHead>;
  readonly newest: () => ReturnType<ConfigurationHeads["newest"]>;
  readonly entry: ConfigurationHeads["entry"];
}
