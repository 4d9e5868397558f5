import { mkdtemp, open, readFile, rename, rm, type FileHandle } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { KeptEntry } from "../../lambdas/adapters/dynamodb/audit-scan.ts";
import { canonicalJson } from "../../lambdas/core/domain/hash.ts";
import { countOf, type ChainCounts } from "./chain-names.ts";

/** What was written. */
export interface Exported extends ChainCounts {
  readonly entries: number;
  readonly bytes: number;
}

export interface ExportOptions {
  readonly pages: AsyncIterable<readonly KeptEntry[]>;
  readonly file: string;
  /** Told after each page and each part how many entries were read and written so far. */
  readonly onProgress: (read: number, written: number) => void;
}

/** An entry's place in the order, and its line. */
type Placed = readonly [chain: string, sequence: number, line: string];

/**
 * A request's id is `r-` and base32 of a hash: by its first three characters entries fall into 32 parts of one size. Those of
 * configuration, by their kind, are few.
 */
const PART_CHARACTERS = 3;

/** Only the person who exports reads it: justifications may be in it. */
const PRIVATE = 0o600;

const inOrder = ([requestA, sequenceA]: Placed, [requestB, sequenceB]: Placed): number =>
  requestA === requestB ? sequenceA - sequenceB : requestA < requestB ? -1 : 1;

/** Files of entries that share the beginning of their chain's id, in a directory that goes away. */
const openParts = (directory: string) => {
  const handles = new Map<string, FileHandle>();
  const pathOf = (part: string) => join(directory, Buffer.from(part).toString("hex"));
  return {
    add: async (entries: readonly KeptEntry[]) => {
      const byPart = Map.groupBy(entries, ({ chain }) => chain.slice(0, PART_CHARACTERS));
      for (const [part, members] of byPart) {
        const handle = handles.get(part) ?? (await open(pathOf(part), "a", PRIVATE));
        handles.set(part, handle);
        const lines = members.map(({ chain, sequence, content }) => {
          const placed: Placed = [chain, sequence, canonicalJson(content)];
          return `${JSON.stringify(placed)}\n`;
        });
        await handle.appendFile(lines.join(""));
      }
    },
    close: async () => {
      for (const handle of handles.values()) await handle.close();
    },
    /** The parts' names in order: what is in one comes before everything in the next. */
    names: () => [...handles.keys()].sort(),
    read: async (part: string): Promise<readonly Placed[]> =>
      (await readFile(pathOf(part), "utf8"))
        .split("\n")
        .slice(0, -1)
        .map((line) => JSON.parse(line) as Placed)
        .sort(inOrder),
  };
};

/**
 * Writes every entry as a line of canonical JSON, ordered by chain and sequence. DynamoDB gives them in no order; they
 * are sorted in 32 parts on disk, so that of a million entries some 30,000 are in memory at once. It takes as much free
 * disk again as the export. The file appears only when it is complete.
 */
export const exportEntries = async ({ pages, file, onProgress }: ExportOptions): Promise<Exported> => {
  const directory = await mkdtemp(join(dirname(file), `.${basename(file)}-`));
  const parts = openParts(directory);
  const partial = join(directory, "export");
  let read = 0;
  let written = 0;
  const chains = { requests: 0, configured: 0 };
  let bytes = 0;
  try {
    for await (const page of pages) {
      await parts.add(page);
      read += page.length;
      onProgress(read, written);
    }
    const output = await open(partial, "w", PRIVATE);
    try {
      let last: string | undefined;
      for (const name of parts.names()) {
        const entries = await parts.read(name);
        for (const [chain] of entries) {
          if (chain !== last) chains[countOf(chain)] += 1;
          last = chain;
        }
        const text = entries.map(([, , line]) => `${line}\n`).join("");
        await output.appendFile(text);
        written += entries.length;
        bytes += Buffer.byteLength(text);
        onProgress(read, written);
      }
    } finally {
      await output.close();
    }
    await rename(partial, file);
    return { entries: written, ...chains, bytes };
  } finally {
    await parts.close();
    await rm(directory, { recursive: true, force: true });
  }
};
