import { DynamoDBClient, PutItemCommand, ScanCommand } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { DescribeExecutionCommand, SFNClient, StartExecutionCommand } from "@aws-sdk/client-sfn";
import { ListTopicsCommand, SNSClient } from "@aws-sdk/client-sns";
import { buildSync } from "esbuild";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { totalsOf, usedBetween } from "../../../../local/meter.ts";
import { openLocalStore } from "../../../../local/store.ts";
import { allow, roleWith } from "./support/assembly.ts";
import type { HandmadeStack } from "./support/assembly.ts";
import { clientConfiguration } from "./support/clients.ts";
import { startRuntime } from "./support/runtime.ts";
import type { RuntimeUnderTest } from "./support/runtime.ts";

/** Copies each record of its stream into the Audit table and tells the bus; fails while the item says so. */
const RECORDER = `
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
const dynamoDb = new DynamoDBClient({ maxAttempts: 1 });
const events = new EventBridgeClient({ maxAttempts: 1 });
export const handler = async ({ Records }) => {
  for (const { dynamodb } of Records) {
    await dynamoDb.send(new PutItemCommand({ TableName: "audit", Item: { pk: dynamodb.NewImage.pk } }));
    const Detail = JSON.stringify({ requestId: dynamodb.NewImage.pk.S });
    await events.send(new PutEventsCommand({ Entries: [{ EventBusName: "app", Source: "app", DetailType: "Recorded", Detail }] }));
  }
  return { batchItemFailures: [] };
};`;

/** Writes to a table that its event names: to be refused. */
const TRESPASSER = `
import { DynamoDBClient, PutItemCommand } from "@aws-sdk/client-dynamodb";
const dynamoDb = new DynamoDBClient({ maxAttempts: 1 });
export const handler = async ({ table }) => {
  await dynamoDb.send(new PutItemCommand({ TableName: table, Item: { pk: { S: "trespass" } } }));
};`;

const table = (TableName: string, properties: Readonly<Record<string, unknown>> = {}) => ({
  Type: "AWS::DynamoDB::Table",
  Properties: {
    TableName,
    BillingMode: "PAY_PER_REQUEST",
    KeySchema: [{ AttributeName: "pk", KeyType: "HASH" }],
    AttributeDefinitions: [{ AttributeName: "pk", AttributeType: "S" }],
    ...properties,
  },
});

const functionNamed = (name: string, role: string) => ({
  Type: "AWS::Lambda::Function",
  Properties: {
    FunctionName: name,
    Code: { S3Key: `${name}.zip` },
    Handler: "index.handler",
    Runtime: "nodejs24.x",
    Role: { "Fn::GetAtt": [role, "Arn"] },
    Timeout: 10,
    MemorySize: 256,
  },
});

const arnOf = (logicalId: string) => ({ "Fn::GetAtt": [logicalId, "Arn"] });
const streamArn = { "Fn::GetAtt": ["Access", "StreamArn"] };
const STREAM_ACTIONS = ["dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"];

const machineDefinition = JSON.stringify({
  QueryLanguage: "JSONata",
  StartAt: "Record",
  States: {
    Record: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Arguments: { FunctionName: "${Recorder}", Payload: { Records: [] } },
      End: true,
    },
  },
});

