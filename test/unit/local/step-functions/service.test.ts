import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  DescribeStateMachineForExecutionCommand,
  ExecutionAlreadyExists,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  ListTagsForResourceCommand,
  SendTaskSuccessCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
  TaskTimedOut,
} from "@aws-sdk/client-sfn";
import { describe, expect, it } from "vitest";
import { AwsError } from "../../../../local/wire/service.ts";
import type { JsonObject } from "../../../../local/wire/json.ts";
import { engineUnderTest, lambdaTask, machineArn, tokenTask } from "./engine-under-test.ts";

const json = (statusCode: number, body: unknown) => ({
  response: {
    statusCode,
    headers: { "content-type": "application/x-amz-json-1.0" },
    body: new Response(JSON.stringify(body)).body,
  },
});

/** The AWS SDK's own client, its requests handed to the engine's operations without a network. */
const clientOf = (under: ReturnType<typeof engineUnderTest>) =>
  new SFNClient({
    region: "eu-west-1",
    credentials: { accessKeyId: "AKIATEST", secretAccessKey: "secret" },
    maxAttempts: 1,
    requestHandler: {
      handle: async ({ headers, body }: { headers: Record<string, string>; body: Uint8Array }) => {
        const [prefix, operation] = (headers["x-amz-target"] ?? "").split(".");
        expect(prefix).toBe(under.engine.service.targetPrefix);
        try {
          return json(
            200,
            await under.call(operation ?? "", JSON.parse(new TextDecoder().decode(body)) as JsonObject),
          );
        } catch (error) {
          if (!(error instanceof AwsError)) throw error;
          return json(error.status, { __type: error.name, message: error.message });
        }
      },
    },
  });

const stateMachineArn = machineArn("machine");

