import type { DocumentRange, LocalStore } from "../store.ts";

/** A document of one type with its id. */
export interface Stored<T> {
  readonly id: string;
  readonly document: T;
}

/** One collection of the local store, seen as documents of one type. */
export interface Documents<T> {
  readonly get: (id: string) => T | undefined;
  readonly put: (id: string, document: T) => void;
  readonly delete: (id: string) => void;
  /** Every document, in the order of their ids. */
  readonly all: () => T[];
  /** Those in `range`, in the order of their ids, without reading any other. */
  readonly range: (range: DocumentRange) => Stored<T>[];
}

/** The documents of `collection`. Only this module's callers write there, so what is read has the type that was written. */
export const documentsOf = <T>(store: LocalStore, collection: string): Documents<T> => ({
  get: (id) => store.get(collection, id) as T | undefined,
  put: (id, document) => {
    store.put(collection, id, document);
  },
  delete: (id) => {
    store.delete(collection, id);
  },
  all: () => store.list(collection).map(({ document }) => document as T),
  range: (range) =>
    store.listRange(collection, range).map(({ id, document }) => ({ id, document: document as T })),
});
