import { describe, expect, it } from "vitest";
import { AccountIdSchema } from "../../../../lambdas/core/domain/ids.ts";
import { accountResources } from "../../../../local/resources/account-file.ts";
import type { ResourcesSeed } from "../../../../local/resources/seed-resources.ts";
import { AwsError } from "../../../../local/wire/service.ts";
import type { WireCall } from "../../../../local/wire/wire.ts";
import { embeddedResources, REGION, sourceOver } from "../../../contract/sync-sources/resources-embedded.ts";

const ACCOUNT = AccountIdSchema.parse("717171717171");
const OTHER = AccountIdSchema.parse("727272727272");

type Seeded = ResourcesSeed["accounts"][number];

const bucket = (name: string, kmsKey?: string) => ({ type: "s3-bucket", name, tags: { owner: "x" }, kmsKey });
const queue = (name: string, region?: string, tags: Record<string, string> = { owner: "x" }) => ({
  type: "sqs-queue",
  name,
  region,
  tags,
});

/** An account with these resources, and the source that looks at it. */
const lookingAt = (
  resources: readonly object[],
  {
    onCall,
    ...account
  }: Partial<Omit<Seeded, "resources">> & { readonly onCall?: (call: WireCall) => void } = {},
) => {
  const embedded = embeddedResources({
    accounts: [{ id: ACCOUNT, resources: accountResources.parse(resources), ...account }],
    ...(onCall === undefined ? {} : { onCall }),
  });
  return { ...embedded, source: sourceOver(embedded.clientsOf) };
};

/** What refuses the calls that it is told of. */
const refusing =
  (error: (call: WireCall) => AwsError, isMeant: (operation: string, call: WireCall) => boolean) =>
  (call: WireCall) => {
    if (isMeant(`${call.service.iamPrefix}:${call.operation}`, call)) throw error(call);
  };

const denied = ({ service, operation }: WireCall) =>
  new AwsError(
    "AccessDeniedException",
    `User: arn:aws:sts::${ACCOUNT}:assumed-role/lockstep-member/sync is not authorized to perform: ${service.iamPrefix}:${operation} on resource: * because no identity-based policy allows the ${service.iamPrefix}:${operation} action`,
    403,
  );
const deniedByOrganization = ({ service, operation }: WireCall) =>
  new AwsError(
    "AccessDeniedException",
    `User: arn:aws:sts::${ACCOUNT}:assumed-role/lockstep-member/sync is not authorized to perform: ${service.iamPrefix}:${operation} with an explicit deny in a service control policy`,
    403,
  );
const unrecognized = () =>
  new AwsError("UnrecognizedClientException", "The security token included in the request is invalid.", 403);
const expired = () => new AwsError("ExpiredTokenException", "The security token is expired", 403);

const codesOf = (problems: readonly { readonly code: string; readonly region?: string | undefined }[]) =>
  problems.map(({ code, region }) => (region === undefined ? code : `${code} ${region}`));

describe("an account with an aggregator index", () => {
  it("is read by it, with what has no tag and from every region that the index holds", async () => {
    const { source, calls } = lookingAt([queue("here"), queue("there", "ap-south-1", {})]);
    const { facts, problems, covers } = await source.resources(ACCOUNT, "sqs-queue");
    expect(facts.map(({ name, region }) => [name, region])).toEqual([
      ["there", "ap-south-1"],
      ["here", REGION],
    ]);
    expect(problems).toEqual([]);
    expect(covers.untagged).toBe(true);
    expect(covers.regions).toEqual(expect.arrayContaining([REGION, "ap-south-1", "us-east-1"]));
    expect(calls).toEqual(
      ["ListIndexes", "GetIndex", "ListViews", "BatchGetView", "ListResources"].map(
        (operation) => `resource-explorer-2:${operation} ${REGION}`,
      ),
    );
  });

  it("takes one call more for each further type, and finds the index anew for another account", async () => {
    const { source, calls } = lookingAt([queue("here")]);
    await source.resources(ACCOUNT, "sqs-queue");
    await source.resources(ACCOUNT, "sns-topic");
    expect(calls).toHaveLength(6);
    await source.resources(OTHER, "sqs-queue");
    expect(calls).toHaveLength(11);
  });

  it("is read to the end, past the 1,000 where AWS would stop", async () => {
    const names = Array.from({ length: 2_100 }, (_, index) => `queue-${String(index).padStart(4, "0")}`);
    const { source, calls } = lookingAt(names.map((name) => queue(name)));
    const { facts } = await source.resources(ACCOUNT, "sqs-queue");
    expect(facts.map(({ name }) => name)).toEqual(names);
    expect(calls.filter((call) => call.includes("ListResources"))).toHaveLength(3);
  });

  it("shows nothing of another account, whose resources a view of the organization shows too", async () => {
    const { clientsOf } = lookingAt([queue("here")]);
    const theirs = {
      Arn: `arn:aws:sqs:${REGION}:${OTHER}:theirs`,
      OwningAccountId: OTHER,
      Region: REGION,
      Properties: [],
    };
    const source = sourceOver((account) =>
      changing(clientsOf(account), "ListResources", (answer) => ({
        ...answer,
        Resources: [...(answer["Resources"] as readonly object[]), theirs],
      })),
    );
    const { facts } = await source.resources(ACCOUNT, "sqs-queue");
    expect(facts.map(({ name }) => name)).toEqual(["here"]);
  });

  it("is read by tags when the index may not be read after all", async () => {
    const { source } = lookingAt([queue("tagged"), queue("untagged", undefined, {})], {
      onCall: refusing(
        () => new AwsError("UnauthorizedException", "You may not use this view", 401),
        (operation) => operation === "resource-explorer-2:ListResources",
      ),
    });
    const { facts, problems, covers } = await source.resources(ACCOUNT, "sqs-queue");
    expect(facts.map(({ name }) => name)).toEqual(["tagged"]);
    expect(codesOf(problems)).toEqual([`access-denied ${REGION}`]);
    expect(covers.untagged).toBe(false);
  });
});

