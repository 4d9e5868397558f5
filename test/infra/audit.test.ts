import { describe, expect, it } from "vitest";
import { AUDIT_BY_DAY } from "../../lambdas/adapters/dynamodb/keys.ts";
import { allowedActions, resourceAt, resourcesOf, statementsOf } from "./support/template.ts";
import { oidc, synthesize } from "./support/synthesize.ts";

const HOME_ACCOUNT = "222222222222";
const { stateful, access } = synthesize({ settings: { oidc }, account: HOME_ACCOUNT });
const ROLE = "SealRole";
const BUCKET_ARN = `arn:aws:s3:::lockstep-audit-roots-${HOME_ACCOUNT}-eu-west-1`;

describe("the bucket of the roots", () => {
  const bucket = resourceAt(stateful, "AuditRootsBucket");

  it("is locked in governance mode for a day as shipped, versioned, encrypted and not public", () => {
    expect(bucket.properties).toMatchObject({
      BucketName: `lockstep-audit-roots-${HOME_ACCOUNT}-eu-west-1`,
      VersioningConfiguration: { Status: "Enabled" },
      ObjectLockEnabled: true,
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } },
      },
      PublicAccessBlockConfiguration: {
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      },
      BucketEncryption: {
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "AES256" } }],
      },
    });
  });

  it("takes its lock from the settings", () => {
    const { stateful: strict } = synthesize({
      settings: { oidc, audit: { lock: { mode: "COMPLIANCE", days: 2_555 } } },
    });
    expect(resourceAt(strict, "AuditRootsBucket").properties["ObjectLockConfiguration"]).toMatchObject({
      Rule: { DefaultRetention: { Mode: "COMPLIANCE", Days: 2_555 } },
    });
  });

  it("outlives its stack and every replacement, and empties itself never", () => {
    expect(bucket).toMatchObject({ deletionPolicy: "Retain", updateReplacePolicy: "Retain" });
    expect(bucket.properties["LifecycleConfiguration"]).toBeUndefined();
  });

  it("refuses everybody what is not encrypted on the way, and every write that could replace a root", () => {
    const [policy] = resourcesOf(stateful, "AWS::S3::BucketPolicy");
    const text = JSON.stringify(policy?.properties);
    expect(text).toContain('"aws:SecureTransport":"false"');
    expect(policy?.properties["PolicyDocument"]).toMatchObject({
      Statement: expect.arrayContaining([
        expect.objectContaining({
          Effect: "Deny",
          Action: "s3:PutObject",
          Principal: { AWS: "*" },
          Condition: { Null: { "s3:if-none-match": "true" } },
        }),
      ]) as unknown,
    });
  });
});

describe("the seal's role", () => {
  it("reads the index by day and the roots, writes roots, and does nothing else to either", () => {
    const ofStores = allowedActions(access, ROLE).filter((action) => /^(s3|dynamodb):/.test(action));
    expect(ofStores).toEqual([
      "dynamodb:Query",
      "s3:GetObjectVersion",
      "s3:ListBucketVersions",
      "s3:PutObject",
    ]);
  });

  it("can neither delete, nor unlock, nor set a lock", () => {
    for (const action of allowedActions(access, ROLE)) {
      expect(action).not.toMatch(/^s3:(Delete|Bypass|PutObjectRetention|PutObjectLegalHold|PutBucket|\*)/);
    }
  });

  it("reaches the index and not the entries, and one prefix of one bucket", () => {
    const statements = statementsOf(access, ROLE);
    const query = statements.find(({ Action }) => Action.includes("dynamodb:Query"));
    expect(JSON.stringify(query?.Resource)).toContain(`/index/${AUDIT_BY_DAY.name}"`);
    expect(query?.Resource).toHaveLength(1);
    expect(statements.find(({ Action }) => Action.includes("s3:PutObject"))?.Resource).toEqual([
      `${BUCKET_ARN}/roots/*`,
    ]);
    expect(statements.find(({ Action }) => Action.includes("s3:ListBucketVersions"))).toMatchObject({
      Resource: [BUCKET_ARN],
      Condition: { StringEquals: { "s3:prefix": "roots/" } },
    });
  });

  it("is the only one that reaches the bucket", () => {
    const others = resourcesOf(access, "AWS::IAM::Role").filter(({ logicalId }) => logicalId !== ROLE);
    // How a bucket is encrypted tells nothing of what is in it; the syncs ask it of every bucket.
    const asking = others.filter(({ properties }) => JSON.stringify(properties).includes("s3:"));
    expect(asking.map(({ logicalId }) => logicalId)).toEqual(["SyncAccountsRole"]);
    const actions = allowedActions(access, "SyncAccountsRole").filter((action) => action.startsWith("s3:"));
    expect(actions).toEqual(["s3:GetEncryptionConfiguration"]);
  });
});

describe("the seal", () => {
  it("runs every day, half an hour after the day is over", () => {
    const [rule] = resourcesOf(access, "AWS::Events::Rule").filter(
      ({ properties }) => properties["Name"] === "lockstep-seal-daily",
    );
    expect(rule?.properties["ScheduleExpression"]).toBe("cron(30 0 * * ? *)");
    expect(JSON.stringify(rule?.properties["Targets"])).toContain("SealFunction");
  });

  it("finds a day's entries by an index that says nothing of what happened", () => {
    expect(resourceAt(stateful, "AuditTable").properties["GlobalSecondaryIndexes"]).toEqual([
      {
        IndexName: AUDIT_BY_DAY.name,
        KeySchema: [
          { AttributeName: AUDIT_BY_DAY.partition, KeyType: "HASH" },
          { AttributeName: "pk", KeyType: "RANGE" },
        ],
        Projection: { ProjectionType: "INCLUDE", NonKeyAttributes: [...AUDIT_BY_DAY.included] },
      },
    ]);
  });
});
