import {
  CopyObjectCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListBucketsCommand,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { openLocalStore } from "../../../../local/store.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { allow, roleWith, type HandmadeStack } from "./support/assembly.ts";
import { startRuntime, type RuntimeUnderTest } from "./support/runtime.ts";

const bucket = "evidence-111111111111-eu-west-1";

/** A role that may write once and list one prefix, and one that may delete. */
const writer = roleWith(
  "writer",
  allow(["s3:PutObject", "s3:GetObjectVersion"], `arn:aws:s3:::${bucket}/once/*`),
  {
    ...allow(["s3:ListBucketVersions"], `arn:aws:s3:::${bucket}`),
    Condition: { StringEquals: { "s3:prefix": "once/" } },
  },
);
const cleaner = roleWith(
  "cleaner",
  allow(["s3:DeleteObject", "s3:DeleteObjectVersion", "s3:PutObject"], `arn:aws:s3:::${bucket}/*`),
);

const stackWith = (mode: "GOVERNANCE" | "COMPLIANCE"): HandmadeStack => ({
  Resources: {
    Writer: writer,
    Cleaner: cleaner,
    Evidence: {
      Type: "AWS::S3::Bucket",
      Properties: {
        BucketName: bucket,
        VersioningConfiguration: { Status: "Enabled" },
        ObjectLockEnabled: true,
        ObjectLockConfiguration: {
          ObjectLockEnabled: "Enabled",
          Rule: { DefaultRetention: { Mode: mode, Days: 1 } },
        },
      },
    },
    EvidencePolicy: {
      Type: "AWS::S3::BucketPolicy",
      Properties: {
        Bucket: { Ref: "Evidence" },
        PolicyDocument: {
          Version: "2012-10-17",
          Statement: [
            {
              Effect: "Deny",
              Principal: { AWS: "*" },
              Action: "s3:PutObject",
              Resource: { "Fn::Join": ["", [{ "Fn::GetAtt": ["Evidence", "Arn"] }, "/once/*"]] },
              Condition: { Null: { "s3:if-none-match": "true" } },
            },
          ],
        },
      },
    },
  },
});

const withStack = (mode: "GOVERNANCE" | "COMPLIANCE" = "GOVERNANCE") => {
  const clock = new VirtualClock();
  const store = openLocalStore();
  let running: RuntimeUnderTest;
  const start = async () => {
    running = await startRuntime(stackWith(mode), {
      clock,
      store,
      sessionOf: (key) =>
        key === "writer" || key === "cleaner"
          ? { roleArn: `arn:aws:iam::111111111111:role/${key}`, sessionName: key }
          : undefined,
    });
  };
  beforeAll(start);
  afterAll(() => running.stop());
  const as = (accessKeyId: string) =>
    new S3Client({
      endpoint: running.url,
      region: "eu-west-1",
      maxAttempts: 1,
      forcePathStyle: true,
      credentials: { accessKeyId, secretAccessKey: "any" },
    });
  return {
    clock,
    as,
    url: () => running.url,
    restart: async () => {
      await running.stop();
      await start();
    },
  };
};

const text = async (
  output: Promise<{ readonly Body?: { transformToString(): Promise<string> } | undefined }>,
) => (await output).Body?.transformToString();

describe("the embedded S3", () => {
  const world = withStack();
  let s3: S3Client;
  beforeEach(() => {
    s3 = world.as("somebody");
  });
  const put = (Key: string, Body: string, more: object = {}) =>
    s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body, ContentType: "application/json", ...more }));

  it("keeps every version, locked as the bucket says, over a restart", async () => {
    const first = await put("a/one.json", "first & <oldest>");
    const second = await put("a/one.json", "second");
    await world.restart();
    s3 = world.as("somebody");
    const at = (VersionId?: string) => ({ Bucket: bucket, Key: "a/one.json", VersionId });
    expect(await text(s3.send(new GetObjectCommand(at())))).toBe("second");
    expect(await text(s3.send(new GetObjectCommand(at(first.VersionId))))).toBe("first & <oldest>");
    expect(await s3.send(new HeadObjectCommand(at(second.VersionId)))).toMatchObject({
      ContentType: "application/json",
      ContentLength: 6,
      VersionId: second.VersionId,
      ObjectLockMode: "GOVERNANCE",
      ObjectLockRetainUntilDate: new Date("2026-01-02T00:00:00.000Z"),
    });
    const { Versions = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: "a/" }));
    expect(Versions.map(({ Key, VersionId, IsLatest }) => ({ Key, VersionId, IsLatest }))).toEqual([
      { Key: "a/one.json", VersionId: second.VersionId, IsLatest: true },
      { Key: "a/one.json", VersionId: first.VersionId, IsLatest: false },
    ]);
  });

  it("lists page by page, by prefix", async () => {
    for (const number of [1, 2, 3]) await put(`pages/${String(number)} &.json`, "{}");
    const page = { Bucket: bucket, Prefix: "pages/", MaxKeys: 2 };
    const first = await s3.send(new ListObjectsV2Command(page));
    const second = await s3.send(
      new ListObjectsV2Command({ ...page, ContinuationToken: first.NextContinuationToken }),
    );
    const keys = [...(first.Contents ?? []), ...(second.Contents ?? [])].map(({ Key }) => Key);
    expect(keys).toEqual(["pages/1 &.json", "pages/2 &.json", "pages/3 &.json"]);
    const versions = await s3.send(new ListObjectVersionsCommand(page));
    const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = versions;
    const rest = await s3.send(new ListObjectVersionsCommand({ ...page, KeyMarker, VersionIdMarker }));
    expect([versions.Versions?.length, rest.Versions?.length, rest.IsTruncated]).toEqual([2, 1, false]);
    expect((await s3.send(new ListBucketsCommand())).Buckets?.map(({ Name }) => Name)).toEqual([bucket]);
  });

  it("writes only what is new when asked to", async () => {
    await put("a/new.json", "1", { IfNoneMatch: "*" });
    await expect(put("a/new.json", "2", { IfNoneMatch: "*" })).rejects.toMatchObject({
      name: "PreconditionFailed",
    });
  });

  it("deletes no locked version, hides one behind a marker, and lets an administrator bypass governance", async () => {
    const { VersionId } = await put("a/locked.json", "kept");
    const at = { Bucket: bucket, Key: "a/locked.json" };
    await expect(s3.send(new DeleteObjectCommand({ ...at, VersionId }))).rejects.toMatchObject({
      name: "AccessDenied",
    });
    const cleaner = world.as("cleaner");
    await expect(
      cleaner.send(new DeleteObjectCommand({ ...at, VersionId, BypassGovernanceRetention: true })),
    ).rejects.toMatchObject({ name: "AccessDenied" });
    await cleaner.send(new DeleteObjectCommand(at));
    await expect(s3.send(new GetObjectCommand(at))).rejects.toMatchObject({ name: "NoSuchKey" });
    expect(await text(s3.send(new GetObjectCommand({ ...at, VersionId })))).toBe("kept");
    await s3.send(new DeleteObjectCommand({ ...at, VersionId, BypassGovernanceRetention: true }));
    await expect(s3.send(new GetObjectCommand({ ...at, VersionId }))).rejects.toMatchObject({
      name: "NoSuchVersion",
    });
  });

  it("deletes a version whose lock has ended", async () => {
    const { VersionId } = await put("a/old.json", "old");
    await world.clock.advanceBy(86_400_000);
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: "a/old.json", VersionId }));
    const { Versions } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix: "a/old" }));
    expect(Versions ?? []).toEqual([]);
  });

  it("refuses a body that is not what its checksum says, and a lock without a checksum", async () => {
    await expect(put("a/bad.json", "body", { ChecksumCRC32: "AAAAAA==" })).rejects.toMatchObject({
      name: "BadDigest",
    });
    const plain = await fetch(`${world.url()}/${bucket}/a/plain.json`, {
      method: "PUT",
      body: "body",
      headers: { authorization: "AWS4-HMAC-SHA256 Credential=key/20260101/eu-west-1/s3/aws4_request" },
    });
    expect([plain.status, await plain.text()]).toEqual([
      400,
      expect.stringContaining("<Code>InvalidRequest"),
    ]);
  });

  it("checks roles by action, object and prefix, and binds everybody to the bucket's policy", async () => {
    const role = world.as("writer");
    const write = (client: S3Client, Key: string, more: object = {}) =>
      client.send(new PutObjectCommand({ Bucket: bucket, Key, Body: "x", ...more }));
    await write(role, "once/1", { IfNoneMatch: "*" });
    for (const client of [role, s3]) {
      await expect(write(client, "once/2")).rejects.toMatchObject({
        name: "AccessDenied",
        message: expect.stringContaining("with an explicit deny in a resource-based policy") as string,
      });
    }
    await expect(write(role, "other/1", { IfNoneMatch: "*" })).rejects.toMatchObject({
      name: "AccessDenied",
    });
    const locked = { ObjectLockMode: "GOVERNANCE", ObjectLockRetainUntilDate: new Date("2030-01-01") };
    await expect(write(role, "once/3", { IfNoneMatch: "*", ...locked })).rejects.toThrow(
      /s3:PutObjectRetention/,
    );
    const list = (Prefix: string) => role.send(new ListObjectVersionsCommand({ Bucket: bucket, Prefix }));
    await expect(list("once/")).resolves.toMatchObject({ Prefix: "once/" });
    await expect(list("")).rejects.toMatchObject({ name: "AccessDenied" });
    const { VersionId } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: "once/1" }));
    const remove = new DeleteObjectCommand({ Bucket: bucket, Key: "once/1", VersionId });
    await expect(role.send(remove)).rejects.toThrow(/s3:DeleteObjectVersion/);
  });

  it("refuses what it has not, in S3's own form", async () => {
    const copy = new CopyObjectCommand({ Bucket: bucket, Key: "b", CopySource: `${bucket}/a` });
    await expect(s3.send(copy)).rejects.toMatchObject({ name: "NotImplemented" });
    await expect(s3.send(new ListObjectsV2Command({ Bucket: bucket, Delimiter: "/" }))).rejects.toMatchObject(
      {
        name: "NotImplemented",
      },
    );
    await expect(s3.send(new ListObjectsV2Command({ Bucket: "another" }))).rejects.toMatchObject({
      name: "NoSuchBucket",
    });
  });
});

describe("the embedded S3 in compliance mode", () => {
  const world = withStack("COMPLIANCE");

  it("lets nobody at all delete a locked version", async () => {
    const s3 = world.as("somebody");
    const at = { Bucket: bucket, Key: "a/locked.json" };
    const { VersionId } = await s3.send(new PutObjectCommand({ ...at, Body: "kept" }));
    await expect(
      s3.send(new DeleteObjectCommand({ ...at, VersionId, BypassGovernanceRetention: true })),
    ).rejects.toMatchObject({ name: "AccessDenied" });
  });
});
