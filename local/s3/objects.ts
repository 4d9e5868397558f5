import type { LocalStore } from "../store.ts";

/** A lock on one version: until that moment it is not deleted. */
export interface ObjectLock {
  readonly mode: "GOVERNANCE" | "COMPLIANCE";
  readonly retainUntil: string;
}

/** One version of an object, or the marker of a deletion. */
export interface ObjectVersion {
  readonly versionId: string;
  readonly lastModified: string;
  /** Absent on a delete marker. */
  readonly content?: {
    readonly base64: string;
    readonly size: number;
    readonly etag: string;
    readonly contentType: string;
  };
  readonly lock?: ObjectLock;
}

/** Every version of every object, kept over restarts. */
export interface Objects {
  /** Newest first; empty when there never was such an object. */
  versions(bucket: string, key: string): readonly ObjectVersion[];
  add(bucket: string, key: string, version: ObjectVersion): void;
  remove(bucket: string, key: string, versionId: string): void;
  /** Every key with its versions, in the order of the keys' UTF-8 bytes. */
  all(bucket: string): readonly { readonly key: string; readonly versions: readonly ObjectVersion[] }[];
}

const collectionOf = (bucket: string) => `s3/${bucket}`;

export const createObjects = (store: LocalStore): Objects => {
  const versions = (bucket: string, key: string) =>
    (store.get(collectionOf(bucket), key) as readonly ObjectVersion[] | undefined) ?? [];
  return {
    versions,
    add: (bucket, key, version) => {
      store.put(collectionOf(bucket), key, [version, ...versions(bucket, key)]);
    },
    remove: (bucket, key, versionId) => {
      const left = versions(bucket, key).filter((version) => version.versionId !== versionId);
      if (left.length === 0) store.delete(collectionOf(bucket), key);
      else store.put(collectionOf(bucket), key, left);
    },
    // SQLite compares texts by their bytes.
    all: (bucket) =>
      store
        .list(collectionOf(bucket))
        .map(({ id, document }) => ({ key: id, versions: document as readonly ObjectVersion[] })),
  };
};