describe("an account without an aggregator index", () => {
  it.each([
    ["none", "resource-explorer-not-enabled"],
    ["local", "resource-explorer-index-local"],
  ] as const)("(%s) is read by tags, region by region, all types at once", async (resourceExplorer, code) => {
    const { source, calls } = lookingAt([queue("tagged", "ap-south-1"), queue("untagged", undefined, {})], {
      resourceExplorer,
    });
    const { facts, problems, covers } = await source.resources(ACCOUNT, "sqs-queue");
    expect(facts.map(({ name }) => name)).toEqual(["tagged"]);
    expect(codesOf(problems)).toEqual([`${code} ${REGION}`]);
    expect(problems[0]).toMatchObject({ severity: "warning", accountId: ACCOUNT });
    expect(covers).toEqual({
      untagged: false,
      regions: expect.arrayContaining([REGION, "ap-south-1"]) as string[],
    });
    const tagCalls = calls.filter((call) => call.startsWith("tag:")).length;
    expect(tagCalls).toBe(covers.regions.length);

    await source.resources(ACCOUNT, "sns-topic");
    expect(calls.filter((call) => call.startsWith("tag:"))).toHaveLength(tagCalls);
  });

  it("is read past the first page of a region", async () => {
    const names = Array.from({ length: 230 }, (_, index) => `queue-${String(index).padStart(3, "0")}`);
    const { source } = lookingAt(
      names.map((name) => queue(name)),
      { resourceExplorer: "none" },
    );
    const { facts } = await source.resources(ACCOUNT, "sqs-queue");
    expect(facts.map(({ name }) => name)).toEqual(names);
  });

  it("is read where it can be when an organization's policy denies a region", async () => {
    const { source } = lookingAt([queue("here"), queue("there", "us-west-2")], {
      resourceExplorer: "none",
      onCall: refusing(
        deniedByOrganization,
        (operation, { caller }) => operation === "tag:GetResources" && caller.region === "us-west-2",
      ),
    });
    const { facts, problems, covers } = await source.resources(ACCOUNT, "sqs-queue");
    expect(facts.map(({ name }) => name)).toEqual(["here"]);
    expect(codesOf(problems)).toEqual([
      `resource-explorer-not-enabled ${REGION}`,
      "region-denied-by-policy us-west-2",
    ]);
    expect(covers.regions).toContain(REGION);
    expect(covers.regions).not.toContain("us-west-2");
  });

  it("is read in the integration's region alone when its regions may not be listed", async () => {
    const { source } = lookingAt([queue("here"), queue("there", "us-west-2")], {
      resourceExplorer: "none",
      onCall: refusing(denied, (operation) => operation === "account:ListRegions"),
    });
    const { facts, problems, covers } = await source.resources(ACCOUNT, "sqs-queue");
    expect(facts.map(({ name }) => name)).toEqual(["here"]);
    expect(codesOf(problems)).toEqual([`resource-explorer-not-enabled ${REGION}`, "access-denied"]);
    expect(covers.regions).toEqual([REGION]);
  });
});