describe("the States API through the AWS SDK", () => {
  it("starts, describes and lists executions with dates", async () => {
    const under = engineUnderTest({ functions: { grant: () => "granted" } });
    under.deploy({ Grant: lambdaTask("grant") });
    const client = clientOf(under);
    const started = await client.send(
      new StartExecutionCommand({ stateMachineArn, name: "one", input: '{"a":1}' }),
    );
    expect(started).toMatchObject({
      executionArn: "arn:aws:states:eu-west-1:111111111111:execution:machine:one",
      startDate: new Date("2026-01-01T00:00:00Z"),
    });
    await under.clock.advanceBy(1500);
    const { executionArn } = started;
    expect(await client.send(new DescribeExecutionCommand({ executionArn }))).toMatchObject({
      executionArn,
      stateMachineArn,
      name: "one",
      status: "SUCCEEDED",
      startDate: new Date("2026-01-01T00:00:00Z"),
      stopDate: new Date("2026-01-01T00:00:00Z"),
      input: '{"a":1}',
      output: '"granted"',
    });
    const { executions } = await client.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: "SUCCEEDED" }),
    );
    expect(executions).toMatchObject([{ executionArn, name: "one", status: "SUCCEEDED" }]);
    const { executions: none } = await client.send(
      new ListExecutionsCommand({ stateMachineArn, statusFilter: "FAILED" }),
    );
    expect(none).toEqual([]);
  });

  it("shows a history as AWS does", async () => {
    const under = engineUnderTest({ functions: { grant: () => ({ ok: true }) } });
    under.deploy({
      Grant: lambdaTask("grant", { TimeoutSeconds: 30, Assign: { ok: "{% $states.result.Payload.ok %}" } }),
    });
    const executionArn = await under.begin({ a: 1 }, "one");
    await under.clock.runUntilIdle();
    const { events } = await clientOf(under).send(new GetExecutionHistoryCommand({ executionArn }));
    const details = { resourceType: "lambda", resource: "invoke" };
    const whole = { truncated: false };
    expect(events?.map(({ id, previousEventId }) => [id, previousEventId])).toEqual([
      [1, 0],
      [2, 0],
      [3, 2],
      [4, 3],
      [5, 4],
      [6, 5],
      [7, 6],
    ]);
    expect(events?.every(({ timestamp }) => timestamp instanceof Date)).toBe(true);
    expect(events).toMatchObject([
      {
        type: "ExecutionStarted",
        executionStartedEventDetails: {
          input: '{"a":1}',
          inputDetails: whole,
          roleArn: "arn:aws:iam::111111111111:role/machine",
        },
      },
      {
        type: "TaskStateEntered",
        stateEnteredEventDetails: { name: "Grant", input: '{"a":1}', inputDetails: whole },
      },
      {
        type: "TaskScheduled",
        taskScheduledEventDetails: {
          ...details,
          region: "eu-west-1",
          parameters:
            '{"FunctionName":"arn:aws:lambda:eu-west-1:111111111111:function:grant","Payload":{"a":1}}',
          timeoutInSeconds: 30,
        },
      },
      { type: "TaskStarted", taskStartedEventDetails: details },
      { type: "TaskSucceeded", taskSucceededEventDetails: { ...details, outputDetails: whole } },
      {
        type: "TaskStateExited",
        stateExitedEventDetails: {
          name: "Grant",
          output: '{"ok":true}',
          outputDetails: whole,
          assignedVariables: { ok: "true" },
        },
      },
      {
        type: "ExecutionSucceeded",
        executionSucceededEventDetails: { output: '{"ok":true}', outputDetails: whole },
      },
    ]);
  });

  it("pages a history both ways and can leave the data out", async () => {
    const under = engineUnderTest();
    under.deploy({ A: { Type: "Pass", Next: "B" }, B: { Type: "Succeed" } });
    const executionArn = await under.begin();
    await under.clock.runUntilIdle();
    const client = clientOf(under);
    const ids: (number | undefined)[] = [];
    let nextToken: string | undefined;
    do {
      const page: { events?: { id: number | undefined }[] | undefined; nextToken?: string | undefined } =
        await client.send(
          new GetExecutionHistoryCommand({ executionArn, maxResults: 4, reverseOrder: true, nextToken }),
        );
      ids.push(...(page.events ?? []).map(({ id }) => id));
      nextToken = page.nextToken;
    } while (nextToken !== undefined);
    expect(ids).toEqual([6, 5, 4, 3, 2, 1]);
    const { events } = await client.send(
      new GetExecutionHistoryCommand({ executionArn, includeExecutionData: false }),
    );
    expect(events?.[1]?.stateEnteredEventDetails).toEqual({ name: "A" });
    await expect(
      under.call("GetExecutionHistory", { executionArn, nextToken: "nonsense" }),
    ).rejects.toMatchObject({ name: "InvalidToken" });
  });

  it("pages executions, newest first", async () => {
    const under = engineUnderTest();
    under.deploy({ Done: { Type: "Succeed" } });
    for (const name of ["a", "b", "c"]) {
      await under.begin({}, name);
      await under.clock.advanceBy(1000);
    }
    const client = clientOf(under);
    const first = await client.send(new ListExecutionsCommand({ stateMachineArn, maxResults: 2 }));
    const second = await client.send(
      new ListExecutionsCommand({ stateMachineArn, maxResults: 2, nextToken: first.nextToken }),
    );
    expect(first.executions?.map(({ name }) => name)).toEqual(["c", "b"]);
    expect(second.executions?.map(({ name }) => name)).toEqual(["a"]);
    expect(second.nextToken).toBeUndefined();
  });

  it("answers a repeated start with the open execution, and refuses the name otherwise", async () => {
    const under = engineUnderTest();
    under.deploy({ Hold: { Type: "Wait", Seconds: 60, End: true } });
    const client = clientOf(under);
    const start = (input: string) =>
      client.send(new StartExecutionCommand({ stateMachineArn, name: "one", input }));
    const first = await start("{}");
    await under.clock.advanceBy(1000);
    const again = await start("{}");
    expect([again.executionArn, again.startDate]).toEqual([first.executionArn, first.startDate]);
    await expect(start('{"other":1}')).rejects.toBeInstanceOf(ExecutionAlreadyExists);
    await under.clock.runUntilIdle();
    await expect(start("{}")).rejects.toBeInstanceOf(ExecutionAlreadyExists);
    expect(under.entered).toHaveLength(1);
  });

  it("wakes a task once", async () => {
    let token = "";
    const under = engineUnderTest({ functions: { ask: (payload) => (token = payload["token"] as string) } });
    under.deploy({ Approval: tokenTask("ask") });
    await under.begin();
    await under.clock.advanceBy(0);
    const client = clientOf(under);
    await client.send(new SendTaskSuccessCommand({ taskToken: token, output: "{}" }));
    await expect(
      client.send(new SendTaskSuccessCommand({ taskToken: token, output: "{}" })),
    ).rejects.toBeInstanceOf(TaskTimedOut);
  });

  it("stops an execution, and a second stop changes nothing", async () => {
    const under = engineUnderTest();
    under.deploy({ Hold: { Type: "Wait", Seconds: 60, End: true } });
    const executionArn = await under.begin();
    await under.clock.advanceBy(1000);
    const client = clientOf(under);
    const first = await client.send(new StopExecutionCommand({ executionArn, error: "Enough" }));
    await under.clock.runUntilIdle();
    const second = await client.send(new StopExecutionCommand({ executionArn, error: "Again" }));
    expect([first.stopDate, second.stopDate]).toEqual([
      new Date("2026-01-01T00:00:01Z"),
      new Date("2026-01-01T00:00:01Z"),
    ]);
    expect(await under.describe(executionArn)).toMatchObject({ status: "ABORTED", error: "Enough" });
  });

  it("describes machines, and an execution's own definition after a redeploy", async () => {
    const under = engineUnderTest();
    under.deploy({
      Hold: { Type: "Wait", Seconds: 60, Next: "Done" },
      Done: { Type: "Pass", Output: "old", End: true },
    });
    const old = await under.begin({}, "old");
    await under.clock.advanceBy(1000);
    under.deploy({ Hold: { Type: "Pass", Output: "new", End: true } });
    const young = await under.begin({}, "young");
    await under.clock.runUntilIdle();
    expect([(await under.describe(old)).output, (await under.describe(young)).output]).toEqual([
      '"old"',
      '"new"',
    ]);

    const client = clientOf(under);
    const { stateMachines } = await client.send(new ListStateMachinesCommand({}));
    expect(stateMachines).toMatchObject([{ stateMachineArn, name: "machine", type: "STANDARD" }]);
    const machine = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(machine).toMatchObject({
      status: "ACTIVE",
      definition: expect.stringContaining('"new"') as string,
    });
    const ofOld = await client.send(new DescribeStateMachineForExecutionCommand({ executionArn: old }));
    expect(ofOld.definition).toContain('"old"');
    under.deploy({ Hold: { Type: "Pass", Output: "new", End: true } });
    const same = await client.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(same.revisionId).toBe(machine.revisionId);
    expect(
      (await client.send(new ListTagsForResourceCommand({ resourceArn: stateMachineArn }))).tags,
    ).toEqual([]);
  });

  it("keeps an old definition over a redeploy and a restart", async () => {
    const before = engineUnderTest();
    before.deploy({
      Hold: { Type: "Wait", Seconds: 60, Next: "Done" },
      Done: { Type: "Pass", Output: "old", End: true },
    });
    const executionArn = await before.begin();
    await before.clock.advanceBy(1000);
    before.deploy({ Hold: { Type: "Pass", Output: "new", End: true } });
    const after = engineUnderTest({ store: before.store, clock: before.clock });
    await after.clock.runUntilIdle();
    expect((await after.describe(executionArn)).output).toBe('"old"');
  });
});

