import type { Json, JsonObject } from "../wire/json.ts";
import type { Caller, Operation } from "../wire/service.ts";
import { textMember } from "../wire/text-member.ts";
import type { RunDynamoDb } from "./dynalite.ts";
import { tableNameIn } from "./tables.ts";
import type { Tables } from "./tables.ts";
import { NOTHING_USED } from "./usage.ts";
import type { OnUsage } from "./usage.ts";

export interface ReadDependencies {
  readonly run: RunDynamoDb;
  readonly tables: Tables;
  readonly onUsage: OnUsage;
}

/** An eventually consistent read costs half a unit for each 4 KB. */
const EVENTUAL_UNITS = 0.5;

const unitsIn = (capacity: Json | undefined): number => {
  const units = (capacity as JsonObject | undefined)?.["CapacityUnits"];
  return typeof units === "number" ? units : 0;
};

/** The reading operations: dynalite's, with what they read counted. */
export const readOperations = ({
  run,
  tables,
  onUsage,
}: ReadDependencies): Readonly<Record<string, Operation>> => {
  const counted = (
    caller: Caller,
    operation: string,
    tableName: string,
    consistent: boolean,
    units: number,
  ) => {
    const perUnit = consistent ? 1 : EVENTUAL_UNITS;
    const reads = Math.max(1, Math.ceil(units / perUnit));
    onUsage(caller, { ...NOTHING_USED, operation, tableName, reads, readUnits: reads * perUnit });
  };

  const reading =
    (operation: string): Operation =>
    async (input, caller) => {
      const { name } = tables.find(textMember(input, "TableName"));
      const { ConsumedCapacity, ...output } = await run(operation, {
        ...input,
        TableName: name,
        ReturnConsumedCapacity: input["ReturnConsumedCapacity"] === "INDEXES" ? "INDEXES" : "TOTAL",
      });
      counted(caller, operation, name, input["ConsistentRead"] === true, unitsIn(ConsumedCapacity));
      return isWanted(input) ? { ...output, ConsumedCapacity } : output;
    };

  const batchGetItem: Operation = async (input, caller) => {
    const { ConsumedCapacity, ...output } = await run("BatchGetItem", {
      ...input,
      ReturnConsumedCapacity: "TOTAL",
    });
    const requests = (input["RequestItems"] ?? {}) as Readonly<Record<string, JsonObject>>;
    for (const capacity of (ConsumedCapacity ?? []) as readonly JsonObject[]) {
      const name = tableNameIn(capacity["TableName"]);
      counted(caller, "BatchGetItem", name, requests[name]?.["ConsistentRead"] === true, unitsIn(capacity));
    }
    return isWanted(input) ? { ...output, ConsumedCapacity } : output;
  };

  return {
    GetItem: reading("GetItem"),
    Query: reading("Query"),
    Scan: reading("Scan"),
    BatchGetItem: batchGetItem,
  };
};

const isWanted = ({ ReturnConsumedCapacity }: JsonObject) =>
  ReturnConsumedCapacity !== undefined && ReturnConsumedCapacity !== "NONE";
