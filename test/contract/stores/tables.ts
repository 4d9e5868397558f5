import {
  CreateTableCommand,
  DeleteTableCommand,
  DescribeTableCommand,
  type AttributeDefinition,
  type CreateTableCommandInput,
  type DynamoDBClient,
} from "@aws-sdk/client-dynamodb";

type Column = readonly [name: string, type: "S" | "N"];
type KeyColumns = readonly [partition: Column, sort?: Column];

interface Shape {
  readonly key: KeyColumns;
  readonly indexes?: readonly {
    readonly name: string;
    readonly key: KeyColumns;
    readonly projection: "KEYS_ONLY" | "ALL" | "INCLUDE";
    /** What an INCLUDE index holds beside its keys. */
    readonly included?: readonly string[];
  }[];
}

/** The tables as the stateful stack makes them; test/infra holds the stack to the same. */
export const shapes = {
  access: {
    key: [
      ["pk", "S"],
      ["sk", "S"],
    ],
    indexes: [
      {
        name: "byRequester",
        key: [
          ["requesterId", "S"],
          ["createdAt", "S"],
        ],
        projection: "KEYS_ONLY",
      },
      {
        name: "byStatus",
        key: [
          ["status", "S"],
          ["createdAt", "S"],
        ],
        projection: "KEYS_ONLY",
      },
      {
        name: "byCreation",
        key: [
          ["collection", "S"],
          ["createdAt", "S"],
        ],
        projection: "KEYS_ONLY",
      },
      {
        name: "byDue",
        key: [
          ["dueIn", "S"],
          ["dueAt", "S"],
        ],
        projection: "KEYS_ONLY",
      },
    ],
  },
  wakeups: { key: [["pk", "S"]] },
  config: {
    key: [
      ["pk", "S"],
      ["sk", "S"],
    ],
  },
  audit: {
    key: [
      ["pk", "S"],
      ["sk", "N"],
    ],
    indexes: [
      {
        name: "byDay",
        key: [
          ["recordedOn", "S"],
          ["pk", "S"],
        ],
        projection: "INCLUDE",
        included: ["hash"],
      },
    ],
  },
  inventory: {
    key: [
      ["pk", "S"],
      ["sk", "S"],
    ],
    indexes: [
      {
        name: "byPrincipal",
        key: [
          ["principal", "S"],
          ["sk", "S"],
        ],
        projection: "ALL",
      },
      {
        name: "byPermissionSet",
        key: [
          ["permissionSet", "S"],
          ["order", "S"],
        ],
        projection: "ALL",
      },
      {
        name: "byName",
        key: [
          ["nameKey", "S"],
          ["sk", "S"],
        ],
        projection: "ALL",
      },
    ],
  },
} as const satisfies Readonly<Record<string, Shape>>;

export type TableNames = Readonly<Record<keyof typeof shapes, string>>;

const schemaOf = ([partition, sort]: KeyColumns): NonNullable<CreateTableCommandInput["KeySchema"]> => [
  { AttributeName: partition[0], KeyType: "HASH" },
  ...(sort === undefined ? [] : [{ AttributeName: sort[0], KeyType: "RANGE" as const }]),
];

const definitionsOf = (shape: Shape): AttributeDefinition[] => {
  const columns = [shape.key, ...(shape.indexes ?? []).map(({ key }) => key)]
    .flat()
    .filter((column) => column !== undefined);
  return [...new Map(columns)].map(([AttributeName, AttributeType]) => ({ AttributeName, AttributeType }));
};

const untilActive = async (client: DynamoDBClient, TableName: string): Promise<void> => {
  for (;;) {
    const { Table } = await client.send(new DescribeTableCommand({ TableName }));
    if (Table?.TableStatus === "ACTIVE") return;
  }
};

/** Makes empty tables of Lockstep's shapes, named after `prefix`. */
export const createTables = async (client: DynamoDBClient, prefix: string): Promise<TableNames> => {
  const names = Object.keys(shapes).map((name) => [name, `${prefix}-${name}`] as const);
  for (const [name, TableName] of names) {
    const shape: Shape = shapes[name as keyof typeof shapes];
    const indexes = (shape.indexes ?? []).map(({ name: IndexName, key, projection, included }) => ({
      IndexName,
      KeySchema: schemaOf(key),
      Projection: {
        ProjectionType: projection,
        ...(included === undefined ? {} : { NonKeyAttributes: [...included] }),
      },
    }));
    await client.send(
      new CreateTableCommand({
        TableName,
        BillingMode: "PAY_PER_REQUEST",
        KeySchema: schemaOf(shape.key),
        AttributeDefinitions: definitionsOf(shape),
        ...(indexes.length === 0 ? {} : { GlobalSecondaryIndexes: indexes }),
      }),
    );
    await untilActive(client, TableName);
  }
  return Object.fromEntries(names) as unknown as TableNames;
};

export const deleteTables = async (client: DynamoDBClient, names: TableNames): Promise<void> => {
  for (const TableName of Object.values(names)) await client.send(new DeleteTableCommand({ TableName }));
};
