import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DynamoDBClient, ScanCommand, UpdateItemCommand } from "@aws-sdk/client-dynamodb";
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { DeleteObjectCommand, ListObjectVersionsCommand, S3Client } from "@aws-sdk/client-s3";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as z from "zod/mini";
import { AUDIT_TABLE_NAME, auditRootsBucketName } from "../../lambdas/core/contracts/audit-storage.ts";
import { AuditEntrySchema, linkEntry } from "../../lambdas/core/domain/audit.ts";
import { lastClosedDay } from "../../lambdas/core/domain/audit-root.ts";
import { canonicalJson } from "../../lambdas/core/domain/hash.ts";
import { runNode } from "./support/child.ts";
import { ask, decide, inStatus, requestIn } from "./support/requests.ts";
import { runEnvironment, type RunningEnvironment } from "./support/running-environment.ts";

let running: RunningEnvironment;
let directory: string;

beforeAll(async () => {
  running = await runEnvironment();
  directory = mkdtempSync(join(tmpdir(), "lockstep-audit-"));
});
afterAll(async () => {
  await running.environment.close();
  rmSync(directory, { recursive: true });
});

/** The flows of local/examples/access-flows.yaml, each of which is an entry: their lines are before those of requests. */
const FLOWS = 10;

const state = () => running.environment.clientsFor("home", "state");

/** Makes everything that is recorded appear as recorded on the last day that is over: nobody waits for midnight here. */
const letADayPass = async () => {
  const client = state().client(DynamoDBClient);
  const { Items = [] } = await client.send(
    new ScanCommand({ TableName: AUDIT_TABLE_NAME, ConsistentRead: true }),
  );
  for (const { pk, sk } of Items) {
    if (pk === undefined || sk === undefined) throw new Error("expected an item with a key");
    await client.send(
      new UpdateItemCommand({
        TableName: AUDIT_TABLE_NAME,
        Key: { pk, sk },
        UpdateExpression: "SET recordedOn = :day",
        ExpressionAttributeValues: { ":day": { S: lastClosedDay(new Date()) } },
      }),
    );
  }
};

const SealedSchema = z.object({
  sealed: z.array(z.object({ day: z.string(), heads: z.number(), hash: z.string() })),
});

const seal = async () => {
  const { Payload, FunctionError } = await state()
    .client(LambdaClient)
    .send(new InvokeCommand({ FunctionName: "lockstep-seal" }));
  const answer: unknown = JSON.parse(new TextDecoder().decode(Payload));
  expect(FunctionError, JSON.stringify(answer)).toBeUndefined();
  return SealedSchema.parse(answer).sealed;
};

const bucket = () =>
  auditRootsBucketName({
    account: running.environment.ids.managementAccountId,
    region: running.environment.ids.identityCenter.region,
  });

const file = () => join(directory, "export.jsonl");
const roots = () => join(directory, "roots");
const lines = () => readFileSync(file(), "utf8").split("\n").slice(0, -1);

const verify = (path: string, ...options: readonly string[]) =>
  runNode("cli/audit-verify.ts", "--export", path, ...options).ended;

const verifyLines = (changed: readonly string[], ...options: readonly string[]) => {
  const path = join(directory, "tampered.jsonl");
  writeFileSync(path, changed.map((line) => `${line}\n`).join(""));
  return verify(path, ...options);
};

