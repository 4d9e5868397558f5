import { RemovalPolicy, type CfnResource } from "aws-cdk-lib";
import {
  AttributeType,
  BillingMode,
  ProjectionType,
  StreamViewType,
  Table,
  TableEncryption,
  type TableProps,
} from "aws-cdk-lib/aws-dynamodb";
import type { Construct } from "constructs";
import { names } from "../names.ts";

/** The indexes that functions query by name. */
export const indexes = {
  access: ["byRequester", "byStatus", "byCreation"],
  due: ["byDue"],
  audit: ["byDay"],
  inventory: ["byPrincipal", "byPermissionSet", "byName"],
} as const;

const text = (name: string) => ({ name, type: AttributeType.STRING });
const number = (name: string) => ({ name, type: AttributeType.NUMBER });

/** TTL is garbage collection only: DynamoDB may delete days later, so no rule depends on it. */
const TTL_ATTRIBUTE = "ttl";

/**
 * A table with what all of them share. `Table` and not `TableV2`: the latter is a GlobalTable, which we do not need and
 * which independent CloudFormation implementations do not know.
 */
function retainedTable(scope: Construct, id: string, props: TableProps): Table {
  const table = new Table(scope, id, {
    billingMode: BillingMode.PAY_PER_REQUEST,
    encryption: TableEncryption.DEFAULT,
    pointInTimeRecoverySpecification: { pointInTimeRecoveryEnabled: true },
    // Who holds which access is written here only: neither a deletion nor a replacement may lose it.
    deletionProtection: true,
    removalPolicy: RemovalPolicy.RETAIN,
    ...props,
  });
  (table.node.defaultChild as CfnResource).overrideLogicalId(id);
  return table;
}

/** Requests and entitlements; its stream feeds the audit trail and the event bus. */
export function accessTable(scope: Construct): Table {
  const table = retainedTable(scope, "AccessTable", {
    tableName: names.tables.access,
    partitionKey: text("pk"),
    sortKey: text("sk"),
    timeToLiveAttribute: TTL_ATTRIBUTE,
    stream: StreamViewType.NEW_IMAGE,
  });
  const keys = {
    byRequester: ["requesterId", "createdAt"],
    byStatus: ["status", "createdAt"],
    byCreation: ["collection", "createdAt"],
    byDue: ["dueIn", "dueAt"],
  } as const;
  for (const indexName of [...indexes.access, ...indexes.due]) {
    const [partition, sort] = keys[indexName];
    table.addGlobalSecondaryIndex({
      indexName,
      partitionKey: text(partition),
      sortKey: text(sort),
      // A list reads the items themselves: the index stays small, and a transition that moves none of its keys costs it nothing.
      projectionType: ProjectionType.KEYS_ONLY,
    });
  }
  return table;
}

/** Task tokens of executions that wait. A table of its own, without a stream, so that few roles ever see a token. */
export function wakeupsTable(scope: Construct): Table {
  return retainedTable(scope, "WakeupsTable", {
    tableName: names.tables.wakeups,
    partitionKey: text("pk"),
    timeToLiveAttribute: TTL_ATTRIBUTE,
  });
}

/** Access flows, integrations and whatever else administrators write; its stream feeds the audit trail and the event bus. */
export function configTable(scope: Construct): Table {
  return retainedTable(scope, "ConfigTable", {
    tableName: names.tables.config,
    partitionKey: text("pk"),
    sortKey: text("sk"),
    stream: StreamViewType.NEW_IMAGE,
  });
}

/** One item for each link of each hash chain: of requests, and of configuration. */
export function auditTable(scope: Construct): Table {
  const table = retainedTable(scope, "AuditTable", {
    tableName: names.tables.audit,
    partitionKey: text("pk"),
    sortKey: number("sk"),
  });
  table.addGlobalSecondaryIndex({
    indexName: indexes.audit[0],
    partitionKey: text("recordedOn"),
    sortKey: text("pk"),
    // What the seal needs of an entry: who may read the index alone learns nothing of what happened.
    projectionType: ProjectionType.INCLUDE,
    nonKeyAttributes: ["hash"],
  });
  return table;
}

/** What Lockstep last saw of AWS, and the passes that saw it. All of it can be seen again, but for when it was seen first. */
export function inventoryTable(scope: Construct): Table {
  const table = retainedTable(scope, "InventoryTable", {
    tableName: names.tables.inventory,
    partitionKey: text("pk"),
    sortKey: text("sk"),
    timeToLiveAttribute: TTL_ATTRIBUTE,
    // Both images: what is told of a change is what it changed.
    stream: StreamViewType.NEW_AND_OLD_IMAGES,
  });
  const keys = {
    byPrincipal: ["principal", "sk"],
    byPermissionSet: ["permissionSet", "order"],
    byName: ["nameKey", "sk"],
  } as const;
  for (const indexName of indexes.inventory) {
    const [partition, sort] = keys[indexName];
    table.addGlobalSecondaryIndex({
      indexName,
      partitionKey: text(partition),
      sortKey: text(sort),
      projectionType: ProjectionType.ALL,
    });
  }
  return table;
}

/** The ARN of a table's stream. */
export function streamOf(table: Table): string {
  if (table.tableStreamArn === undefined) throw new Error(`${table.node.path} has no stream`);
  return table.tableStreamArn;
}
