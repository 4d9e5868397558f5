import { beforeAll, describe, expect } from "vitest";
import type { ResourceFact, ResourceType } from "../../../lambdas/core/domain/inventory/facts.ts";
import type { ResourceSource } from "../../../lambdas/core/ports/sync.ts";
import { contractTest } from "../../support/fakes/contract-test.ts";
import { REGION } from "./resources-embedded.ts";
import { ACCOUNT, KEY, OTHER_REGION, resourcesEnvironments, SECRET } from "./resources-environments.ts";

describe.each(resourcesEnvironments)("resources on $name", (environment) => {
  const { byIndex } = environment;
  const test = contractTest(environment.differences);
  let source: ResourceSource;
  beforeAll(async () => {
    source = await environment.open();
  });

  const allOf = async (type: ResourceType): Promise<readonly ResourceFact[]> => {
    const { facts } = await source.resources(ACCOUNT, type);
    // On an endpoint that others use too there may be more.
    return facts
      .filter(({ name }) => name.startsWith("contract"))
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
  };
  const find = async (type: ResourceType, name: string): Promise<ResourceFact | undefined> =>
    (await allOf(type)).find((fact) => fact.name === name);
  const namesOf = async (type: ResourceType) => (await allOf(type)).map(({ name }) => name);

  test("says where it looked, and why not by the index", async () => {
    const { problems, covers } = await source.resources(ACCOUNT, "sqs-queue");
    expect(problems.map(({ code }) => code)).toEqual(byIndex ? [] : ["resource-explorer-not-enabled"]);
    expect(covers.untagged).toBe(byIndex);
    expect(covers.regions).toEqual(expect.arrayContaining([REGION, OTHER_REGION]));
  });

  test("shows a bucket with its KMS key", async () => {
    expect(await find("s3-bucket", "contract-ledger")).toEqual({
      kind: "resource",
      accountId: ACCOUNT,
      arn: "arn:aws:s3:::contract-ledger",
      type: "s3-bucket",
      region: REGION,
      name: "contract-ledger",
      tags: { owner: "contract" },
      details: { encryption: "aws:kms", kmsKeys: [KEY] },
    });
  });

  test("names a bucket's key by its whole ARN, however the bucket names it", async () => {
    expect((await find("s3-bucket", "contract-cards"))?.details["kmsKeys"]).toEqual([
      `arn:aws:kms:${REGION}:${ACCOUNT}:alias/cards`,
    ]);
  });

  test("shows a bucket that needs no key", async () => {
    const bucket = await find("s3-bucket", "contract-logs");
    expect(bucket).toMatchObject({ region: REGION });
    expect(bucket?.details).not.toHaveProperty("kmsKeys");
    expect(bucket?.problem).toBeUndefined();
  });

  test("shows an instance by its Name, with what Systems Manager hears of it", async () => {
    const [batch, stopped, web] = await allOf("ec2-instance");
    expect(web).toMatchObject({
      name: "contract-web",
      region: REGION,
      details: { instanceId: expect.stringMatching(/^i-[0-9a-f]{17}$/) as string, ssm: "Online" },
    });
    expect(web?.problem).toBeUndefined();
    expect(batch).toMatchObject({
      name: "contract-batch",
      details: { ssm: "NotManaged" },
      problem: { code: "instance-not-managed" },
    });
    expect(stopped).toMatchObject({
      name: "contract-stopped",
      details: { ssm: "ConnectionLost" },
      problem: { code: "instance-unreachable" },
    });
  });

  test("shows a database that takes IAM's tokens", async () => {
    const orders = await find("rds-instance", "contract-orders");
    expect(orders).toMatchObject({
      arn: `arn:aws:rds:${REGION}:${ACCOUNT}:db:contract-orders`,
      details: {
        engine: "postgres",
        endpoint: expect.stringMatching(/^contract-orders\..+:5432$/) as string,
        authType: "iam-auth",
        iamAuthentication: true,
      },
    });
    expect(orders?.problem).toBeUndefined();
  });

  test("shows a database that takes a password, with its secret", async () => {
    const users = await find("rds-instance", "contract-users");
    expect(users?.details).toMatchObject({ engine: "mysql", authType: "user-password", secretArn: SECRET });
    expect(users?.problem).toBeUndefined();
  });

  test("finds fault with one database alone", async () => {
    const problems = (await allOf("rds-instance")).map(({ name, problem }) => [name, problem?.code]);
    expect(problems).toEqual([
      ["contract-broken", "secret-tag-missing"],
      ["contract-off", "iam-authentication-off"],
      ["contract-orders", undefined],
      ["contract-plain", undefined],
      ["contract-users", undefined],
    ]);
  });

  test("shows a database without any of the tags as it is", async () => {
    const plain = await find("rds-instance", "contract-plain");
    expect(plain?.details).toHaveProperty("engine", "postgres");
    expect(plain?.details).not.toHaveProperty("authType");
  });

  test("shows a cluster of databases", async () => {
    expect(await allOf("rds-cluster")).toMatchObject([
      {
        name: "contract-aurora",
        details: { engine: "aurora-postgresql", authType: "user-password", secretArn: SECRET },
      },
    ]);
  });

  test("shows a Redshift cluster with how to get into it", async () => {
    const clusters = await allOf("redshift-cluster");
    expect(clusters).toMatchObject([
      {
        name: "contract-dwh",
        details: {
          engine: "redshift",
          endpoint: expect.stringMatching(/:5439$/) as string,
          databaseName: "dev",
          authType: "iam-auth",
        },
      },
    ]);
    expect(clusters[0]?.problem).toBeUndefined();
  });

  test("shows an EKS cluster", async () => {
    expect(await allOf("eks-cluster")).toMatchObject([
      { arn: `arn:aws:eks:${REGION}:${ACCOUNT}:cluster/contract-k8s`, name: "contract-k8s" },
    ]);
  });

  test("shows of functions only those that are tagged as custom integrations", async () => {
    expect(await namesOf("lambda-function")).toEqual(["contract-crm", "contract-jira"]);
  });

  test("shows topics, secrets and tables by their names", async () => {
    expect(await namesOf("sns-topic")).toEqual(["contract-news"]);
    expect(await namesOf("secret")).toEqual(["contract/api-key"]);
    expect(await namesOf("dynamodb-table")).toEqual(["contract-ledger"]);
  });

  test("looks into every region", async () => {
    const queues = await allOf("sqs-queue");
    expect(queues.map(({ name, region }) => [name, region])).toEqual([
      ["contract-orders-in", REGION],
      ["contract-orders-us", OTHER_REGION],
    ]);
  });
});
