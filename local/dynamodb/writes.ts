import type { LocalStore } from "../store.ts";
import type { ApplicationTable } from "../template/tables.ts";
import type { JsonObject } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import type { Caller, Operation } from "../wire/service.ts";
import { textMember } from "../wire/text-member.ts";
import { sameItem } from "./attribute-value.ts";
import type { Item } from "./attribute-value.ts";
import { indexWriteUnits, writeUnits } from "./capacity.ts";
import type { ChangeLog, ItemChange } from "./changes.ts";
import type { RunDynamoDb } from "./dynalite.ts";
import { keyOf, keyText } from "./item-records.ts";
import type { ItemRecords } from "./item-records.ts";
import type { Tables } from "./tables.ts";
import { createTurns } from "./turns.ts";
import { NOTHING_USED } from "./usage.ts";
import type { OnUsage } from "./usage.ts";

export interface WriteDependencies {
  readonly run: RunDynamoDb;
  readonly store: LocalStore;
  readonly records: ItemRecords;
  readonly tables: Tables;
  readonly changeLog: ChangeLog;
  readonly onUsage: OnUsage;
}

/** An item that a call is about to write. */
interface Target {
  readonly table: ApplicationTable;
  readonly key: Item;
}

const CONDITION_FAILED = "ConditionalCheckFailedException";

/** dynalite does not know ReturnValuesOnConditionCheckFailure. */
const withCurrentItem = (error: unknown, input: JsonObject, current: Item | undefined): unknown => {
  const wanted = input["ReturnValuesOnConditionCheckFailure"] === "ALL_OLD" && current !== undefined;
  if (!(error instanceof AwsError) || error.name !== CONDITION_FAILED || !wanted) return error;
  return new AwsError(CONDITION_FAILED, error.message, error.status, { ...error.details, Item: current });
};

const targetOf = (tables: Tables, input: JsonObject): Target => {
  const table = tables.find(textMember(input, "TableName"));
  return { table, key: (input["Key"] as Item | undefined) ?? keyOf(table, (input["Item"] ?? {}) as Item) };
};

const batchTargets = (tables: Tables, input: JsonObject): Target[] =>
  Object.entries((input["RequestItems"] ?? {}) as JsonObject).flatMap(([name, requests]) => {
    const table = tables.find(name);
    return (requests as readonly JsonObject[]).map((request) => {
      const put = request["PutRequest"] as JsonObject | undefined;
      const remove = request["DeleteRequest"] as JsonObject | undefined;
      return {
        table,
        key: put === undefined ? ((remove?.["Key"] ?? {}) as Item) : keyOf(table, put["Item"] as Item),
      };
    });
  });

/**
 * The writing operations. dynalite decides what a write does; then the item and its stream record are committed in one
 * transaction of the store, and only then is the write acknowledged. So a killed process forgets an unacknowledged
 * write whole, and loses neither an acknowledged one nor its stream record. Writes to one item take turns from reading its
 * old image to the commit: a stream has an item's changes in the order that they were made.
 */
export const writeOperations = (dependencies: WriteDependencies): Readonly<Record<string, Operation>> => {
  const { run, store, records, tables, changeLog, onUsage } = dependencies;
  const turns = createTurns();

  const imageOf = async ({ table, key }: Target): Promise<Item | undefined> => {
    try {
      const { Item: item } = await run("GetItem", { TableName: table.name, Key: key, ConsistentRead: true });
      return item as Item | undefined;
    } catch (error) {
      // A malformed key: the write itself is about to be refused for it, in its own words.
      if (error instanceof AwsError) return undefined;
      throw error;
    }
  };

  const commit = (changes: readonly ItemChange[]) => {
    if (changes.length === 0) return;
    store.atomically(() => {
      for (const change of changes) {
        records.write(change.table, change.key, change.after);
        changeLog.append(change);
      }
    });
    changeLog.committed();
  };

  const count = (caller: Caller, operation: string, { table, before, after }: Omit<ItemChange, "key">) => {
    onUsage(caller, {
      ...NOTHING_USED,
      operation,
      tableName: table.name,
      writes: 1,
      writeUnits: writeUnits(before, after),
      indexWriteUnits: indexWriteUnits(table, before, after),
    });
  };

  const write = async (operation: string, input: JsonObject, caller: Caller, targets: readonly Target[]) => {
    const before = await Promise.all(targets.map(imageOf));
    try {
      const output = await run(operation, input);
      const after = await Promise.all(targets.map(imageOf));
      const outcomes = targets.map(({ table, key }, index) => {
        // The stored image has its key's numbers in their normal form.
        const image = after[index] ?? before[index];
        return {
          table,
          key: image === undefined ? key : keyOf(table, image),
          before: before[index],
          after: after[index],
        };
      });
      commit(outcomes.filter((outcome) => !sameItem(outcome.before, outcome.after)));
      for (const outcome of outcomes) count(caller, operation, outcome);
      return output;
    } catch (error) {
      if (error instanceof AwsError && error.name === CONDITION_FAILED) {
        // "a failed conditional write consumes write capacity" (WorkingWithItems.html)
        for (const [index, { table }] of targets.entries()) {
          count(caller, operation, { table, before: before[index], after: before[index] });
        }
      }
      throw withCurrentItem(error, input, before[0]);
    }
  };

  const inTurn = (operation: string, input: JsonObject, caller: Caller, targets: readonly Target[]) =>
    turns.take(
      targets.map(({ table, key }) => `${table.name} ${keyText(table, key)}`),
      () => write(operation, input, caller, targets),
    );

  const single =
    (operation: string): Operation =>
    (input, caller) => {
      const target = targetOf(tables, input);
      return inTurn(operation, { ...input, TableName: target.table.name }, caller, [target]);
    };

  return {
    PutItem: single("PutItem"),
    UpdateItem: single("UpdateItem"),
    DeleteItem: single("DeleteItem"),
    BatchWriteItem: (input, caller) => inTurn("BatchWriteItem", input, caller, batchTargets(tables, input)),
  };
};
