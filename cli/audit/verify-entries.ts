import { NO_PREVIOUS_HASH } from "../../lambdas/core/domain/audit.ts";
import { countOf, nameOfChain, type ChainCounts } from "./chain-names.ts";
import { entryOfLine, type LinedEntry } from "./entry-line.ts";
import { nameOfEntry, type EntryPlace, type Finding } from "./finding.ts";
import type { SealedHeads } from "./sealed-heads.ts";

/** What an export that is as it was written holds. */
export interface VerifiedEntries extends ChainCounts {
  readonly finding?: Finding;
  readonly entries: number;
  /** Entries that a root seals, by itself or by a later one of its chain. */
  readonly sealed: number;
  /** There are lines, but no entry on any: the file is no export at all. */
  readonly isForeign?: true;
}

export interface VerifyOptions {
  /** The export's lines; it is read again from the start when something is missing, to see whether it only moved. */
  readonly lines: () => AsyncIterable<string>;
  readonly heads: SealedHeads;
  readonly onProgress?: (entries: number) => void;
}

const placeOf = ({ chain, sequence }: EntryPlace): EntryPlace => ({ chain, sequence });

/** Checks what an entry says by itself. */
const wrongByItself = (entry: LinedEntry): Omit<Finding, "place"> | undefined => {
  if (entry.contentHash !== entry.hash) {
    return {
      tampering: "altered",
      entry: placeOf(entry),
      found: `content with the hash ${entry.contentHash}`,
      expected: `content with the hash that it carries, ${entry.hash}`,
    };
  }
  if (entry.isCanonical) return undefined;
  return {
    tampering: "altered",
    entry: placeOf(entry),
    found: "a line that is written in another way",
    expected: "the entry's canonical JSON (RFC 8785)",
  };
};

/** Checks an entry against the one before it in the file. Undefined `missing`: nothing is absent between the two. */
const wrongAfter = (
  previous: LinedEntry | undefined,
  entry: LinedEntry,
): (Omit<Finding, "place"> & { readonly missing?: EntryPlace }) | undefined => {
  const sameChain = previous?.chain === entry.chain;
  const due = sameChain ? previous.sequence + 1 : 1;
  const found = nameOfEntry(entry);
  if (previous !== undefined && entry.chain < previous.chain) {
    return {
      tampering: "reordered",
      entry: placeOf(entry),
      found,
      expected: `a request or configuration that does not come before ${nameOfChain(previous.chain)}`,
    };
  }
  if (entry.sequence < due) {
    return {
      tampering: entry.sequence === due - 1 ? "inserted" : "reordered",
      entry: placeOf(entry),
      found: entry.sequence === due - 1 ? `a second ${found}` : found,
      expected: `entry ${String(due)}, or another chain`,
    };
  }
  if (entry.sequence > due) {
    const missing = { chain: entry.chain, sequence: due };
    return { tampering: "removed", entry: missing, found, expected: nameOfEntry(missing), missing };
  }
  const link = sameChain ? previous.hash : NO_PREVIOUS_HASH;
  if (entry.previousHash === link) return undefined;
  return {
    tampering: "altered",
    entry: placeOf(entry),
    found: `an entry that follows ${entry.previousHash}`,
    expected: sameChain
      ? `one that follows ${link}, the entry before it: one of the two was replaced and hashed anew`
      : `the first of its chain, which follows ${link}`,
  };
};

/** The first entry that the roots seal and that is missing between two lines, if there is one. */
const missingBetween = (
  previous: LinedEntry | undefined,
  next: LinedEntry | undefined,
  heads: SealedHeads,
  /** How many of `chains` are behind `previous`. */
  passed: number,
): (EntryPlace & { readonly day: string }) | undefined => {
  if (previous !== undefined && previous.chain !== next?.chain) {
    const head = heads.of(previous.chain).find(({ sequence }) => sequence > previous.sequence);
    if (head !== undefined) return { chain: previous.chain, sequence: previous.sequence + 1, day: head.day };
  }
  const chain = heads.chains[passed];
  if (chain === undefined || (next !== undefined && chain >= next.chain)) return undefined;
  return { chain, sequence: 1, day: heads.of(chain)[0]?.day ?? "" };
};

