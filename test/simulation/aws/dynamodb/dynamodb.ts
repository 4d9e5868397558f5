import { conditionIn, updateIn, type Attributes, type Substitutes } from "./expressions.ts";
import { SortedItems } from "./sorted-items.ts";

/** A table's or an index's key. */
export interface KeyShape {
  readonly partition: string;
  readonly sort?: string;
}

export interface TableShape {
  readonly key: KeyShape;
  readonly indexes?: Readonly<Record<string, KeyShape & { readonly projection: "KEYS_ONLY" | "ALL" }>>;
}

/** A write that took effect. */
export interface Change {
  readonly table: string;
  readonly before: Attributes | undefined;
  readonly after: Attributes | undefined;
  /** The item after the write, in one text; empty when it is gone. */
  readonly text: string;
}

interface Stored {
  /** What readers get is parsed from this, so that nobody shares an object with the table. */
  readonly text: string;
  readonly value: Attributes;
}

interface Table {
  readonly shape: TableShape;
  items: Map<string, Stored>;
  /** The items as the indexes show them: what was written a moment ago may still be missing. */
  indexed: Map<string, Stored>;
  /** The number of the newest write of an item that the indexes show. */
  readonly shown: Map<string, number>;
  /** The partitions of the table, and of an index by its name, each in its order; made when they are first asked for. */
  readonly partitions: Map<string | undefined, Partitions>;
}

/** By the partition's key. */
type Partitions = Map<unknown, SortedItems<Stored>>;

/** Calls `show` when the indexes come to show a write; at once when they do not lag. */
export type IndexDelay = (show: () => void) => void;

const atOnce: IndexDelay = (show) => {
  show();
};

/** The members of the document client's inputs that are read here. */
interface Input {
  readonly TableName?: string;
  readonly Key?: Attributes;
  readonly Item?: Attributes;
  readonly ConditionExpression?: string;
  readonly ExpressionAttributeNames?: Readonly<Record<string, string>>;
  readonly ExpressionAttributeValues?: Attributes;
  readonly UpdateExpression?: string;
  readonly ReturnValues?: string;
  readonly IndexName?: string;
  readonly KeyConditionExpression?: string;
  readonly FilterExpression?: string;
  readonly ScanIndexForward?: boolean;
  readonly Limit?: number;
  readonly ExclusiveStartKey?: Attributes;
  readonly RequestItems?: Readonly<Record<string, { readonly Keys: readonly Attributes[] }>>;
}

/** An error as an SDK client throws it. */
const failure = (name: string, message: string): Error =>
  Object.assign(new Error(message), { name, $metadata: { httpStatusCode: 400 } });

const substitutesOf = (input: Input): Substitutes => ({
  names: input.ExpressionAttributeNames ?? {},
  values: input.ExpressionAttributeValues ?? {},
});

const isKeyValue = (value: unknown): value is string | number =>
  (typeof value === "string" && value !== "") || typeof value === "number";

const partsOf = (key: KeyShape): readonly string[] =>
  key.sort === undefined ? [key.partition] : [key.partition, key.sort];

const picked = (item: Attributes, names: readonly string[]): Attributes =>
  Object.fromEntries(names.map((name) => [name, item[name]]));

/** Items in the order of a key's sort value; equal ones in the order of the table's own keys. */
const inOrderOf =
  (key: KeyShape, own: KeyShape) =>
  (a: Attributes, b: Attributes): number => {
    for (const name of [...(key.sort === undefined ? [] : [key.sort]), ...partsOf(own)]) {
      const [left, right] = [a[name] as string | number, b[name] as string | number];
      if (left !== right) return left < right ? -1 : 1;
    }
    return 0;
  };

/**
 * DynamoDB in memory, at the document client: it takes and gives plain values. Strictly consistent, but for its indexes,
 * which follow as late as they are told to; items come and go one at a time, by the operations that Lockstep's adapters send.
 */
export class InMemoryDynamoDb {
  private readonly tables = new Map<string, Table>();
  private watcher: ((change: Change) => void) | undefined;
  private indexDelay: IndexDelay = atOnce;
  private writes = 0;

  createTable(name: string, shape: TableShape): void {
    this.tables.set(name, {
      shape,
      items: new Map(),
      indexed: new Map(),
      shown: new Map(),
      partitions: new Map(),
    });
  }

  watch(watcher: ((change: Change) => void) | undefined): void {
    this.watcher = watcher;
  }

  /** How the indexes follow from now on. */
  delayIndexes(delay: IndexDelay): void {
    this.indexDelay = delay;
  }

  /** What the tables hold now, to be put back as often as wanted: the indexes show all of it. */
  snapshot(): () => void {
    const kept = [...this.tables].map(([name, { items }]) => [name, [...items]] as const);
    return () => {
      this.indexDelay = atOnce;
      for (const [name, items] of kept) {
        const table = this.table(name);
        table.items = new Map(items);
        table.indexed = new Map(items);
        table.shown.clear();
        table.partitions.clear();
      }
    };
  }