describe("an aggregator index that is not to be relied on", () => {
  it("is told of while it is being created", async () => {
    const { clientsOf } = embeddedResources({
      accounts: [{ id: ACCOUNT, resources: accountResources.parse([queue("here")]) }],
    });
    const source = sourceOver((account) =>
      changing(clientsOf(account), "GetIndex", (answer) => ({ ...answer, State: "CREATING" })),
    );
    const { facts, problems } = await source.resources(ACCOUNT, "sqs-queue");
    expect(facts.map(({ name }) => name)).toEqual(["here"]);
    expect(codesOf(problems)).toEqual([`resource-explorer-index-not-ready ${REGION}`]);
  });

  it("is told of when it is gone since it was listed", async () => {
    const { source } = lookingAt([queue("here")], {
      onCall: refusing(
        () => new AwsError("ResourceNotFoundException", "Index not found", 404),
        (operation) => operation === "resource-explorer-2:GetIndex",
      ),
    });
    const { problems } = await source.resources(ACCOUNT, "sqs-queue");
    expect(codesOf(problems)).toEqual([`resource-explorer-not-enabled ${REGION}`]);
  });

  it.each([
    ["leaves resources out", { Filters: { FilterString: "region:us*" } }],
    ["leaves tags out", { IncludedProperties: [] }],
    ["shows only an organizational unit", { Scope: "arn:aws:organizations::111111111111:ou/o-abc/ou-abc" }],
  ])("is told of when its only view %s", async (_how, flaw) => {
    const { clientsOf } = embeddedResources({
      accounts: [{ id: ACCOUNT, resources: accountResources.parse([queue("here")]) }],
    });
    const source = sourceOver((account) =>
      changing(clientsOf(account), "BatchGetView", (answer) => ({
        Views: (answer["Views"] as readonly object[]).map((view) => ({ ...view, ...flaw })),
      })),
    );
    const { problems, covers } = await source.resources(ACCOUNT, "sqs-queue");
    expect(codesOf(problems)).toEqual([`resource-explorer-view-unusable ${REGION}`]);
    expect(covers.untagged).toBe(false);
  });

  it("is told of when its view is deleted before it is read", async () => {
    const { source } = lookingAt([queue("here")], {
      onCall: refusing(
        () => new AwsError("ResourceNotFoundException", "View not found", 404),
        (operation) => operation === "resource-explorer-2:ListResources",
      ),
    });
    const { facts, problems } = await source.resources(ACCOUNT, "sqs-queue");
    expect(facts).toHaveLength(1);
    expect(codesOf(problems)).toEqual([`resource-explorer-view-unusable ${REGION}`]);
  });
});

describe("a region that refuses", () => {
  it("is told apart when an organization's policy denies Resource Explorer there", async () => {
    const { source } = lookingAt([queue("here")], {
      onCall: refusing(deniedByOrganization, (operation) => operation.startsWith("resource-explorer-2:")),
    });
    const { facts, problems } = await source.resources(ACCOUNT, "sqs-queue");
    expect(facts).toHaveLength(1);
    expect(codesOf(problems)).toEqual([`region-denied-by-policy ${REGION}`]);
    expect(problems[0]?.message).toContain("resource-explorer-2:ListIndexes");
  });

  it("is told apart when the account has not enabled it", async () => {
    const DISABLED = "me-central-1";
    const embedded = embeddedResources({
      accounts: [{ id: ACCOUNT, resources: accountResources.parse([queue("here")]) }],
      onCall: refusing(unrecognized, (_operation, { caller }) => caller.region === DISABLED),
    });
    const source = sourceOver(embedded.clientsOf, DISABLED);
    const { facts, problems, covers } = await source.resources(ACCOUNT, "sqs-queue");
    expect(facts.map(({ name }) => name)).toEqual(["here"]);
    expect(codesOf(problems)).toEqual([`region-disabled ${DISABLED}`]);
    expect(covers.regions).not.toContain(DISABLED);
  });
});

