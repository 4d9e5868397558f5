import { AccountClient } from "@aws-sdk/client-account";
import { ResourceExplorer2Client } from "@aws-sdk/client-resource-explorer-2";
import { SSMClient } from "@aws-sdk/client-ssm";
import { awsClients, type AwsClients } from "../../../lambdas/adapters/aws-clients.ts";
import { AccountIdSchema } from "../../../lambdas/core/domain/ids.ts";
import type { ResourceSource } from "../../../lambdas/core/ports/sync.ts";
import { accountResources, type AccountResources } from "../../../local/resources/account-file.ts";
import { embeddedResources, REGION, sourceOver } from "./resources-embedded.ts";
import { createOnMoto } from "./resources-on-moto.ts";

/** moto's own account. */
export const ACCOUNT = AccountIdSchema.parse("123456789012");
export const OTHER_REGION = "us-east-1";
export const KEY = `arn:aws:kms:${REGION}:${ACCOUNT}:key/1234abcd-12ab-34cd-56ef-1234567890ab`;
export const SECRET = `arn:aws:secretsmanager:${REGION}:${ACCOUNT}:secret:contract/users-AbCdEf`;

/** Everything has a tag: the tagging API shows nothing else. */
const owner = { owner: "contract" };

const resources: AccountResources = accountResources.parse([
  { type: "s3-bucket", name: "contract-ledger", tags: owner, kmsKey: KEY },
  { type: "s3-bucket", name: "contract-cards", tags: owner, kmsKey: "alias/cards" },
  { type: "s3-bucket", name: "contract-logs", tags: owner },
  { type: "ec2-instance", name: "contract-web", tags: owner, ssm: "Online" },
  { type: "ec2-instance", name: "contract-batch", tags: owner, ssm: "none" },
  { type: "ec2-instance", name: "contract-stopped", tags: owner, ssm: "ConnectionLost" },
  {
    type: "rds-instance",
    name: "contract-orders",
    tags: { ...owner, auth_type: "iam-auth", "apono-connector-id": "c-1" },
    engine: "postgres",
    iamAuthentication: true,
  },
  {
    type: "rds-instance",
    name: "contract-users",
    tags: { ...owner, auth_type: "user-password", "apono-connector-id": "c-1", "apono-secret": SECRET },
    engine: "mysql",
  },
  { type: "rds-instance", name: "contract-broken", tags: { ...owner, auth_type: "user-password" } },
  { type: "rds-instance", name: "contract-off", tags: { ...owner, "lockstep:auth-type": "iam-auth" } },
  { type: "rds-instance", name: "contract-plain", tags: owner },
  {
    type: "rds-cluster",
    name: "contract-aurora",
    tags: { ...owner, "lockstep:auth-type": "user-password", "lockstep:secret": SECRET },
    engine: "aurora-postgresql",
  },
  { type: "redshift-cluster", name: "contract-dwh", tags: { ...owner, auth_type: "iam-auth" } },
  { type: "eks-cluster", name: "contract-k8s", tags: owner },
  { type: "lambda-function", name: "contract-jira", tags: { "apono-connector-access": "true" } },
  { type: "lambda-function", name: "contract-crm", tags: { "lockstep:custom-integration": "true" } },
  { type: "lambda-function", name: "contract-internal", tags: owner },
  { type: "sns-topic", name: "contract-news", tags: owner },
  { type: "sqs-queue", name: "contract-orders-in", tags: owner },
  { type: "sqs-queue", name: "contract-orders-us", region: OTHER_REGION, tags: owner },
  { type: "secret", name: "contract/api-key", tags: owner },
  { type: "dynamodb-table", name: "contract-ledger", tags: owner },
]);

export interface ResourcesEnvironment {
  readonly name: string;
  /** Whether an aggregator index was there to be read. */
  readonly byIndex: boolean;
  open(): Promise<ResourceSource>;
  readonly differences: Readonly<Record<string, string>>;
}

const accountWith = (has: "aggregator" | "none") => ({ id: ACCOUNT, resources, resourceExplorer: has });

const embedded = (has: "aggregator" | "none"): ResourcesEnvironment => ({
  name: `the embedded AWS, by ${has === "none" ? "tags" : "the index"}`,
  byIndex: has === "aggregator",
  differences: {},
  open: () => Promise.resolve(sourceOver(embeddedResources({ accounts: [accountWith(has)] }).clientsOf)),
});

let created: Promise<readonly string[]> | undefined;

/**
 * moto has no Resource Explorer, no ListRegions and no DescribeInstanceInformation: for those three the embedded AWS
 * answers, of what was created on moto.
 */
const ANSWERED_BY_EMBEDDED: readonly unknown[] = [ResourceExplorer2Client, AccountClient, SSMClient];

const BUCKETS_EVERYWHERE = "moto's tagging API shows each bucket in every region";

const moto = (endpoint: string, has: "aggregator" | "none"): ResourcesEnvironment => {
  const settings = { endpoint, credentials: { accessKeyId: "test", secretAccessKey: "test" } };
  return {
    name: `moto, by ${has === "none" ? "tags" : "an index of what is there"}`,
    byIndex: has === "aggregator",
    differences:
      has === "aggregator"
        ? {}
        : {
            "shows a Redshift cluster with how to get into it": "moto's tagging API has no Redshift",
            "shows an EKS cluster": "moto's tagging API has no EKS",
            "shows a bucket with its KMS key": BUCKETS_EVERYWHERE,
            "names a bucket's key by its whole ARN, however the bucket names it": BUCKETS_EVERYWHERE,
            "shows a bucket that needs no key": BUCKETS_EVERYWHERE,
          },
    open: async () => {
      created ??= Promise.all(
        resources.map((resource) =>
          createOnMoto(resource, { ...settings, region: resource.region ?? REGION }, ACCOUNT),
        ),
      );
      const arns = await created;
      const { clientsOf, documents } = embeddedResources({
        accounts: [{ id: ACCOUNT, resourceExplorer: has }],
      });
      for (const [at, { region = REGION, kmsKey: _key, ssm = "Online", ...resource }] of resources.entries())
        documents.put({
          ...resource,
          accountId: ACCOUNT,
          arn: arns[at] ?? "",
          region,
          ...(resource.type === "ec2-instance"
            ? { tags: { Name: resource.name, ...resource.tags }, ...(ssm === "none" ? {} : { ssm }) }
            : {}),
        } as Parameters<typeof documents.put>[0]);
      const onMoto = awsClients({ overrides: { ...settings, region: REGION, forcePathStyle: true } })(
        "home",
        "sync",
      );
      const inside = clientsOf(ACCOUNT);
      const clients: AwsClients = {
        client: (type, options) =>
          (ANSWERED_BY_EMBEDDED.includes(type) ? inside : onMoto).client(type, options),
      };
      return sourceOver(() => clients);
    },
  };
};

const motoEndpoint = process.env["MOTO_ENDPOINT"];

/** Everything that the contract of resources is run on; moto too where the environment names one. */
export const resourcesEnvironments: readonly ResourcesEnvironment[] = [
  embedded("aggregator"),
  embedded("none"),
  ...(motoEndpoint === undefined ? [] : [moto(motoEndpoint, "aggregator"), moto(motoEndpoint, "none")]),
];
