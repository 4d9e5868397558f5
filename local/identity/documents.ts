import type { LocalStore } from "../store.ts";

/** One collection of the local store, seen as documents of one type. */
export interface Documents<T> {
  readonly get: (id: string) => T | undefined;
  readonly put: (id: string, document: T) => void;
  readonly delete: (id: string) => void;
  /** Every document, in the order of their ids. */
  readonly all: () => T[];
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
});
