import type { LocalStore } from "../../../local/store.ts";

/** Told of every change, after it was made. */
export type StoreWatcher = (collection: string, id: string, before: unknown, after: unknown) => void;

/** The events of an execution: megabytes that nothing here reads. */
const HISTORY = "states/history/";

interface Collection {
  readonly documents: Map<string, unknown>;
  /** The documents in the order of their ids, as long as nothing changed. */
  listed?: { readonly id: string; readonly document: unknown }[];
}

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

  list(collection: string): { readonly id: string; readonly document: unknown }[] {
    const kept = this.collections.get(collection);
    if (kept === undefined) return [];
    kept.listed ??= [...kept.documents]
      .map(([id, document]) => ({ id, document }))
      .sort((a, b) => (a.id < b.id ? -1 : 1));
    return kept.listed;
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
