import { DynamoDBClient } from "@aws-sdk/client-dynamodb";
import {
  BatchGetCommand,
  DeleteCommand,
  DynamoDBDocumentClient,
  GetCommand,
  PutCommand,
  QueryCommand,
  ScanCommand,
  UpdateCommand,
  type QueryCommandInput,
  type QueryCommandOutput,
} from "@aws-sdk/lib-dynamodb";
import { RetryableError } from "../../core/domain/errors.ts";
import type { WriteOutcome } from "../../core/ports/stores.ts";
import type { ClientsFor } from "../aws-clients.ts";
import { isNamed, orUnavailable } from "../aws-errors.ts";
import type { Condition } from "./conditions.ts";

export type Item = Readonly<Record<string, unknown>>;
export type Key = Readonly<Record<string, string | number>>;

/** BatchGetItem's limit (https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html). */
const BATCH_GET_KEYS = 100;

/**
 * How often keys that BatchGetItem left unprocessed are asked for again at once. Each round makes progress
 * (DynamoDB throttles the whole call when it can process none), so a page of small items needs one or two.
 */
const BATCH_GET_ROUNDS = 5;

/** What Lockstep does with a table: single-item conditional writes, and reads. Throws RetryableError `StoreUnavailable`. */
export interface Table {
  get(key: Key, options?: { readonly consistent: boolean }): Promise<Item | undefined>;
  put(item: Item, condition?: Condition): Promise<WriteOutcome>;
  /** Changes attributes of the item at `key`, and makes it where the condition lets that be. Answers the changed item. */
  update(key: Key, change: Update): Promise<Item | "conflict">;
  delete(key: Key, condition?: Condition): Promise<WriteOutcome>;
  /** One page, which begins behind `from`, and where the next one does: a page also ends at a megabyte. */
  queryPage(query: Omit<QueryCommandInput, "TableName" | "ExclusiveStartKey">, from?: Key): Promise<ItemPage>;
  /** One page. */
  query(query: Omit<QueryCommandInput, "TableName">): Promise<readonly Item[]>;
  /** All pages. */
  queryAll(query: Omit<QueryCommandInput, "TableName">): Promise<readonly Item[]>;
  /** How many items a query finds, read until there are `enough`. */
  count(query: Omit<QueryCommandInput, "TableName">, enough: number): Promise<number>;
  /** One page of all items, in no order, from where the page before ended. No function may scan: a person's program does. */
  scan(limit: number, from?: Key): Promise<ItemPage>;
  /** The items at these keys, in their order; a key without an item is left out. */
  batchGet(keys: readonly Key[], options?: { readonly consistent: boolean }): Promise<readonly Item[]>;
}

/** Some items, and behind which key there are more. */
export interface ItemPage {
  readonly items: readonly Item[];
  readonly next?: Key;
}

/** A condition, and what is changed where it is met: names and values are those of both. */
export interface Update extends Condition {
  readonly UpdateExpression: string;
  /** Whoever may not see all of an item must not ask for it; without this, the item is returned as it is then. */
  readonly ReturnValues?: "NONE";
}

/** What every store is built from. */
export interface TableDeps {
  readonly clientsFor: ClientsFor;
  readonly tableName: string;
}

const documents = new WeakMap<DynamoDBClient, DynamoDBDocumentClient>();

const documentClient = (clientsFor: ClientsFor): DynamoDBDocumentClient => {
  const client = clientsFor("home", "state").client(DynamoDBClient, { timeoutMilliseconds: 3_000 });
  const existing = documents.get(client);
  if (existing !== undefined) return existing;
  const built = DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } });
  documents.set(client, built);
  return built;
};

const available = <T>(call: () => Promise<T>): Promise<T> => orUnavailable("StoreUnavailable", call);

const conditional = async (write: () => Promise<unknown>): Promise<WriteOutcome> => {
  try {
    await available(write);
    return "written";
  } catch (error) {
    if (isNamed(error, "ConditionalCheckFailedException")) return "conflict";
    throw error;
  }
};

