import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readOrganizationFile } from "../../../../local/organization-file.ts";

const directory = mkdtempSync(join(tmpdir(), "lockstep-resources-"));
afterAll(() => {
  rmSync(directory, { recursive: true });
});

const reading = (account: string) => {
  const path = join(directory, "organization.yaml");
  writeFileSync(
    path,
    [
      'managementAccountId: "111111111111"',
      "accounts:",
      '  - id: "111111111111"',
      "    name: management",
      ...account.split("\n").map((line) => `    ${line}`),
      "identityCenter: { region: eu-west-1 }",
    ].join("\n"),
  );
  return () => readOrganizationFile(path);
};

describe("an account's resources in the organization file", () => {
  it("have tags and a region of their own only where they say so", () => {
    const file = reading("resources:\n  - { type: sqs-queue, name: orders }")();
    expect(file.accounts[0]?.resources).toEqual([{ type: "sqs-queue", name: "orders", tags: {} }]);
  });

  it.each([
    ["resources: [{ type: queue, name: orders }]", "expected one of s3-bucket"],
    ["resources: [{ type: sqs-queue, name: orders, kmsKey: alias/x }]", "a key on buckets only"],
    ["resources: [{ type: s3-bucket, name: ledger, kmsKey: mine }]", "the ARN, id or alias of a KMS key"],
    ["resources: [{ type: sqs-queue, name: orders, ssm: Online }]", "Systems Manager on instances only"],
    ["resources: [{ type: sqs-queue, name: orders, engine: mysql }]", "on databases only"],
    [
      "resources: [{ type: sqs-queue, name: orders }, { type: sqs-queue, name: orders }]",
      'the sqs-queue "orders" a second time',
    ],
    ["resourceExplorer: yes-please", "resourceExplorer"],
  ])("are refused: %s", (account, sentence) => {
    expect(reading(account)).toThrow(sentence);
  });

  it("may have one name in two regions", () => {
    const names =
      "resources:\n  - { type: sqs-queue, name: orders }\n  - { type: sqs-queue, name: orders, region: us-east-1 }";
    expect(reading(names)().accounts[0]?.resources).toHaveLength(2);
  });
});
