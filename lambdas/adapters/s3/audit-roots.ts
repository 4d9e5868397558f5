import {
  GetObjectCommand,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
  type ListObjectVersionsCommandOutput,
} from "@aws-sdk/client-s3";
import { textOfRoot } from "../../core/domain/audit-root.ts";
import { DaySchema, type Day } from "../../core/domain/day.ts";
import type { AuditRoots, RootReference } from "../../core/ports/audit-roots.ts";
import type { ClientsFor } from "../aws-clients.ts";
import { isNamed, orUnavailable } from "../aws-errors.ts";

export interface AuditRootsDeps {
  readonly clientsFor: ClientsFor;
  readonly bucketName: string;
}

/** Roots are at `roots/2026-01-31.json`. */
const PREFIX = "roots/";
const keyOf = (day: Day): string => `${PREFIX}${day}.json`;
const dayAt = (key: string): Day | undefined =>
  DaySchema.safeParse(/^roots\/(.+)\.json$/.exec(key)?.[1]).data;

/** A busy day's root may be tens of megabytes: 100,000 chains are about 13. */
const TIMEOUT_MILLISECONDS = 60_000;

/**
 * The roots in a versioned bucket with Object Lock. The lock keeps each version, but not its place: whoever may write can
 * put a newer version over it, or hide it behind a delete marker. So a day's root is the oldest version at its key.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
 */
export const auditRoots = ({ clientsFor, bucketName: Bucket }: AuditRootsDeps): AuditRoots => {
  const s3 = clientsFor("home", "state").client(S3Client, { timeoutMilliseconds: TIMEOUT_MILLISECONDS });
  const available = <T>(call: () => Promise<T>): Promise<T> => orUnavailable("StoreUnavailable", call);

  const everyPage = async function* (): AsyncGenerator<ListObjectVersionsCommandOutput> {
    let KeyMarker: string | undefined;
    let VersionIdMarker: string | undefined;
    do {
      const page = await available(() =>
        s3.send(new ListObjectVersionsCommand({ Bucket, Prefix: PREFIX, KeyMarker, VersionIdMarker })),
      );
      yield page;
      ({ NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page);
    } while (KeyMarker !== undefined);
  };

  return {
    list: async () => {
      const versions = new Map<Day, string[]>();
      const deletions = new Map<Day, number>();
      for await (const { Versions = [], DeleteMarkers = [] } of everyPage()) {
        for (const { Key = "", VersionId = "null" } of Versions) {
          const day = dayAt(Key);
          if (day !== undefined) versions.set(day, [...(versions.get(day) ?? []), VersionId]);
        }
        for (const { Key = "" } of DeleteMarkers) {
          const day = dayAt(Key);
          if (day !== undefined) deletions.set(day, (deletions.get(day) ?? 0) + 1);
        }
      }
      return [...versions]
        .map(([day, ids]): RootReference => {
          const later = ids.length - 1 + (deletions.get(day) ?? 0);
          // The versions of a key come newest first.
          return { day, version: ids.at(-1) ?? "null", later };
        })
        .toSorted((a, b) => (a.day < b.day ? -1 : 1));
    },

    read: async ({ day, version }) => {
      const { Body } = await available(() =>
        s3.send(new GetObjectCommand({ Bucket, Key: keyOf(day), VersionId: version })),
      );
      if (Body === undefined) throw new Error(`The root of ${day} has no content`);
      return Body.transformToString();
    },

    put: async (root) => {
      try {
        await available(() =>
          s3.send(
            new PutObjectCommand({
              Bucket,
              Key: keyOf(root.day),
              Body: textOfRoot(root),
              ContentType: "application/json",
              IfNoneMatch: "*",
            }),
          ),
        );
        return "written";
      } catch (error) {
        // 412, or 409 while another such write is under way:
        // https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
        if (isNamed(error, "PreconditionFailed", "ConditionalRequestConflict")) return "conflict";
        throw error;
      }
    },
  };
};
