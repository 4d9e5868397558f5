import type { LocalStore } from "../store.ts";
import type { ApplicationTable } from "../template/tables.ts";
import type { Environment } from "../template/physical-resources.ts";
import type { JsonObject } from "../wire/json.ts";
import type { ConditionKeys, ServiceDefinition } from "../wire/service.ts";
import { textMember } from "../wire/text-member.ts";
import type { ChangeLog } from "./changes.ts";
import { createDynalite } from "./dynalite.ts";
import { createItemRecords } from "./item-records.ts";
import { readOperations } from "./reads.ts";
import { createTables, tableNameIn } from "./tables.ts";
import type { Tables } from "./tables.ts";
import type { OnUsage } from "./usage.ts";
import { writeOperations } from "./writes.ts";

export interface DynamoDbOptions {
  readonly environment: Environment;
  readonly store: LocalStore;
  readonly changeLog: ChangeLog;
  readonly onUsage: OnUsage;
}

/** The embedded DynamoDB. */
export interface DynamoDb {
  readonly service: ServiceDefinition;
  /** Fills itself from the store and creates those of `tables` that are missing. Call it once, before serving. */
  start(tables: readonly ApplicationTable[]): Promise<void>;
}

/** A call's tables and, when it names one, the index: IAM checks an index query against the index alone. */
const resourcesOf =
  (arnOf: (tableName: string) => string) =>
  (_operation: string, input: JsonObject): readonly string[] => {
    const { TableName, IndexName, RequestItems } = input;
    if (RequestItems !== undefined)
      return Object.keys(RequestItems as JsonObject).map((name) => arnOf(tableNameIn(name)));
    if (TableName === undefined) return ["*"];
    const arn = arnOf(tableNameIn(TableName));
    return [typeof IndexName === "string" ? `${arn}/index/${IndexName}` : arn];
  };

/** An attribute's value as IAM compares it: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html */
const textOf = (value: unknown): string => {
  const [text] = Object.values((value ?? {}) as JsonObject);
  return typeof text === "string" ? text : "";
};

