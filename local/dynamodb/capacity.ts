import type { ApplicationTable } from "../template/tables.ts";
import { itemSize, picked, sameItem } from "./attribute-value.ts";
import type { Item } from "./attribute-value.ts";

/** Bytes in a write unit: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/on-demand-capacity-mode.html */
const WRITE_UNIT_BYTES = 1024;

const unitsOf = (bytes: number, unit: number) => Math.max(1, Math.ceil(bytes / unit));

/** Write units of replacing one image by another: those of the larger one. */
export const writeUnits = (before: Item | undefined, after: Item | undefined): number =>
  unitsOf(
    Math.max(before === undefined ? 0 : itemSize(before), after === undefined ? 0 : itemSize(after)),
    WRITE_UNIT_BYTES,
  );

type Index = NonNullable<ApplicationTable["GlobalSecondaryIndexes"]>[number];

const namesOf = (keySchema: ApplicationTable["KeySchema"]) =>
  keySchema.map(({ AttributeName }) => AttributeName);

/** An item's entry in an index; undefined when it lacks one of the index's key attributes. */
const indexEntry = (table: ApplicationTable, index: Index, item: Item | undefined): Item | undefined => {
  const indexKey = namesOf(index.KeySchema);
  if (item === undefined || indexKey.some((name) => item[name] === undefined)) return undefined;
  const { ProjectionType, NonKeyAttributes = [] } = index.Projection;
  if (ProjectionType === "ALL") return item;
  const included = ProjectionType === "INCLUDE" ? NonKeyAttributes : [];
  return picked(item, [...new Set([...namesOf(table.KeySchema), ...indexKey, ...included])]);
};

/**
 * Write units that a change costs in one index: none when its entry stays the same, a deletion and a put when its key changes.
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/GSI.html#GSI.ThroughputConsiderations.Writes
 */
const entryUnits = (index: Index, before: Item | undefined, after: Item | undefined): number => {
  if (sameItem(before, after)) return 0;
  if (before === undefined || after === undefined) return writeUnits(before, after);
  const key = namesOf(index.KeySchema);
  if (sameItem(picked(before, key), picked(after, key))) return writeUnits(before, after);
  return writeUnits(before, undefined) + writeUnits(undefined, after);
};

/** Write units that a change costs in all of a table's indexes. */
export const indexWriteUnits = (
  table: ApplicationTable,
  before: Item | undefined,
  after: Item | undefined,
): number =>
  [...(table.GlobalSecondaryIndexes ?? []), ...(table.LocalSecondaryIndexes ?? [])]
    .map((index) => entryUnits(index, indexEntry(table, index, before), indexEntry(table, index, after)))
    .reduce((total, units) => total + units, 0);