/** Checks an entry against what the roots sealed. */
const wrongByRoots = (entry: LinedEntry, sealed: SealedHeads): Omit<Finding, "place"> | undefined => {
  const heads = sealed.of(entry.chain);
  const other = heads.find(({ sequence, hash }) => sequence === entry.sequence && hash !== entry.hash);
  if (other !== undefined) {
    const agreed = heads.findLast(({ sequence }) => sequence < entry.sequence)?.sequence ?? 0;
    const since =
      agreed + 1 === entry.sequence ? "it" : `it, or one of its chain from ${String(agreed + 1)} on,`;
    return {
      tampering: "altered",
      entry: placeOf(entry),
      found: `the hash ${entry.hash}: ${since} was replaced and hashed anew`,
      expected: `the hash that the root of ${other.day} seals, ${other.hash}`,
    };
  }
  const isSealed = (heads.at(-1)?.sequence ?? 0) >= entry.sequence;
  const { newestDay } = sealed;
  if (isSealed || newestDay === undefined || entry.at >= newestDay) return undefined;
  return {
    tampering: "inserted",
    entry: placeOf(entry),
    found: `an entry of ${entry.at} that no root seals`,
    expected:
      `one that a root seals, as they reach to ${newestDay}; if it was recorded more than a day late ` +
      "(docs/runbook.md, lockstep-record-dead-letters), the next root will",
  };
};

/**
 * Checks an export line by line, and stops at the first that is not as it was written; if that is no entry and none came
 * before it, at the first entry after it, which tells an export from a file that is none.
 */
export const verifyEntries = async ({
  lines,
  heads,
  onProgress,
}: VerifyOptions): Promise<VerifiedEntries> => {
  let previous: LinedEntry | undefined;
  let passed = 0;
  const count = { entries: 0, requests: 0, configured: 0, sealed: 0 };

  /** Something is missing on this line: it was removed or, if it is on another line, moved. */
  const missingOn = async (
    line: number,
    missing: EntryPlace,
    finding: Pick<Finding, "found" | "expected">,
  ): Promise<Finding> => {
    const elsewhere = await lineOf(missing, lines());
    const { found, expected } = finding;
    return {
      tampering: elsewhere === undefined ? "removed" : "reordered",
      place: { line },
      entry: placeOf(missing),
      found: elsewhere === undefined ? found : `${found}; it is on line ${String(elsewhere)}`,
      expected,
    };
  };

  const check = async (line: number, entry: LinedEntry): Promise<Finding | undefined> => {
    const place = { line };
    const itself = wrongByItself(entry);
    if (itself !== undefined) return { ...itself, place };
    const unseen = missingBetween(previous, entry, heads, passed);
    if (unseen !== undefined && (previous === undefined || entry.chain >= previous.chain)) {
      const expected = `${nameOfEntry(unseen)}, which the root of ${unseen.day} seals`;
      return missingOn(line, unseen, { found: nameOfEntry(entry), expected });
    }
    const order = wrongAfter(previous, entry);
    if (order?.missing !== undefined) return missingOn(line, order.missing, order);
    const wrong = order ?? wrongByRoots(entry, heads);
    return wrong === undefined ? undefined : { ...wrong, place };
  };

  let line = 0;
  let foreign: Finding | undefined;
  for await (const text of lines()) {
    line += 1;
    const entry = entryOfLine(text);
    if (foreign !== undefined) {
      if (entry === undefined) continue;
      return { ...count, finding: foreign };
    }
    if (entry === undefined) {
      const found = text === "" ? "an empty line" : "a line that is no audit entry";
      const finding: Finding = {
        tampering: "altered",
        place: { line },
        found,
        expected: "an audit entry as JSON, with all of its fields",
      };
      if (count.entries > 0) return { ...count, finding };
      foreign = finding;
      continue;
    }
    const finding = await check(line, entry);
    if (finding !== undefined) return { ...count, finding };
    if (entry.chain !== previous?.chain) count[countOf(entry.chain)] += 1;
    if (heads.chains[passed] === entry.chain) passed += 1;
    count.entries += 1;
    if ((heads.of(entry.chain).at(-1)?.sequence ?? 0) >= entry.sequence) count.sealed += 1;
    previous = entry;
    onProgress?.(count.entries);
  }
  if (foreign !== undefined) return { ...count, finding: foreign, isForeign: true };
  const unseen = missingBetween(previous, undefined, heads, passed);
  if (unseen === undefined) return count;
  const expected = `${nameOfEntry(unseen)}, which the root of ${unseen.day} seals`;
  return {
    ...count,
    finding: await missingOn(line + 1, unseen, { found: "the end of the export", expected }),
  };
};

/** The line that an entry is on, wherever that is. */
const lineOf = async (
  { chain, sequence }: EntryPlace,
  lines: AsyncIterable<string>,
): Promise<number | undefined> => {
  let line = 0;
  for await (const text of lines) {
    line += 1;
    // Most lines are not looked into: an entry holds the name of what it is about as it is.
    if (!text.includes(chain.slice(chain.indexOf("/") + 1))) continue;
    const entry = entryOfLine(text);
    if (entry?.chain === chain && entry.sequence === sequence) return line;
  }
  return undefined;
};
