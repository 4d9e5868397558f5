import type { ApplicationTable } from "../template/tables.ts";
import { TableSchema } from "../template/tables.ts";
import * as z from "zod/mini";
import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import { textMember } from "../wire/text-member.ts";
import type { RunDynamoDb } from "./dynalite.ts";
import type { ItemRecords } from "./item-records.ts";

/** The tables that exist, in dynalite and in the records alike. */
export interface Tables {
  /** Throws ResourceNotFoundException for a table that does not exist. */
  readonly find: (nameOrArn: string) => ApplicationTable;
  /** Makes dynalite hold every recorded table and item, and creates the app's tables that are not there yet. */
  readonly load: (tables: readonly ApplicationTable[]) => Promise<void>;
  /** Changes what is recorded beside the keys and indexes. */
  readonly replace: (table: ApplicationTable) => void;
  readonly create: (input: JsonObject) => Promise<JsonObject>;
  readonly delete: (input: JsonObject) => Promise<JsonObject>;
  readonly describe: (input: JsonObject) => Promise<JsonObject>;
}

interface Dependencies {
  readonly run: RunDynamoDb;
  readonly records: ItemRecords;
  readonly arnOf: (tableName: string) => string;
}

/** Tables may be named by their ARN. https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html */
export const tableNameIn = (nameOrArn: unknown): string => {
  const text = typeof nameOrArn === "string" ? nameOrArn : "";
  return text.startsWith("arn:") ? (text.split(":table/")[1] ?? text) : text;
};

const creationOf = (table: ApplicationTable): JsonObject => ({
  TableName: table.name,
  KeySchema: table.KeySchema,
  AttributeDefinitions: table.AttributeDefinitions,
  BillingMode: "PAY_PER_REQUEST",
  ...(table.GlobalSecondaryIndexes !== undefined && { GlobalSecondaryIndexes: table.GlobalSecondaryIndexes }),
  ...(table.LocalSecondaryIndexes !== undefined && { LocalSecondaryIndexes: table.LocalSecondaryIndexes }),
});

/** What dynalite leaves out of a description, and what it makes up. */
const descriptionOf = (table: ApplicationTable, description: JsonObject): JsonObject => ({
  ...description,
  TableArn: table.arn,
  DeletionProtectionEnabled: table.DeletionProtectionEnabled,
  ...(Array.isArray(description["GlobalSecondaryIndexes"]) && {
    GlobalSecondaryIndexes: (description["GlobalSecondaryIndexes"] as readonly JsonObject[]).map((index) => ({
      ...index,
      IndexArn: `${table.arn}/index/${textMember(index, "IndexName")}`,
    })),
  }),
  ...(table.StreamSpecification !== undefined &&
    table.streamArn !== undefined && {
      StreamSpecification: { StreamEnabled: true, StreamViewType: table.StreamSpecification.StreamViewType },
      LatestStreamArn: table.streamArn,
      LatestStreamLabel: table.streamArn.slice(table.streamArn.lastIndexOf("/") + 1),
    }),
});

export const createTables = ({ run, records, arnOf }: Dependencies): Tables => {
  const known = new Map<string, ApplicationTable>();

  const untilActive = async (name: string) => {
    for (;;) {
      const { Table } = await run("DescribeTable", { TableName: name });
      if ((Table as JsonObject)["TableStatus"] === "ACTIVE") return;
    }
  };

  const load = async (table: ApplicationTable) => {
    await run("CreateTable", creationOf(table));
    await untilActive(table.name);
    for (const item of records.items(table)) await run("PutItem", { TableName: table.name, Item: item });
    known.set(table.name, table);
  };

  const find = (nameOrArn: string) => {
    const table = known.get(tableNameIn(nameOrArn));
    if (table !== undefined) return table;
    throw new AwsError("ResourceNotFoundException", "Requested resource not found");
  };

  return {
    find,
    load: async (tables) => {
      for (const table of tables) records.putTable(table);
      for (const table of records.tables()) await load(table);
    },
    replace: (table) => {
      records.putTable(table);
      known.set(table.name, table);
    },
    create: async (input) => {
      const { StreamSpecification, ...others } = input;
      const streams = (StreamSpecification as JsonObject | undefined)?.["StreamEnabled"] === true;
      if (streams) throw new AwsError("ValidationException", "Only tables of the template have streams here");
      const { TableDescription } = await run("CreateTable", others);
      const name = tableNameIn(input["TableName"]);
      const table = { ...z.parse(TableSchema, others), name, arn: arnOf(name) };
      await untilActive(name);
      records.putTable(table);
      known.set(name, table);
      return { TableDescription: descriptionOf(table, TableDescription as JsonObject) };
    },
    delete: async (input) => {
      const table = find(textMember(input, "TableName"));
      if (table.DeletionProtectionEnabled) {
        const message =
          "Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.";
        throw new AwsError("ValidationException", message);
      }
      const { TableDescription } = await run("DeleteTable", { TableName: table.name });
      records.deleteTable(table.name);
      known.delete(table.name);
      return { TableDescription: descriptionOf(table, TableDescription as JsonObject) };
    },
    describe: async (input) => {
      const name = tableNameIn(input["TableName"]);
      const { Table } = await run("DescribeTable", { ...input, TableName: name });
      return { Table: descriptionOf(find(name), Table as JsonObject) };
    },
  };
};