/** The table of that name in the home account. */
export const table = ({ clientsFor, tableName: TableName }: TableDeps): Table => {
  const client = documentClient(clientsFor);

  const page = (query: Omit<QueryCommandInput, "TableName">) =>
    available(() => client.send(new QueryCommand({ TableName, ...query })));

  /** One round of a batch: what was found, and the keys that are left to ask for. */
  const batch = async (keys: readonly Key[], ConsistentRead: boolean) => {
    const answer = await available(() =>
      client.send(
        new BatchGetCommand({ RequestItems: { [TableName]: { Keys: [...keys], ConsistentRead } } }),
      ),
    );
    return {
      found: answer.Responses?.[TableName] ?? [],
      unprocessed: (answer.UnprocessedKeys?.[TableName]?.Keys ?? []) as readonly Key[],
    };
  };

  const batchOf = async (keys: readonly Key[], consistent: boolean): Promise<readonly Item[]> => {
    const items: Item[] = [];
    let left = keys;
    for (let round = 0; round < BATCH_GET_ROUNDS && left.length > 0; round += 1) {
      const { found, unprocessed } = await batch(left, consistent);
      items.push(...found);
      left = unprocessed;
    }
    if (left.length > 0) throw new RetryableError("StoreUnavailable", `${TableName} is throttled`);
    return items;
  };

  return {
    get: async (key, options = { consistent: true }) => {
      const answer = await available(() =>
        client.send(new GetCommand({ TableName, Key: key, ConsistentRead: options.consistent })),
      );
      return answer.Item;
    },

    put: (item, condition) =>
      conditional(() => client.send(new PutCommand({ TableName, Item: item, ...condition }))),

    update: async (key, change) => {
      let changed: Item = {};
      const outcome = await conditional(async () => {
        const answer = await client.send(
          new UpdateCommand({ TableName, Key: key, ReturnValues: "ALL_NEW", ...change }),
        );
        changed = answer.Attributes ?? {};
      });
      return outcome === "conflict" ? outcome : changed;
    },

    delete: (key, condition) =>
      conditional(() => client.send(new DeleteCommand({ TableName, Key: key, ...condition }))),

    queryPage: async (query, from) => {
      const answer = await page({ ...query, ExclusiveStartKey: from && { ...from } });
      return pageOf(answer);
    },

    query: async (query) => (await page(query)).Items ?? [],

    queryAll: async (query) => {
      const items: Item[] = [];
      let start: QueryCommandInput["ExclusiveStartKey"];
      do {
        const answer = await page({ ...query, ExclusiveStartKey: start });
        items.push(...(answer.Items ?? []));
        start = answer.LastEvaluatedKey;
      } while (start !== undefined);
      return items;
    },

    count: async (query, enough) => {
      let found = 0;
      let start: QueryCommandInput["ExclusiveStartKey"];
      do {
        const answer = await page({ ...query, Select: "COUNT", ExclusiveStartKey: start });
        found += answer.Count ?? 0;
        start = answer.LastEvaluatedKey;
      } while (start !== undefined && found < enough);
      return found;
    },

    scan: async (Limit, from) => {
      const answer = await available(() =>
        client.send(
          new ScanCommand({ TableName, Limit, ConsistentRead: true, ExclusiveStartKey: from && { ...from } }),
        ),
      );
      return pageOf(answer);
    },

    batchGet: async (keys, options = { consistent: false }) => {
      const found = new Map<string, Item>();
      for (let begin = 0; begin < keys.length; begin += BATCH_GET_KEYS) {
        const chunk = keys.slice(begin, begin + BATCH_GET_KEYS);
        for (const item of await batchOf(chunk, options.consistent)) found.set(identity(item), item);
      }
      return keys.map((key) => found.get(identity(key))).filter((item) => item !== undefined);
    },
  };
};

const pageOf = (answer: Pick<QueryCommandOutput, "Items" | "LastEvaluatedKey">): ItemPage => ({
  items: answer.Items ?? [],
  ...(answer.LastEvaluatedKey === undefined ? {} : { next: answer.LastEvaluatedKey as Key }),
});

const identity = (item: Item): string => JSON.stringify([item["pk"], item["sk"]]);
