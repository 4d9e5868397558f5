import { describe, expect, it } from "vitest";
import { keyArnOf, parseResourceArn } from "../../../../../lambdas/core/domain/inventory/resource-arns.ts";

const HERE = "eu-west-1:123456789012";
const place = { region: "eu-west-1" };

describe("an ARN", () => {
  it.each([
    ["arn:aws:s3:::ledger", { type: "s3-bucket", name: "ledger" }],
    [
      `arn:aws:ec2:${HERE}:instance/i-0123456789abcdef0`,
      { type: "ec2-instance", name: "i-0123456789abcdef0", ...place },
    ],
    [`arn:aws:rds:${HERE}:db:orders`, { type: "rds-instance", name: "orders", ...place }],
    [`arn:aws:rds:${HERE}:cluster:orders`, { type: "rds-cluster", name: "orders", ...place }],
    [`arn:aws:redshift:${HERE}:cluster:dwh`, { type: "redshift-cluster", name: "dwh", ...place }],
    [`arn:aws:eks:${HERE}:cluster/k8s`, { type: "eks-cluster", name: "k8s", ...place }],
    [`arn:aws:lambda:${HERE}:function:jira`, { type: "lambda-function", name: "jira", ...place }],
    [`arn:aws:sns:${HERE}:news`, { type: "sns-topic", name: "news", ...place }],
    [`arn:aws:sqs:${HERE}:orders.fifo`, { type: "sqs-queue", name: "orders.fifo", ...place }],
    [
      `arn:aws:secretsmanager:${HERE}:secret:app/api-key-AbC123`,
      { type: "secret", name: "app/api-key", ...place },
    ],
    [`arn:aws:dynamodb:${HERE}:table/ledger`, { type: "dynamodb-table", name: "ledger", ...place }],
    [
      "arn:aws-us-gov:sqs:us-gov-west-1:123456789012:orders",
      { type: "sqs-queue", name: "orders", region: "us-gov-west-1" },
    ],
  ])("%s says what the resource is", (arn, parsed) => {
    expect(parseResourceArn(arn)).toEqual(parsed);
  });

  it.each([
    `arn:aws:lambda:${HERE}:function:jira:7`,
    `arn:aws:sns:${HERE}:news:0f9d3b1c`,
    `arn:aws:dynamodb:${HERE}:table/ledger/index/by-date`,
    `arn:aws:rds:${HERE}:snapshot:orders`,
    `arn:aws:ec2:${HERE}:volume/vol-0123456789abcdef0`,
    "arn:aws:s3:::ledger/object",
    "ledger",
  ])("%s is of nothing that a sync looks for", (arn) => {
    expect(parseResourceArn(arn)).toBeUndefined();
  });
});

describe("a bucket's key", () => {
  const bucket = { arn: "arn:aws-cn:s3:::ledger", accountId: "123456789012", ...place };

  it.each([
    ["arn:aws:kms:us-east-1:210987654321:key/1", "arn:aws:kms:us-east-1:210987654321:key/1"],
    ["1234abcd", `arn:aws-cn:kms:${HERE}:key/1234abcd`],
    ["alias/cards", `arn:aws-cn:kms:${HERE}:alias/cards`],
  ])("%s is %s", (key, arn) => {
    expect(keyArnOf(key, bucket)).toBe(arn);
  });
});