describe("the audit trail of a running environment", { timeout: 90_000 }, () => {
  it("is sealed by the deployed function, once, under a lock", async () => {
    const rejected = await ask(running, "alice");
    await decide(running, "grace", rejected, "reject");
    const cancelled = await ask(running, "bruno");
    requestIn(await running.as("bruno", `POST /requests/${cancelled.id}/cancel`));
    await inStatus(running, "alice", rejected, "rejected");
    await running.environment.idle();
    await letADayPass();

    const sealed = await seal();
    expect(sealed).toMatchObject([{ day: lastClosedDay(new Date()), heads: FLOWS + 2 }]);
    expect(await seal()).toEqual([]);

    const s3 = state().client(S3Client);
    const { Versions: [version] = [] } = await s3.send(new ListObjectVersionsCommand({ Bucket: bucket() }));
    const at = { Bucket: bucket(), Key: version?.Key, VersionId: version?.VersionId };
    await expect(s3.send(new DeleteObjectCommand(at))).rejects.toMatchObject({ name: "AccessDenied" });
  });

  it("is exported with its roots by one command, for nobody else to read", async () => {
    const port = new URL(running.environment.addresses.api).port;
    const { code, stdout, stderr } = await runNode(
      ...["cli/audit-export.ts", "--port", port, "--out", file(), "--roots", roots()],
    ).ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.split("\n").slice(0, 3)).toEqual([
      expect.stringMatching(
        /^Wrote 14 entries of 2 requests and 10 items of configuration to .+ \(\d+\.\d kB\)\.$/,
      ),
      expect.stringMatching(/^Downloaded 1 root to /),
      `Next: npm run audit:verify -- --export ${file()} --roots ${roots()}`,
    ]);
    expect(readdirSync(roots())).toEqual([`${lastClosedDay(new Date())}.json`]);
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(directory).toSorted()).toEqual(["export.jsonl", "roots"]);
  });

  it("is as it was written, says the verifier", async () => {
    const { code, stdout } = await verify(file(), "--roots", roots());
    expect(stdout).toMatch(
      /^OK: 14 entries of 2 requests and 10 items of configuration, each as it was written and in order\.\n1 root /,
    );
    expect(code).toBe(0);
    expect(await verify(file())).toMatchObject({ code: 0 });
  });

  it("shows by itself which entry was altered or removed", async () => {
    const altered = AuditEntrySchema.parse(JSON.parse(lines()[FLOWS + 1] ?? ""));
    const forged = canonicalJson({ ...altered, details: { reason: "it was approved" } });
    expect(await verifyLines(lines().with(FLOWS + 1, forged))).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        new RegExp(`^Line 12: entry 2 of request ${altered.requestId} was altered\\.\n`),
      ) as unknown,
    });
    expect(await verifyLines(lines().toSpliced(FLOWS, 1))).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(
        new RegExp(`^Line 11: entry 1 of request ${altered.requestId} was removed\\.\n`),
      ) as unknown,
    });
  });

  it("shows with the roots that an entry was replaced and hashed anew, and that a last entry was removed", async () => {
    const { hash: _hash, ...last } = AuditEntrySchema.parse(JSON.parse(lines()[FLOWS + 3] ?? ""));
    const forged = canonicalJson(linkEntry({ ...last, status: "approved" }));
    for (const [changed, tampering] of [
      [lines().with(FLOWS + 3, forged), "altered"],
      [lines().slice(0, FLOWS + 3), "removed"],
    ] as const) {
      expect(await verifyLines(changed)).toMatchObject({ code: 0 });
      expect(await verifyLines(changed, "--roots", roots())).toMatchObject({
        code: 1,
        stdout: expect.stringMatching(
          new RegExp(`^Line 14: entry 2 of request ${last.requestId} was ${tampering}\\.\n`),
        ) as unknown,
      });
    }
  });

  it("is compared with a root that was downloaded before", async () => {
    const [name = ""] = readdirSync(roots());
    writeFileSync(join(roots(), name), "{}");
    const port = new URL(running.environment.addresses.api).port;
    const { code, stderr } = await runNode(
      ...["cli/audit-export.ts", "--port", port, "--out", file(), "--roots", roots()],
    ).ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/differs from the root that the bucket holds/);
  });
});

describe("what is called wrongly", () => {
  it.each([
    [["cli/audit-verify.ts"], 2, /^Option --export is missing/],
    [["cli/audit-verify.ts", "--export", "nowhere.jsonl"], 2, /^The export nowhere\.jsonl cannot be read/],
    [["cli/audit-verify.ts", "--export", "package.json", "--roots", "docs"], 2, /holds no roots/],
    [["cli/audit-export.ts", "--port", "1"], 1, /^No Lockstep environment answers on port 1: start one/],
    [
      ["cli/audit-export.ts", "--endpoint", "http://127.0.0.1:1"],
      1,
      /^The table lockstep-audit cannot be read/,
    ],
  ] as const)("%j ends with %s and a sentence", async ([program, ...options], code, sentence) => {
    const ended = await runNode(program, ...options).ended;
    expect(ended).toMatchObject({ code, stdout: "" });
    expect(ended.stderr).toMatch(sentence);
    expect(ended.stderr.trimEnd()).not.toContain("\n");
  });
});
