import type { Caller } from "../wire/service.ts";

/** What one DynamoDB call used. */
export interface DynamoDbUsage {
  readonly operation: string;
  readonly tableName: string;
  /** Units of 4 KB that were read, at least one a call and, for BatchGetItem, an item; consistency does not matter here. */
  readonly reads: number;
  /** What is paid for reading: half of that for eventually consistent reads. */
  readonly readUnits: number;
  /** Items that a write was asked for, refused conditions included. */
  readonly writes: number;
  /** What is paid for writing the items: units of 1 KB. */
  readonly writeUnits: number;
  /** What is paid for writing their index entries. */
  readonly indexWriteUnits: number;
}

export const NOTHING_USED: Omit<DynamoDbUsage, "operation" | "tableName"> = {
  reads: 0,
  readUnits: 0,
  writes: 0,
  writeUnits: 0,
  indexWriteUnits: 0,
};

/** Told what each call used. */
export type OnUsage = (caller: Caller, usage: DynamoDbUsage) => void;
