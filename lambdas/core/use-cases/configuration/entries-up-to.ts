import type { ConfigurationEntry } from "../../domain/configuration/entry.ts";
import type { ConfigurationHeads, EntryPlace } from "../../ports/stores.ts";

/** A part of a chain, oldest first, and the sequences before it that nobody has. */
interface PartOfChain {
  readonly entries: readonly ConfigurationEntry[];
  readonly lost: readonly number[];
}

/** The entries of a chain from sequence `from` up to a change, found by following the hash that each has of the one before it. */
export const entriesUpTo = async (
  heads: Pick<ConfigurationHeads, "entry">,
  { subject, ...newest }: EntryPlace,
  from: number,
): Promise<PartOfChain> => {
  const entries: ConfigurationEntry[] = [];
  let { sequence, hash } = newest;
  for (; sequence >= from; sequence -= 1) {
    const entry = await heads.entry({ subject, sequence, hash });
    if (entry === undefined) break;
    entries.unshift(entry);
    hash = entry.previousHash;
  }
  return {
    entries,
    lost: Array.from({ length: Math.max(0, sequence - from + 1) }, (_, index) => from + index),
  };
};