describe("the States API refuses", () => {
  const under = engineUnderTest();
  under.deploy({ Done: { Type: "Succeed" } });
  const executionArn = "arn:aws:states:eu-west-1:111111111111:execution:machine:none";

  it.each([
    ["StartExecution", { stateMachineArn: machineArn("none") }, "StateMachineDoesNotExist"],
    ["StartExecution", { stateMachineArn: "machine" }, "InvalidArn"],
    ["StartExecution", { stateMachineArn, input: "{" }, "InvalidExecutionInput"],
    ["StartExecution", { stateMachineArn, name: "not a name" }, "InvalidName"],
    ["StartExecution", { stateMachineArn, name: "n".repeat(81) }, "InvalidName"],
    ["StartExecution", { stateMachineArn, input: `"${"x".repeat(262_144)}"` }, "ValidationException"],
    ["StartExecution", {}, "ValidationException"],
    ["DescribeExecution", { executionArn }, "ExecutionDoesNotExist"],
    ["DescribeExecution", { executionArn: "none" }, "InvalidArn"],
    ["ListExecutions", { stateMachineArn, statusFilter: "SLEEPING" }, "ValidationException"],
    ["ListExecutions", { stateMachineArn, maxResults: 1001 }, "ValidationException"],
    ["ListExecutions", { stateMachineArn, nextToken: "???" }, "InvalidToken"],
    ["StopExecution", { executionArn }, "ExecutionDoesNotExist"],
    ["ListTagsForResource", { resourceArn: machineArn("none") }, "ResourceNotFound"],
  ])("%s %j with %s", async (operation, input, name) => {
    await expect(under.call(operation, input as JsonObject)).rejects.toMatchObject({ name, status: 400 });
  });

  it("a machine that is not STANDARD", () => {
    const definition = JSON.stringify({
      QueryLanguage: "JSONata",
      StartAt: "Done",
      States: { Done: { Type: "Succeed" } },
    });
    expect(() => {
      under.engine.registerMachine({
        arn: stateMachineArn,
        name: "machine",
        definition,
        roleArn: "role",
        type: "EXPRESS",
      });
    }).toThrow("machine is EXPRESS; only STANDARD machines run here");
  });
});
