import { CreateTableCommand, DynamoDBClient } from "@aws-sdk/client-dynamodb";
import { CreateTagsCommand, EC2Client, RunInstancesCommand } from "@aws-sdk/client-ec2";
import { CreateClusterCommand as CreateEksCluster, EKSClient } from "@aws-sdk/client-eks";
import { CreateRoleCommand, IAMClient } from "@aws-sdk/client-iam";
import { CreateFunctionCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { CreateDBClusterCommand, CreateDBInstanceCommand, RDSClient } from "@aws-sdk/client-rds";
import { CreateClusterCommand as CreateRedshiftCluster, RedshiftClient } from "@aws-sdk/client-redshift";
import {
  CreateBucketCommand,
  PutBucketEncryptionCommand,
  PutBucketTaggingCommand,
  S3Client,
} from "@aws-sdk/client-s3";
import { CreateSecretCommand, SecretsManagerClient } from "@aws-sdk/client-secrets-manager";
import { CreateTopicCommand, SNSClient } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import type { AccountResources } from "../../../local/resources/account-file.ts";

type Resource = AccountResources[number];

/** What every client takes to call moto. */
export interface MotoSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

const listed = (tags: Resource["tags"]) => Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));

/** An empty zip archive: moto looks no further into a function's code. */
const EMPTY_ZIP = Buffer.from([0x50, 0x4b, 5, 6, ...new Array<number>(18).fill(0)]);

const arnFrom = (arn: string | undefined): string => {
  if (arn === undefined) throw new Error("moto answered without an ARN");
  return arn;
};

/** Creates the resource as its owner would, and answers with the ARN that moto gives it. */
export const createOnMoto = async (
  { type, name, tags, kmsKey, engine = "postgres", iamAuthentication = false }: Resource,
  settings: MotoSettings,
  accountId: string,
): Promise<string> => {
  const { region } = settings;
  const Tags = listed(tags);
  const inRegion = (service: string, rest: string) => `arn:aws:${service}:${region}:${accountId}:${rest}`;
  switch (type) {
    case "s3-bucket": {
      const client = new S3Client({ ...settings, forcePathStyle: true });
      await client.send(
        new CreateBucketCommand({
          Bucket: name,
          ...(region === "us-east-1"
            ? {}
            : { CreateBucketConfiguration: { LocationConstraint: region as "eu-west-1" } }),
        }),
      );
      await client.send(new PutBucketTaggingCommand({ Bucket: name, Tagging: { TagSet: Tags } }));
      if (kmsKey !== undefined)
        await client.send(
          new PutBucketEncryptionCommand({
            Bucket: name,
            ServerSideEncryptionConfiguration: {
              Rules: [
                {
                  ApplyServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms", KMSMasterKeyID: kmsKey },
                },
              ],
            },
          }),
        );
      return `arn:aws:s3:::${name}`;
    }
    case "ec2-instance": {
      const client = new EC2Client(settings);
      const { Instances } = await client.send(
        new RunInstancesCommand({ ImageId: "ami-12c6146b", MinCount: 1, MaxCount: 1 }),
      );
      const id = Instances?.[0]?.InstanceId ?? "";
      await client.send(new CreateTagsCommand({ Resources: [id], Tags: listed({ Name: name, ...tags }) }));
      return inRegion("ec2", `instance/${id}`);
    }
    case "rds-instance": {
      const { DBInstance } = await new RDSClient(settings).send(
        new CreateDBInstanceCommand({
          DBInstanceIdentifier: name,
          DBInstanceClass: "db.t4g.micro",
          Engine: engine,
          MasterUsername: "root",
          MasterUserPassword: "not-a-secret",
          AllocatedStorage: 20,
          EnableIAMDatabaseAuthentication: iamAuthentication,
          Tags,
        }),
      );
      return arnFrom(DBInstance?.DBInstanceArn);
    }
    case "rds-cluster": {
      const { DBCluster } = await new RDSClient(settings).send(
        new CreateDBClusterCommand({
          DBClusterIdentifier: name,
          Engine: engine,
          MasterUsername: "root",
          MasterUserPassword: "not-a-secret",
          EnableIAMDatabaseAuthentication: iamAuthentication,
          Tags,
        }),
      );
      return arnFrom(DBCluster?.DBClusterArn);
    }
    case "redshift-cluster":
      await new RedshiftClient(settings).send(
        new CreateRedshiftCluster({
          ClusterIdentifier: name,
          NodeType: "ra3.large",
          MasterUsername: "root",
          MasterUserPassword: "Not-a-secret-1",
          DBName: "dev",
          Tags,
        }),
      );
      return inRegion("redshift", `cluster:${name}`);
    case "eks-cluster": {
      const { cluster } = await new EKSClient(settings).send(
        new CreateEksCluster({
          name,
          roleArn: `arn:aws:iam::${accountId}:role/eks`,
          resourcesVpcConfig: {},
          tags,
        }),
      );
      return arnFrom(cluster?.arn);
    }
    case "lambda-function": {
      const { FunctionArn } = await new LambdaClient(settings).send(
        new CreateFunctionCommand({
          FunctionName: name,
          Role: await roleForFunctions(settings, accountId),
          Runtime: "nodejs22.x",
          Handler: "index.handler",
          Code: { ZipFile: EMPTY_ZIP },
          Tags: tags,
        }),
      );
      return arnFrom(FunctionArn);
    }
    case "sns-topic":
      return arnFrom(
        (await new SNSClient(settings).send(new CreateTopicCommand({ Name: name, Tags }))).TopicArn,
      );
    case "sqs-queue":
      await new SQSClient(settings).send(new CreateQueueCommand({ QueueName: name, tags }));
      return inRegion("sqs", name);
    case "secret": {
      const { ARN } = await new SecretsManagerClient(settings).send(
        new CreateSecretCommand({ Name: name, SecretString: "{}", Tags }),
      );
      return arnFrom(ARN);
    }
    case "dynamodb-table": {
      const { TableDescription } = await new DynamoDBClient(settings).send(
        new CreateTableCommand({
          TableName: name,
          BillingMode: "PAY_PER_REQUEST",
          AttributeDefinitions: [{ AttributeName: "id", AttributeType: "S" }],
          KeySchema: [{ AttributeName: "id", KeyType: "HASH" }],
          Tags,
        }),
      );
      return arnFrom(TableDescription?.TableArn);
    }
  }
};

const roleForFunctions = async (settings: MotoSettings, accountId: string): Promise<string> => {
  const name = "contract-functions";
  await new IAMClient(settings)
    .send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: "{}" }))
    .catch((error: unknown) => {
      if (!(error instanceof Error) || !error.name.startsWith("EntityAlreadyExists")) throw error;
    });
  return `arn:aws:iam::${accountId}:role/${name}`;
};
