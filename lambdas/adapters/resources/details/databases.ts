import {
  DescribeDBClustersCommand,
  DescribeDBInstancesCommand,
  RDSClient,
  type DBCluster,
  type DBInstance,
} from "@aws-sdk/client-rds";
import { DescribeClustersCommand, RedshiftClient, type Cluster } from "@aws-sdk/client-redshift";
import { databaseAuthenticationIn } from "../../../core/domain/inventory/auto-discovery.ts";
import type { ResourceFact } from "../../../core/domain/inventory/facts.ts";
import { iamAuthenticationOff } from "../../../core/domain/inventory/resource-problems.ts";
import type { AccountConnection } from "../connection.ts";
import type { FoundResource } from "../found-resource.ts";
import { regionByRegion, type Described, type Description } from "./description.ts";

/** The most that AWS gives at once (https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_DescribeDBInstances.html); Redshift's too. */
const PAGE = 100;

/** What a database's service says of it, whichever service that is. */
interface Database {
  readonly engine?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  readonly status?: string | undefined;
  readonly databaseName?: string | undefined;
  /** Undefined where it cannot be turned off. */
  readonly iamAuthentication?: boolean | undefined;
}

export const describeDatabaseInstances = regionByRegion(async (connection, region) => {
  const client = connection.clients.client(RDSClient, { region });
  const instances = await everyOne(connection, region, {
    operation: "rds:DescribeDBInstances",
    page: (input) => client.send(new DescribeDBInstancesCommand(input)),
    items: ({ DBInstances }) => DBInstances ?? [],
  });
  return describedBy(
    new Map(instances.map((instance) => [instance.DBInstanceIdentifier ?? "", ofInstance(instance)])),
  );
});

export const describeDatabaseClusters = regionByRegion(async (connection, region) => {
  const client = connection.clients.client(RDSClient, { region });
  const clusters = await everyOne(connection, region, {
    operation: "rds:DescribeDBClusters",
    page: (input) => client.send(new DescribeDBClustersCommand(input)),
    items: ({ DBClusters }) => DBClusters ?? [],
  });
  return describedBy(
    new Map(clusters.map((cluster) => [cluster.DBClusterIdentifier ?? "", ofCluster(cluster)])),
  );
});

export const describeRedshiftClusters = regionByRegion(async (connection, region) => {
  const client = connection.clients.client(RedshiftClient, { region });
  const clusters = await everyOne(connection, region, {
    operation: "redshift:DescribeClusters",
    page: (input) => client.send(new DescribeClustersCommand(input)),
    items: ({ Clusters }) => Clusters ?? [],
  });
  return describedBy(
    new Map(clusters.map((cluster) => [cluster.ClusterIdentifier ?? "", ofRedshift(cluster)])),
  );
});

/** What all pages of a list hold; RDS and Redshift page by markers. */
const everyOne = async <Answer extends { readonly Marker?: string | undefined }, Item>(
  { callsIn }: AccountConnection,
  region: string,
  {
    operation,
    page,
    items,
  }: {
    readonly operation: string;
    readonly page: (input: { MaxRecords: number; Marker: string | undefined }) => Promise<Answer>;
    readonly items: (answer: Answer) => readonly Item[];
  },
): Promise<readonly Item[]> => {
  const call = callsIn(region);
  const found: Item[] = [];
  let Marker: string | undefined;
  do {
    const input = { MaxRecords: PAGE, Marker };
    const answer = await call(operation, () => page(input));
    found.push(...items(answer));
    Marker = answer.Marker === "" ? undefined : answer.Marker;
  } while (Marker !== undefined);
  return found;
};

const ofInstance = (instance: DBInstance): Database => ({
  engine: instance.Engine,
  host: instance.Endpoint?.Address,
  port: instance.Endpoint?.Port,
  status: instance.DBInstanceStatus,
  databaseName: instance.DBName,
  iamAuthentication: instance.IAMDatabaseAuthenticationEnabled ?? false,
});

const ofCluster = (cluster: DBCluster): Database => ({
  engine: cluster.Engine,
  host: cluster.Endpoint,
  port: cluster.Port,
  status: cluster.Status,
  databaseName: cluster.DatabaseName,
  iamAuthentication: cluster.IAMDatabaseAuthenticationEnabled ?? false,
});

/** Redshift always takes IAM's credentials (https://docs.aws.amazon.com/redshift/latest/APIReference/API_GetClusterCredentials.html). */
const ofRedshift = (cluster: Cluster): Database => ({
  engine: "redshift",
  host: cluster.Endpoint?.Address,
  port: cluster.Endpoint?.Port,
  status: cluster.ClusterStatus,
  databaseName: cluster.DBName,
});

const describedBy =
  (databases: ReadonlyMap<string, Database>) =>
  (resource: FoundResource): Described => {
    const database = databases.get(resource.name);
    return database === undefined ? "gone" : described(resource, database);
  };

const described = ({ tags }: FoundResource, database: Database): Description => {
  const details = detailsOf(database);
  const authentication = databaseAuthenticationIn(tags);
  if (authentication === "undiscovered") return { details };
  if ("problem" in authentication) return { details, problem: authentication.problem };
  const isOff = authentication.authType === "iam-auth" && database.iamAuthentication === false;
  return {
    details: { ...details, ...authentication },
    ...(isOff ? { problem: iamAuthenticationOff() } : {}),
  };
};

const detailsOf = ({
  engine,
  host,
  port,
  status,
  databaseName,
  iamAuthentication,
}: Database): ResourceFact["details"] => ({
  ...(engine === undefined ? {} : { engine }),
  ...(host === undefined ? {} : { endpoint: port === undefined ? host : `${host}:${String(port)}` }),
  ...(status === undefined ? {} : { status }),
  ...(databaseName === undefined ? {} : { databaseName }),
  ...(iamAuthentication === undefined ? {} : { iamAuthentication }),
});
