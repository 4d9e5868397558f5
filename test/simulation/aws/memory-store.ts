import type { DocumentRange, LocalStore, StoredDocument } from "../../../local/store.ts";

/** Told of every change, after it was made. */
export type StoreWatcher = (collection: string, id: string, before: unknown, after: unknown) => void;

/** The events of an execution: megabytes that nothing here reads. */
const HISTORY = "states/history/";

interface Collection {
  readonly documents: Map<string, unknown>;
  /** The documents in the order of their ids, as long as nothing changed. */
  listed?: StoredDocument[];
}

/** The place of the first document whose id is `id` or comes after it. */
const placeOf = (listed: readonly StoredDocument[], id: string): number => {
  let [from, to] = [0, listed.length];
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((listed[middle]?.id ?? "") < id) from = middle + 1;
    else to = middle;
  }
  return from;
};

/**
 * A local store in memory that can be put back to what it was. It keeps documents as they are, without a copy: the
 * simulators never change what they have put, and the engine reads only what it wrote itself.
 */
export class MemoryStore implements LocalStore {
  private collections = new Map<string, Collection>();
  private watcher: StoreWatcher | undefined;

  get(collection: string, id: string): unknown {
    return this.collections.get(collection)?.documents.get(id);
  }

  put(collection: string, id: string, document: unknown): void {
    if (collection.startsWith(HISTORY)) return;
    const kept = this.collection(collection);
    const before = kept.documents.get(id);
    kept.documents.set(id, document);
    delete kept.listed;
    this.watcher?.(collection, id, before, document);
  }

  delete(collection: string, id: string): void {
    const kept = this.collection(collection);
    const before = kept.documents.get(id);
    if (!kept.documents.delete(id)) return;
    delete kept.listed;
    this.watcher?.(collection, id, before, undefined);
  }

  list(collection: string): StoredDocument[] {
    const kept = this.collections.get(collection);
    if (kept === undefined) return [];
    kept.listed ??= [...kept.documents]
      .map(([id, document]) => ({ id, document }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return kept.listed;
  }

  listRange(collection: string, { prefix = "", after, limit = Infinity }: DocumentRange): StoredDocument[] {
    const listed = this.list(collection);
    const found: StoredDocument[] = [];
    const first = after === undefined || after < prefix ? prefix : after;
    for (let place = placeOf(listed, first); place < listed.length && found.length < limit; place += 1) {
      const stored = listed[place];
      if (stored === undefined || !stored.id.startsWith(prefix)) break;
      if (stored.id !== after) found.push(stored);
    }
    return found;
  }

  /** Nothing here fails halfway. */
  atomically<T>(work: () => T): T {
    return work();
  }

  close(): void {
    this.collections.clear();
  }

  watch(watcher: StoreWatcher | undefined): void {
    this.watcher = watcher;
  }

  /** What the store holds now, to be put back as often as wanted. */
  snapshot(): () => void {
    const kept = [...this.collections].map(([name, { documents }]) => [name, [...documents]] as const);
    return () => {
      this.collections = new Map(kept.map(([name, documents]) => [name, { documents: new Map(documents) }]));
    };
  }

  private collection(name: string): Collection {
    const existing = this.collections.get(name);
    if (existing !== undefined) return existing;
    const made = { documents: new Map<string, unknown>() };
    this.collections.set(name, made);
    return made;
  }
}