  /** Every item of a table: for those who look in from outside. */
  items(name: string): readonly Attributes[] {
    return [...this.table(name).items.values()].map(({ value }) => value);
  }

  /** Does what a command of the document client says; throws errors by AWS's names. */
  call(operation: string, input: object): unknown {
    const run = operations[operation];
    if (run === undefined) throw failure("UnknownOperationException", `${operation} is not known here`);
    try {
      return run(this, input);
    } catch (error) {
      if (error instanceof SyntaxError) throw failure("ValidationException", error.message);
      throw error;
    }
  }

  table(name: string | undefined): Table {
    const table = this.tables.get(name ?? "");
    if (table === undefined) {
      throw failure("ResourceNotFoundException", `Requested resource not found: Table: ${String(name)}`);
    }
    return table;
  }

  /** Puts `after` where `key` says, if the condition holds for what is there. */
  write(
    input: Input,
    key: Attributes,
    next: (before: Attributes | undefined) => Attributes | undefined,
  ): void {
    const table = this.table(input.TableName);
    const id = idOf(table.shape.key, key);
    const stored = table.items.get(id);
    const before = stored?.value;
    const condition = input.ConditionExpression;
    if (condition !== undefined && !conditionIn(condition)(before, substitutesOf(input))) {
      throw failure("ConditionalCheckFailedException", "The conditional request failed");
    }
    const after = next(before);
    if (after === undefined) {
      table.items.delete(id);
    } else {
      requireIndexKeys(table.shape, after);
      const text = JSON.stringify(after);
      table.items.set(id, { text, value: JSON.parse(text) as Attributes });
    }
    move(table, undefined, stored, table.items.get(id));
    this.index(table, id);
    const { value, text = "" } = table.items.get(id) ?? {};
    this.watcher?.({ table: input.TableName ?? "", before, after: value, text });
  }

  private index(table: Table, id: string): void {
    if (table.shape.indexes === undefined) return;
    const item = table.items.get(id);
    const write = (this.writes += 1);
    this.indexDelay(() => {
      if ((table.shown.get(id) ?? 0) > write) return;
      table.shown.set(id, write);
      const shown = table.indexed.get(id);
      if (item === undefined) table.indexed.delete(id);
      else table.indexed.set(id, item);
      for (const name of Object.keys(table.shape.indexes ?? {})) move(table, name, shown, item);
    });
  }
}

/** An item's place in its table; throws ValidationException for a key that lacks a part. */
const idOf = (key: KeyShape, item: Attributes): string => {
  const parts = partsOf(key).map((name) => item[name]);
  if (!parts.every(isKeyValue)) {
    throw failure("ValidationException", "The provided key element does not match the schema");
  }
  return JSON.stringify(parts);
};

/** An index's key attribute may be missing, which leaves the item out of the index, and nothing else than text or a number. */
const requireIndexKeys = ({ indexes = {} }: TableShape, item: Attributes): void => {
  for (const [name, index] of Object.entries(indexes)) {
    for (const part of partsOf(index)) {
      if (item[part] === undefined || isKeyValue(item[part])) continue;
      throw failure(
        "ValidationException",
        `Invalid value for the key attribute ${part} of the index ${name}`,
      );
    }
  }
};

const parsed = (stored: Stored | undefined): Attributes | undefined =>
  stored === undefined ? undefined : (JSON.parse(stored.text) as Attributes);

/** The key of the table, or of the index of that name. */
const keyOf = ({ key, indexes }: TableShape, indexName: string | undefined): KeyShape => {
  const found = indexName === undefined ? key : indexes?.[indexName];
  if (found !== undefined) return found;
  throw failure("ValidationException", `The table does not have the specified index: ${String(indexName)}`);
};

/** An item that lacks a part of an index's key is not in the index. */
const isIn = (key: KeyShape, { value }: Stored): boolean =>
  partsOf(key).every((name) => value[name] !== undefined);

const sortedBy = (key: KeyShape, own: KeyShape, items: readonly Stored[] = []): SortedItems<Stored> => {
  const order = inOrderOf(key, own);
  return new SortedItems((a, b) => order(a.value, b.value), items);
};

const partitionsOf = (table: Table, indexName: string | undefined): Partitions => {
  const existing = table.partitions.get(indexName);
  if (existing !== undefined) return existing;
  const { shape, items, indexed } = table;
  const key = keyOf(shape, indexName);
  const all = [...(indexName === undefined ? items : indexed).values()].filter((item) => isIn(key, item));
  const partitions: Partitions = new Map(
    [...Map.groupBy(all, ({ value }) => value[key.partition])].map(([partition, members]) => [
      partition,
      sortedBy(key, shape.key, members),
    ]),
  );
  table.partitions.set(indexName, partitions);
  return partitions;
};

/** Puts an item from its place among the partitions, as far as those were made, to its next one. */
const move = (
  { shape, partitions: made }: Table,
  indexName: string | undefined,
  before: Stored | undefined,
  after: Stored | undefined,
): void => {
  const partitions = made.get(indexName);
  if (partitions === undefined) return;
  const key = keyOf(shape, indexName);
  if (before !== undefined) partitions.get(before.value[key.partition])?.delete(before);
  if (after === undefined || !isIn(key, after)) return;
  const partition = after.value[key.partition];
  const members = partitions.get(partition) ?? sortedBy(key, shape.key);
  members.add(after);
  partitions.set(partition, members);
};