describe("lost credentials", () => {
  it.each(["resource-explorer-2:ListIndexes", "resource-explorer-2:ListResources", "s3:GetBucketEncryption"])(
    "at %s end the look, and the next one begins anew",
    async (meant) => {
      let lost = true;
      const { source } = lookingAt([bucket("ledger")], {
        onCall: refusing(expired, (operation) => lost && operation === meant),
      });
      await expect(source.resources(ACCOUNT, "s3-bucket")).rejects.toMatchObject({
        problem: { code: "credentials-expired" },
      });
      lost = false;
      expect((await source.resources(ACCOUNT, "s3-bucket")).facts).toHaveLength(1);
    },
  );

  it("in the middle of the regions end the look", async () => {
    const { source } = lookingAt([queue("here")], {
      resourceExplorer: "none",
      onCall: refusing(
        expired,
        (operation, { caller }) => operation === "tag:GetResources" && caller.region === "us-east-1",
      ),
    });
    await expect(source.resources(ACCOUNT, "sqs-queue")).rejects.toMatchObject({
      problem: { code: "credentials-expired" },
    });
  });
});

describe("what a service does not tell", () => {
  it("is that one bucket's problem", async () => {
    const { source } = lookingAt([bucket("ledger"), bucket("vault")], {
      onCall: refusing(
        denied,
        (operation, { input }) => operation === "s3:GetBucketEncryption" && input["Bucket"] === "vault",
      ),
    });
    const { facts, problems } = await source.resources(ACCOUNT, "s3-bucket");
    expect(facts.map(({ name, problem }) => [name, problem?.code])).toEqual([
      ["ledger", undefined],
      ["vault", "details-unreadable"],
    ]);
    expect(codesOf(problems)).toEqual([`access-denied ${REGION}`]);
  });

  it("is told once, however many resources of a region it concerns", async () => {
    const instances = ["one", "two"].map((name) => ({ type: "ec2-instance", name }));
    const { source } = lookingAt([...instances, { type: "ec2-instance", name: "far", region: "us-east-1" }], {
      onCall: refusing(
        denied,
        (operation, { caller }) =>
          operation === "ssm:DescribeInstanceInformation" && caller.region === REGION,
      ),
    });
    const { facts, problems } = await source.resources(ACCOUNT, "ec2-instance");
    expect(codesOf(problems)).toEqual([`access-denied ${REGION}`]);
    expect(facts.map(({ name, problem }) => [name, problem?.code])).toEqual(
      expect.arrayContaining([
        ["one", "details-unreadable"],
        ["two", "details-unreadable"],
        ["far", undefined],
      ]),
    );
  });

  it("because it is gone is gone", async () => {
    const { source } = lookingAt([bucket("ledger"), bucket("vault")], {
      onCall: refusing(
        () => new AwsError("NoSuchBucket", "The specified bucket does not exist", 404),
        (operation, { input }) => operation === "s3:GetBucketEncryption" && input["Bucket"] === "vault",
      ),
    });
    const { facts, problems } = await source.resources(ACCOUNT, "s3-bucket");
    expect(facts.map(({ name }) => name)).toEqual(["ledger"]);
    expect(problems).toEqual([]);
  });

  it("is asked ten buckets at a time, of all of them", async () => {
    const names = Array.from({ length: 25 }, (_, index) => `bucket-${String(index).padStart(2, "0")}`);
    const { source } = lookingAt(names.map((name) => bucket(name, "alias/all")));
    const { facts } = await source.resources(ACCOUNT, "s3-bucket");
    expect(facts.map(({ name, details }) => [name, details["kmsKeys"]])).toEqual(
      names.map((name) => [name, [`arn:aws:kms:${REGION}:${ACCOUNT}:alias/all`]]),
    );
  });
});

describe("the tally", () => {
  it("counts every call by AWS's own name of the action", async () => {
    const { source } = lookingAt([bucket("ledger"), bucket("vault")]);
    await source.resources(ACCOUNT, "s3-bucket");
    expect(source.takeTally().calls).toEqual({
      "resource-explorer-2:ListIndexes": 1,
      "resource-explorer-2:GetIndex": 1,
      "resource-explorer-2:ListViews": 1,
      "resource-explorer-2:BatchGetView": 1,
      "resource-explorer-2:ListResources": 1,
      "s3:GetEncryptionConfiguration": 2,
    });
  });
});

type Clients = ReturnType<ReturnType<typeof lookingAt>["clientsOf"]>;

type Answer = Readonly<Record<string, unknown>>;

/** The clients, with the answers of one operation changed. */
const changing = (clients: Clients, operation: string, change: (answer: Answer) => Answer): Clients => ({
  client: (type, options) => {
    const client = clients.client(type, options) as {
      send: (command: { readonly constructor: { readonly name: string } }) => Promise<Answer>;
    };
    return {
      ...client,
      send: async (command: Parameters<typeof client.send>[0]) => {
        const answer = await client.send(command);
        return command.constructor.name === `${operation}Command` ? change(answer) : answer;
      },
    } as InstanceType<typeof type>;
  },
});
