import type { ApplicationBucket } from "../template/buckets.ts";
import type { JsonObject } from "../wire/json.ts";
import { optionalText } from "../wire/text-member.ts";
import type { Objects, ObjectVersion } from "./objects.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html */
const LARGEST_PAGE = 1_000;

/** The embedded S3 has no storage classes and no owners but one. */
const STORAGE_CLASS = "STANDARD";

/** No bucket here was made at a time that anybody knows. */
const CREATED_AT = "2026-01-01T00:00:00.000Z";

type Listed = ReturnType<Objects["all"]>;

const pageSize = (input: JsonObject) =>
  Math.min(LARGEST_PAGE, Number(optionalText(input, "MaxKeys") ?? LARGEST_PAGE));

const keyIn = (input: JsonObject) => {
  const url = optionalText(input, "EncodingType") === "url";
  return (key: string) => (url ? encodeURIComponent(key).replaceAll("%2F", "/") : key);
};

const contentOf = ({ lastModified, content }: ObjectVersion): JsonObject => ({
  LastModified: lastModified,
  ...(content !== undefined && { ETag: content.etag, Size: content.size, StorageClass: STORAGE_CLASS }),
});

export const listBuckets = (buckets: readonly ApplicationBucket[]): JsonObject => ({
  Buckets: { Bucket: buckets.map(({ name }) => ({ Name: name, CreationDate: CREATED_AT })) },
});

/** The current versions, page by page. */
export const listObjects = (objects: Listed, input: JsonObject): JsonObject => {
  const prefix = optionalText(input, "Prefix") ?? "";
  const after = optionalText(input, "ContinuationToken") ?? optionalText(input, "StartAfter") ?? "";
  const current = objects.flatMap(({ key, versions: [newest] }) =>
    newest?.content !== undefined && key.startsWith(prefix) && key > after ? [{ key, newest }] : [],
  );
  const page = current.slice(0, pageSize(input));
  const last = page.at(-1);
  const truncated = current.length > page.length;
  return {
    Name: optionalText(input, "Bucket"),
    Prefix: prefix,
    MaxKeys: pageSize(input),
    KeyCount: page.length,
    EncodingType: optionalText(input, "EncodingType"),
    IsTruncated: truncated,
    ...(truncated && last !== undefined && { NextContinuationToken: last.key }),
    Contents: page.map(({ key, newest }) => ({ Key: keyIn(input)(key), ...contentOf(newest) })),
  };
};

/** Every version, newest first within a key, and the markers of deletions. */
export const listVersions = (objects: Listed, input: JsonObject): JsonObject => {
  const prefix = optionalText(input, "Prefix") ?? "";
  const keyMarker = optionalText(input, "KeyMarker");
  const versionMarker = optionalText(input, "VersionIdMarker");
  const all = objects
    .filter(({ key }) => key.startsWith(prefix))
    .flatMap(({ key, versions }) =>
      versions.map((version, index) => ({ key, version, isLatest: index === 0 })),
    );
  const marked = all.findLastIndex(
    ({ key, version }) =>
      key === keyMarker && (versionMarker === undefined || version.versionId === versionMarker),
  );
  const left = all.slice(marked + 1);
  const page = left.slice(0, pageSize(input));
  const last = page.at(-1);
  const listed = ({ key, version, isLatest }: (typeof all)[number]): JsonObject => ({
    Key: keyIn(input)(key),
    VersionId: version.versionId,
    IsLatest: isLatest,
    ...contentOf(version),
  });
  const truncated = left.length > page.length;
  return {
    Name: optionalText(input, "Bucket"),
    Prefix: prefix,
    MaxKeys: pageSize(input),
    EncodingType: optionalText(input, "EncodingType"),
    IsTruncated: truncated,
    ...(truncated &&
      last !== undefined && { NextKeyMarker: last.key, NextVersionIdMarker: last.version.versionId }),
    Version: page.filter(({ version }) => version.content !== undefined).map(listed),
    DeleteMarker: page.filter(({ version }) => version.content === undefined).map(listed),
  };
};