const resources = (): Readonly<Record<string, unknown>> => ({
  Access: table("access", { StreamSpecification: { StreamViewType: "NEW_IMAGE" } }),
  Audit: table("audit"),
  Bus: { Type: "AWS::Events::EventBus", Properties: { Name: "app" } },
  Topic: { Type: "AWS::SNS::Topic", Properties: { TopicName: "attention" } },
  TopicPolicy: {
    Type: "AWS::SNS::TopicPolicy",
    Properties: {
      Topics: [{ Ref: "Topic" }],
      PolicyDocument: {
        Statement: [
          {
            Effect: "Allow",
            Principal: { Service: "events.amazonaws.com" },
            Action: "sns:Publish",
            Resource: { Ref: "Topic" },
          },
        ],
      },
    },
  },
  Rule: {
    Type: "AWS::Events::Rule",
    Properties: {
      Name: "tell",
      EventBusName: { Ref: "Bus" },
      EventPattern: { source: ["app"], "detail-type": ["Recorded"] },
      Targets: [
        {
          Id: "Topic",
          Arn: { Ref: "Topic" },
          InputTransformer: { InputPathsMap: { id: "$.detail.requestId" }, InputTemplate: '"Recorded <id>"' },
        },
      ],
    },
  },
  RecorderRole: roleWith(
    "recorder",
    allow(STREAM_ACTIONS, streamArn),
    allow(["dynamodb:ListStreams"], "*"),
    allow(["dynamodb:PutItem"], arnOf("Audit")),
    allow(["events:PutEvents"], arnOf("Bus")),
  ),
  Recorder: functionNamed("recorder", "RecorderRole"),
  Trespasser: functionNamed("trespasser", "RecorderRole"),
  Mapping: {
    Type: "AWS::Lambda::EventSourceMapping",
    Properties: {
      FunctionName: { Ref: "Recorder" },
      EventSourceArn: streamArn,
      StartingPosition: "TRIM_HORIZON",
      FunctionResponseTypes: ["ReportBatchItemFailures"],
    },
  },
  MachineRole: roleWith("machine", allow(["lambda:InvokeFunction"], arnOf("Recorder"))),
  Machine: {
    Type: "AWS::StepFunctions::StateMachine",
    Properties: {
      StateMachineName: "machine",
      RoleArn: arnOf("MachineRole"),
      DefinitionString: machineDefinition,
      DefinitionSubstitutions: { Recorder: arnOf("Recorder") },
    },
  },
});

const until = async <T>(look: () => Promise<T | undefined> | T | undefined): Promise<T> => {
  for (let attempt = 0; attempt < 750; attempt += 1) {
    const found = await look();
    if (found !== undefined) return found;
    await pause(20);
  }
  throw new Error("It did not happen within four seconds");
};

