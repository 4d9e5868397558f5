import { shapes, type TableNames } from "../../contract/stores/tables.ts";
import { InMemoryDynamoDb, type TableShape } from "./dynamodb/dynamodb.ts";

type Column = readonly [name: string, type: string];

interface Shape {
  readonly key: readonly Column[];
  readonly indexes?: readonly {
    readonly name: string;
    readonly key: readonly Column[];
    readonly projection: unknown;
  }[];
}

const keyOf = ([partition, sort]: readonly Column[]) => ({
  partition: partition?.[0] ?? "",
  ...(sort === undefined ? {} : { sort: sort[0] }),
});

const tableShapeOf = ({ key, indexes = [] }: Shape): TableShape => ({
  key: keyOf(key),
  indexes: Object.fromEntries(
    indexes.map(({ name, key: indexKey, projection }) => [
      name,
      { ...keyOf(indexKey), projection: projection === "KEYS_ONLY" ? "KEYS_ONLY" : "ALL" },
    ]),
  ),
});

/** The tables in memory are called what their shapes are. */
export const tableNamesInMemory = Object.fromEntries(
  Object.keys(shapes).map((name) => [name, name]),
) as unknown as TableNames;

/** Lockstep's tables in memory, empty, by the names of their shapes. */
export const emptyTables = (): InMemoryDynamoDb => {
  const dynamoDb = new InMemoryDynamoDb();
  for (const [name, shape] of Object.entries(shapes)) dynamoDb.createTable(name, tableShapeOf(shape));
  return dynamoDb;
};