/** What stands for `#name` and `:value` in the part of a key condition that matches. */
const partOf = (
  pattern: RegExp,
  attribute: string | undefined,
  { KeyConditionExpression: text = "", ...input }: Input,
): unknown => {
  const { names, values } = substitutesOf(input);
  for (const [, name = "", value = ""] of text.matchAll(pattern)) {
    if (attribute !== undefined && (names[name] ?? name) === attribute) return values[value];
  }
  return undefined;
};

const EQUALITY = /(#?\w+) = (:\w+)/g;
const PREFIX = /begins_with\((#?\w+), (:\w+)\)/g;

const bound = (value: Attributes): Stored => ({ text: "", value });

/** The members of a partition that a query looks at, in its order, from where it begins. */
function* ordered(members: SortedItems<Stored>, key: KeyShape, input: Input): Generator<Stored> {
  const { ExclusiveStartKey: start, ScanIndexForward: forward = true } = input;
  if (!forward) {
    yield* members.backward(start === undefined ? undefined : bound(start));
    return;
  }
  const prefix = partOf(PREFIX, key.sort, input);
  const first = key.sort === undefined || prefix === undefined ? undefined : { [key.sort]: prefix };
  const from = start ?? first;
  for (const member of members.forward(from === undefined ? undefined : bound(from))) {
    if (typeof prefix === "string" && !String(member.value[key.sort ?? ""]).startsWith(prefix)) return;
    yield member;
  }
}

const query = (dynamoDb: InMemoryDynamoDb, input: Input): object => {
  const table = dynamoDb.table(input.TableName);
  const { shape } = table;
  const key = keyOf(shape, input.IndexName);
  const members = partitionsOf(table, input.IndexName).get(partOf(EQUALITY, key.partition, input));
  const substitutes = substitutesOf(input);
  const isWanted = conditionIn(input.KeyConditionExpression ?? "");
  const order = inOrderOf(key, shape.key);
  const looked: Stored[] = [];
  for (const member of members === undefined ? [] : ordered(members, key, input)) {
    if (looked.length === input.Limit) break;
    const isStart =
      input.ExclusiveStartKey !== undefined && order(member.value, input.ExclusiveStartKey) === 0;
    if (!isStart && isWanted(member.value, substitutes)) looked.push(member);
  }
  const last = looked.length === input.Limit ? looked.at(-1) : undefined;
  const filter = input.FilterExpression === undefined ? undefined : conditionIn(input.FilterExpression);
  const keyNames = [...new Set([...partsOf(shape.key), ...partsOf(key)])];
  const isKeysOnly =
    input.IndexName !== undefined && shape.indexes?.[input.IndexName]?.projection === "KEYS_ONLY";
  const found = looked
    .filter(({ value }) => filter?.(value, substitutes) ?? true)
    .map((stored) => (isKeysOnly ? picked(stored.value, keyNames) : parsed(stored)));
  return {
    Items: found,
    Count: found.length,
    ScannedCount: looked.length,
    ...(last === undefined ? {} : { LastEvaluatedKey: picked(last.value, keyNames) }),
  };
};

const update = (dynamoDb: InMemoryDynamoDb, input: Input): object => {
  const key = input.Key ?? {};
  let attributes: Attributes = {};
  dynamoDb.write(input, key, (before) => {
    attributes = updateIn(input.UpdateExpression ?? "")(before ?? key, substitutesOf(input));
    return attributes;
  });
  return input.ReturnValues === "ALL_NEW"
    ? { Attributes: JSON.parse(JSON.stringify(attributes)) as object }
    : {};
};

const operations: Readonly<Record<string, (dynamoDb: InMemoryDynamoDb, input: Input) => unknown>> = {
  GetItem: (dynamoDb, input) => {
    const { shape, items } = dynamoDb.table(input.TableName);
    const found = parsed(items.get(idOf(shape.key, input.Key ?? {})));
    return found === undefined ? {} : { Item: found };
  },
  PutItem: (dynamoDb, input) => {
    dynamoDb.write(input, input.Item ?? {}, () => input.Item);
    return {};
  },
  UpdateItem: update,
  DeleteItem: (dynamoDb, input) => {
    dynamoDb.write(input, input.Key ?? {}, () => undefined);
    return {};
  },
  Query: query,
  BatchGetItem: (dynamoDb, input) => {
    const responses = Object.entries(input.RequestItems ?? {}).map(([name, { Keys }]) => {
      const { shape, items } = dynamoDb.table(name);
      const found = Keys.map((key) => parsed(items.get(idOf(shape.key, key))));
      return [name, found.filter((item) => item !== undefined)] as const;
    });
    return { Responses: Object.fromEntries(responses), UnprocessedKeys: {} };
  },
};
