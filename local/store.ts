import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** JSON documents by collection and id: everything that the embedded AWS must remember over a restart. */
export interface LocalStore {
  get(collection: string, id: string): unknown;
  put(collection: string, id: string, document: unknown): void;
  delete(collection: string, id: string): void;
  /** All documents of a collection, in the order of their ids. */
  list(collection: string): { readonly id: string; readonly document: unknown }[];
  /** Runs `work` so that either all of its writes are kept or none. */
  atomically<T>(work: () => T): T;
  close(): void;
}

/** Opens the store in `directory`, or in memory when there is none. A killed process loses no completed write. */
export const openLocalStore = (directory?: string): LocalStore => {
  if (directory !== undefined) mkdirSync(directory, { recursive: true });
  const database = new DatabaseSync(directory === undefined ? ":memory:" : join(directory, "aws.sqlite"));
  database.exec("PRAGMA journal_mode = WAL");
  database.exec(
    "CREATE TABLE IF NOT EXISTS documents (collection TEXT, id TEXT, document TEXT, PRIMARY KEY (collection, id))",
  );
  const select = database.prepare("SELECT document FROM documents WHERE collection = ? AND id = ?");
  const upsert = database.prepare("INSERT OR REPLACE INTO documents VALUES (?, ?, ?)");
  const remove = database.prepare("DELETE FROM documents WHERE collection = ? AND id = ?");
  const selectAll = database.prepare("SELECT id, document FROM documents WHERE collection = ? ORDER BY id");
  return {
    get: (collection, id) => {
      const row = select.get(collection, id);
      return row === undefined ? undefined : (JSON.parse(String(row["document"])) as unknown);
    },
    put: (collection, id, document) => {
      upsert.run(collection, id, JSON.stringify(document));
    },
    delete: (collection, id) => {
      remove.run(collection, id);
    },
    list: (collection) =>
      selectAll
        .all(collection)
        .map((row) => ({ id: String(row["id"]), document: JSON.parse(String(row["document"])) as unknown })),
    atomically: (work) => {
      database.exec("BEGIN");
      try {
        const result = work();
        database.exec("COMMIT");
        return result;
      } catch (error) {
        database.exec("ROLLBACK");
        throw error;
      }
    },
    close: () => {
      database.close();
    },
  };
};
