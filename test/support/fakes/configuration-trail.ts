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
    if (!this.entries.has(key)) this.entries.set(key, structuredClone(entry));
    return Promise.resolve();
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

/** Where the chains of these stores stand. */
export const fakeConfigurationHeads = (
  stores: Partial<Record<ConfigurationKind, { readonly head: (name: string) => Promise<ConfigurationHead> }>>,
): ConfigurationHeads => ({
  head: async ({ kind, name }) => (await stores[kind]?.head(name)) ?? { version: 0 },
});
