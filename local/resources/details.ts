import * as z from "zod/mini";
import { operationsAnswering } from "../identity/operation.ts";
import { postedJson } from "../wire/rest-json.ts";
import { AwsError, type Caller, type Operation, type ServiceDefinition } from "../wire/service.ts";
import { everyOne, type ResourceDocuments, type ResourceRecord } from "./records.ts";
import { regionsWith } from "./regions.ts";

/*
 * What a sync asks of a resource's own service, of as many resources as an organization file has: every list is one page.
 */

const defineOperation = operationsAnswering((message) => new AwsError("ValidationException", message));

/** Answers with what is described of the caller's resources of a type, in the caller's region. */
const listing = (
  documents: ResourceDocuments,
  type: ResourceRecord["type"],
  list: string,
  describe: (
    record: ResourceRecord,
  ) => Record<string, string | number | boolean | { Address: string; Port: number }>,
): Operation =>
  defineOperation(z.object({}), (_input, { accountId, region }) => ({
    [list]: everyOne(documents.within(accountId, region, type)).map(describe),
  }));

/** What IAM checks a list against: everything of its kind in the caller's account and region. */
const everyOneOf = (service: string, kind: string, { accountId, region }: Caller): string =>
  `arn:aws:${service}:${region}:${accountId}:${kind}:*`;

/** Account Management: the regions of the caller's account. */
export const accountService = (documents: ResourceDocuments): ServiceDefinition => ({
  signingName: "account",
  protocol: "rest-json",
  rest: postedJson({ "/listRegions": "ListRegions" }),
  iamPrefix: "account",
  resourcesOf: (_operation, _input, { accountId }) => [`arn:aws:account::${accountId}:account`],
  operations: {
    ListRegions: defineOperation(
      z.object({ RegionOptStatusContains: z.optional(z.array(z.string())) }),
      ({ RegionOptStatusContains: statuses }, { accountId }) => ({
        Regions: regionsWith(everyOne(documents.within(accountId)).map(({ region }) => region))
          .filter(({ RegionOptStatus }) => statuses?.includes(RegionOptStatus) ?? true)
          .map((region) => ({ ...region })),
      }),
    ),
  },
});

/** Systems Manager: the instances that it hears of, or did. */
export const systemsManagerService = (documents: ResourceDocuments): ServiceDefinition => ({
  signingName: "ssm",
  protocol: "json-1.1",
  targetPrefix: "AmazonSSM",
  iamPrefix: "ssm",
  operations: {
    DescribeInstanceInformation: defineOperation(z.object({}), (_input, { accountId, region }) => ({
      InstanceInformationList: everyOne(documents.within(accountId, region, "ec2-instance")).flatMap(
        ({ arn, ssm }) =>
          ssm === undefined
            ? []
            : [
                {
                  InstanceId: arn.slice(arn.lastIndexOf("/") + 1),
                  PingStatus: ssm,
                  PlatformType: "Linux",
                  PlatformName: "Amazon Linux",
                  ResourceType: "EC2Instance",
                },
              ],
      ),
    })),
  },
});

const POSTGRES = { engine: "postgres", port: 5432 };

const portOf = (engine: string): number => (engine.includes("mysql") ? 3306 : POSTGRES.port);

/** RDS: instances and clusters with their endpoints. */
export const rdsService = (documents: ResourceDocuments): ServiceDefinition => ({
  signingName: "rds",
  protocol: "query",
  xmlNamespace: "http://rds.amazonaws.com/doc/2014-10-31/",
  listElements: { DBInstances: "DBInstance", DBClusters: "DBCluster" },
  iamPrefix: "rds",
  resourcesOf: (operation, _input, caller) => [
    everyOneOf("rds", operation === "DescribeDBInstances" ? "db" : "cluster", caller),
  ],
  operations: {
    DescribeDBInstances: listing(documents, "rds-instance", "DBInstances", (record) => {
      const { name, arn, region, engine = POSTGRES.engine, iamAuthentication = false } = record;
      return {
        DBInstanceIdentifier: name,
        DBInstanceArn: arn,
        DBInstanceStatus: "available",
        Engine: engine,
        Endpoint: { Address: `${name}.embedded.${region}.rds.amazonaws.com`, Port: portOf(engine) },
        IAMDatabaseAuthenticationEnabled: iamAuthentication,
      };
    }),
    DescribeDBClusters: listing(documents, "rds-cluster", "DBClusters", (record) => {
      const { name, arn, region, engine = `aurora-${POSTGRES.engine}ql`, iamAuthentication = false } = record;
      return {
        DBClusterIdentifier: name,
        DBClusterArn: arn,
        Status: "available",
        Engine: engine,
        Endpoint: `${name}.cluster-embedded.${region}.rds.amazonaws.com`,
        Port: portOf(engine),
        IAMDatabaseAuthenticationEnabled: iamAuthentication,
      };
    }),
  },
});

const REDSHIFT_PORT = 5439;

/** Redshift: clusters with their endpoints. */
export const redshiftService = (documents: ResourceDocuments): ServiceDefinition => ({
  signingName: "redshift",
  protocol: "query",
  xmlNamespace: "http://redshift.amazonaws.com/doc/2012-12-01/",
  listElements: { Clusters: "Cluster" },
  iamPrefix: "redshift",
  resourcesOf: (_operation, _input, caller) => [everyOneOf("redshift", "cluster", caller)],
  operations: {
    DescribeClusters: listing(documents, "redshift-cluster", "Clusters", ({ name, region }) => ({
      ClusterIdentifier: name,
      ClusterStatus: "available",
      DBName: "dev",
      Endpoint: { Address: `${name}.embedded.${region}.redshift.amazonaws.com`, Port: REDSHIFT_PORT },
    })),
  },
});