/** A name in an expression: not a value (`:name`), not a placeholder (`#name`), and not one of the language's own words. */
const NAME = /(?<![:#\w])[A-Za-z_]\w*/g;
const WORDS = new Set(
  "SET REMOVE ADD DELETE AND OR NOT IN BETWEEN if_not_exists list_append attribute_exists attribute_not_exists attribute_type begins_with contains size".split(
    " ",
  ),
);

/** `dynamodb:ReturnValues` and `dynamodb:Attributes` of an update: the attributes of its key, of what it changes and of what its condition compares. */
const attributesOf = (input: JsonObject): ConditionKeys => {
  const expressions = [input["UpdateExpression"], input["ConditionExpression"]].filter(
    (expression) => typeof expression === "string",
  );
  const written = expressions.flatMap((expression) => expression.match(NAME) ?? []);
  const named = Object.values((input["ExpressionAttributeNames"] ?? {}) as Readonly<Record<string, string>>);
  const keys = Object.keys((input["Key"] ?? {}) as JsonObject);
  const names = [...keys, ...named, ...written.filter((name) => !WORDS.has(name))];
  const returned = input["ReturnValues"];
  return {
    "dynamodb:Attributes": [...new Set(names)],
    ...(typeof returned === "string" ? { "dynamodb:ReturnValues": returned } : {}),
  };
};

/**
 * `dynamodb:LeadingKeys`: the partition keys of the items that a call names, and that of a query of the table. A query of an
 * index has none: a policy that asks for them lets none through here.
 */
const contextOf =
  (tables: Pick<Tables, "find">) =>
  (operation: string, input: JsonObject): ConditionKeys => ({
    ...(operation === "Query" ? leadingKeyOfQuery(tables, input) : leadingKeysOf(tables, input)),
    ...(operation === "UpdateItem" ? attributesOf(input) : {}),
  });

/** The value that the key condition compares the table's partition key with: `#pk = :pk`, perhaps with more behind an AND. */
const leadingKeyOfQuery = (
  tables: Pick<Tables, "find">,
  {
    TableName,
    IndexName,
    KeyConditionExpression,
    ExpressionAttributeNames,
    ExpressionAttributeValues,
  }: JsonObject,
): ConditionKeys => {
  if (IndexName !== undefined || typeof KeyConditionExpression !== "string") return {};
  const { KeySchema } = tables.find(tableNameIn(TableName));
  const partition = KeySchema.find(({ KeyType }) => KeyType === "HASH")?.AttributeName;
  const names = (ExpressionAttributeNames ?? {}) as Readonly<Record<string, string>>;
  const values = (ExpressionAttributeValues ?? {}) as JsonObject;
  const keys = [...KeyConditionExpression.matchAll(/([#\w]+)\s*=\s*(:\w+)/g)].flatMap(
    ([, name = "", value = ""]) => ((names[name] ?? name) === partition ? [textOf(values[value])] : []),
  );
  return keys.length === 0 ? {} : { "dynamodb:LeadingKeys": keys };
};

const leadingKeysOf = (
  tables: Pick<Tables, "find">,
  { TableName, Item, Key, RequestItems }: JsonObject,
): ConditionKeys => {
  const named = (Item ?? Key) as JsonObject | undefined;
  const items: readonly (readonly [unknown, JsonObject])[] =
    named === undefined ? batchItems((RequestItems ?? {}) as JsonObject) : [[TableName, named]];
  const keys = items.map(([tableName, item]) => {
    const { KeySchema } = tables.find(tableNameIn(tableName));
    return textOf(item[KeySchema.find(({ KeyType }) => KeyType === "HASH")?.AttributeName ?? ""]);
  });
  return keys.length === 0 ? {} : { "dynamodb:LeadingKeys": [...new Set(keys)] };
};

/** What a batch reads (a table's `Keys`) or writes (its list of puts and deletes). */
const batchItems = (requestItems: JsonObject): (readonly [string, JsonObject])[] =>
  Object.entries(requestItems).flatMap(([name, request]) => {
    const requests = Array.isArray(request) ? (request as readonly JsonObject[]) : [];
    const keys = ((request as JsonObject)["Keys"] ?? []) as readonly JsonObject[];
    const written = requests.flatMap((one) => {
      const put = (one["PutRequest"] as JsonObject | undefined)?.["Item"];
      const remove = (one["DeleteRequest"] as JsonObject | undefined)?.["Key"];
      return [put ?? remove ?? {}] as JsonObject[];
    });
    return [...keys, ...written].map((item) => [name, item] as const);
  });

/**
 * DynamoDB: dynalite with what it lacks (streams, durable together with the store, current items on failed conditions).
 * TransactWriteItems and everything else that is not listed is refused as an unknown operation.
 */
export const createDynamoDb = ({ environment, store, changeLog, onUsage }: DynamoDbOptions): DynamoDb => {
  const { partition, region, accountId } = environment;
  const arnOf = (name: string) => `arn:${partition}:dynamodb:${region}:${accountId}:table/${name}`;
  const run = createDynalite();
  const records = createItemRecords(store);
  const tables = createTables({ run, records, arnOf });
  const timeToLive = (input: JsonObject) => {
    const { TimeToLiveSpecification: specified } = tables.find(textMember(input, "TableName"));
    if (specified?.Enabled !== true) return { TimeToLiveDescription: { TimeToLiveStatus: "DISABLED" } };
    return {
      TimeToLiveDescription: { TimeToLiveStatus: "ENABLED", AttributeName: specified.AttributeName ?? "ttl" },
    };
  };
  const service: ServiceDefinition = {
    signingName: "dynamodb",
    protocol: "json-1.0",
    targetPrefix: "DynamoDB_20120810",
    iamPrefix: "dynamodb",
    resourcesOf: resourcesOf(arnOf),
    contextOf: contextOf(tables),
    operations: {
      ...writeOperations({ run, store, records, tables, changeLog, onUsage }),
      ...readOperations({ run, tables, onUsage }),
      CreateTable: tables.create,
      DeleteTable: tables.delete,
      DescribeTable: tables.describe,
      ListTables: (input) => run("ListTables", input),
      DescribeTimeToLive: timeToLive,
      /** Accepted; expired items stay, as they may for days in AWS. */
      UpdateTimeToLive: (input) => {
        const table = tables.find(textMember(input, "TableName"));
        const specified = input["TimeToLiveSpecification"] as JsonObject;
        const AttributeName = textMember(specified, "AttributeName");
        const changed = {
          ...table,
          TimeToLiveSpecification: { AttributeName, Enabled: specified["Enabled"] === true },
        };
        tables.replace(changed);
        return { TimeToLiveSpecification: changed.TimeToLiveSpecification };
      },
    },
  };
  return { service, start: tables.load };
};