describe("the embedded AWS, running an app", () => {
  const functions: Record<string, string> = {};
  let running: RuntimeUnderTest | undefined;

  beforeAll(() => {
    for (const [name, contents] of Object.entries({ recorder: RECORDER, trespasser: TRESPASSER })) {
      const built = buildSync({
        stdin: { contents, resolveDir: process.cwd() },
        bundle: true,
        write: false,
        platform: "node",
        format: "esm",
        minify: true,
        banner: {
          js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);',
        },
      });
      functions[name] = built.outputFiles[0]?.text ?? "";
    }
  });

  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });

  const start = async (
    changed: Readonly<Record<string, unknown>> = {},
    options: Parameters<typeof startRuntime>[1] = {},
  ): Promise<RuntimeUnderTest> => {
    const stack: HandmadeStack = { Resources: { ...resources(), ...changed } };
    running = await startRuntime(stack, { functions, ...options });
    return running;
  };

  const overHttp = ({ url }: RuntimeUnderTest) => ({
    endpoint: url,
    region: "ap-south-1",
    credentials: { accessKeyId: "tester", secretAccessKey: "tester" },
    maxAttempts: 1,
  });

  const auditItems = async (client: DynamoDBClient) => {
    const { Items = [] } = await client.send(new ScanCommand({ TableName: "audit" }));
    return Items.length === 0 ? undefined : Items.map(({ pk }) => pk?.S);
  };

  it("takes a write over the stream to a function, from there to the bus, and over a rule to a topic", async () => {
    const app = await start();
    const notifications: string[] = [];
    app.runtime.topics.observe(({ message }) => notifications.push(message));
    const before = app.runtime.meter.snapshot();
    const client = new DynamoDBClient(overHttp(app));
    await client.send(new PutItemCommand({ TableName: "access", Item: { pk: { S: "request-1" } } }));
    expect(await until(() => auditItems(client))).toEqual(["request-1"]);
    await until(() => notifications[0]);
    expect(notifications).toEqual(["Recorded request-1"]);
    const used = usedBetween(before, app.runtime.meter.snapshot());
    expect(used.dynamodb).toEqual({
      recorder: { reads: 0, readUnits: 0, writes: 1, writeUnits: 1, indexWriteUnits: 0 },
    });
    expect(used.calls).toEqual({ recorder: { "events:PutEvents": 1 } });
    expect(totalsOf(used)).toMatchObject({
      lambdaInvocations: 1,
      writes: 1,
      awsCalls: 1,
      events: 1,
      notifications: 1,
    });
    expect(used.administrators).toMatchObject({ "dynamodb:PutItem": 1 });
    expect(app.problems).toEqual([]);
  });

  it("refuses a function what its role does not allow", async () => {
    const app = await start();
    const principal = { kind: "administrator", arn: "a", accountId: "111111111111" } as const;
    const answer = await app.runtime.invokeFunction("trespasser", { table: "access" }, { principal });
    expect(answer).toMatchObject({
      functionError: {
        errorType: "AccessDeniedException",
        errorMessage: expect.stringContaining(
          "assumed-role/recorder/trespasser is not authorized to perform: dynamodb:PutItem on resource: arn:aws:dynamodb:eu-west-1:111111111111:table/access",
        ) as string,
      },
    });
    const client = new DynamoDBClient(clientConfiguration(app.runtime.handleAwsRequest));
    expect((await client.send(new ScanCommand({ TableName: "access" }))).Count).toBe(0);
  });

  it("refuses to start when a function may not read its stream, in Lambda's words", async () => {
    const RecorderRole = roleWith("recorder", allow(["dynamodb:PutItem"], arnOf("Audit")));
    await expect(start({ RecorderRole })).rejects.toThrow(/Cannot access stream .* GetRecords/);
  });

  it("tells when a topic's own policy does not let EventBridge in", async () => {
    const app = await start({
      TopicPolicy: {
        Type: "AWS::SNS::TopicPolicy",
        Properties: { Topics: [], PolicyDocument: { Statement: [] } },
      },
    });
    const client = new EventBridgeClient(overHttp(app));
    await client.send(
      new PutEventsCommand({
        Entries: [{ EventBusName: "app", Source: "app", DetailType: "Recorded", Detail: "{}" }],
      }),
    );
    await until(() => app.problems[0]);
    expect(app.problems[0]).toMatch(
      /The rule tell could not deliver .* no resource-based policy allows the sns:Publish action/,
    );
  });

  it("runs the template's machine by the machine's role", async () => {
    const app = await start();
    const client = new SFNClient(overHttp(app));
    const stateMachineArn = "arn:aws:states:eu-west-1:111111111111:stateMachine:machine";
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }));
    const describe = async () => {
      const execution = await client.send(new DescribeExecutionCommand({ executionArn }));
      return execution.status === "RUNNING" ? undefined : execution;
    };
    expect(await until(describe)).toMatchObject({ status: "SUCCEEDED" });
    expect(app.runtime.meter.snapshot().statesEntered).toEqual({ machine: 1 });
  });

  it("fails a machine's task whose role may not invoke the function", async () => {
    const app = await start({
      MachineRole: roleWith("machine", allow(["lambda:InvokeFunction"], arnOf("Trespasser"))),
    });
    const client = new SFNClient(overHttp(app));
    const stateMachineArn = "arn:aws:states:eu-west-1:111111111111:stateMachine:machine";
    const { executionArn } = await client.send(new StartExecutionCommand({ stateMachineArn }));
    const execution = await until(async () => {
      const described = await client.send(new DescribeExecutionCommand({ executionArn }));
      return described.status === "RUNNING" ? undefined : described;
    });
    expect(execution).toMatchObject({ status: "FAILED", error: "Lambda.AWSLambdaException" });
  });

  it("goes on after a restart with what a stopped one had not delivered", async () => {
    const store = openLocalStore();
    const broken = { ...functions, recorder: "export const handler = () => { throw new Error('not now'); }" };
    const first = await start({}, { store, functions: broken });
    const client = new DynamoDBClient(overHttp(first));
    await client.send(new PutItemCommand({ TableName: "access", Item: { pk: { S: "request-1" } } }));
    await until(() => first.logs.find((line) => line.includes("not now")));
    await first.stop();
    const second = await start({}, { store });
    const reader = new DynamoDBClient(overHttp(second));
    expect(await until(() => auditItems(reader))).toEqual(["request-1"]);
    expect((await reader.send(new ScanCommand({ TableName: "access" }))).Count).toBe(1);
  });

  it("serves any region and any key over HTTP", async () => {
    const app = await start();
    const { Topics } = await new SNSClient(overHttp(app)).send(new ListTopicsCommand());
    expect(Topics).toEqual([{ TopicArn: "arn:aws:sns:eu-west-1:111111111111:attention" }]);
  });
});
