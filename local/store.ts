import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** A document with its id. */
export interface StoredDocument {
  readonly id: string;
  readonly document: unknown;
}

/** A part of a collection, so that a page of a long list costs no more than the page. */
export interface DocumentRange {
  /** Only documents whose ids begin with it. */
  readonly prefix?: string | undefined;
  /** Only documents whose ids come after it. */
  readonly after?: string | undefined;
  /** At most so many of them, the first ones. */
  readonly limit?: number | undefined;
}

/** JSON documents by collection and id: everything that the embedded AWS must remember over a restart. */
export interface LocalStore {
  get(collection: string, id: string): unknown;
  put(collection: string, id: string, document: unknown): void;
  delete(collection: string, id: string): void;
  /** All documents of a collection, in the order of their ids. */
  list(collection: string): StoredDocument[];
  /** The documents of a part of a collection, in the order of their ids, without reading any other. */
  listRange(collection: string, range: DocumentRange): StoredDocument[];
  /** Runs `work` so that either all of its writes are kept or none. */
  atomically<T>(work: () => T): T;
  close(): void;
}

/** Comes after every id that begins with the prefix before it: no character has a higher number. */
const HIGHEST_CHARACTER = "\u{10FFFF}";

const storedDocument = (row: Record<string, unknown>): StoredDocument => ({
  id: String(row["id"]),
  document: JSON.parse(String(row["document"])) as unknown,
});

/** SQLite knows no infinite limit, but a negative one: https://www.sqlite.org/lang_select.html#limitoffset */
const limitOf = (limit = Infinity) => (Number.isFinite(limit) ? limit : -1);

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
  const selectRange = database.prepare(
    "SELECT id, document FROM documents WHERE collection = ? AND id >= ? AND id <> ? AND id < ? ORDER BY id LIMIT ?",
  );
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
    list: (collection) => selectAll.all(collection).map(storedDocument),
    listRange: (collection, { prefix = "", after = "", limit }) =>
      selectRange
        .all(
          collection,
          after > prefix ? after : prefix,
          after,
          `${prefix}${HIGHEST_CHARACTER}`,
          limitOf(limit),
        )
        .map(storedDocument),
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
