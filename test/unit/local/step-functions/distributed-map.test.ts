import validate from "asl-validator";
import { describe, expect, it } from "vitest";
import type { Json, JsonObject } from "../../../../local/wire/json.ts";
import { AwsError } from "../../../../local/wire/service.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { engineUnderTest, lambdaTask, machineArn, namedError } from "./engine-under-test.ts";

const processor = (states: JsonObject, ExecutionType = "STANDARD"): JsonObject => ({
  ProcessorConfig: { Mode: "DISTRIBUTED", ExecutionType },
  StartAt: Object.keys(states)[0] ?? "",
  States: states,
});

const map = (states: JsonObject, more: JsonObject = {}): JsonObject => ({
  Type: "Map",
  Label: "each",
  Items: "{% $states.input.accounts %}",
  ItemProcessor: processor(states),
  End: true,
  ...more,
});

const hold = { Hold: { Type: "Wait", Seconds: 10, End: true } };

interface ListedExecution {
  readonly executionArn: string;
  readonly stateMachineArn: string;
  readonly status: string;
  readonly itemCount?: number;
}

type Engine = ReturnType<typeof engineUnderTest>;

const mapRunOf = async (under: Engine, executionArn: string): Promise<string> => {
  const history = await under.history(executionArn);
  const started = history.find(({ type }) => type === "MapRunStarted");
  return (started?.["mapRunStartedEventDetails"] as { mapRunArn: string }).mapRunArn;
};

const childrenOf = async (under: Engine, executionArn: string) => {
  const mapRunArn = await mapRunOf(under, executionArn);
  const { executions } = await under.call("ListExecutions", { mapRunArn, maxResults: 1000 });
  return executions as unknown as readonly ListedExecution[];
};

const statusesOf = async (under: Engine, executionArn: string) =>
  (await childrenOf(under, executionArn)).map(({ status }) => status).sort();

describe("a distributed Map", () => {
  it("runs each item as an execution of its own, and has their outputs in the items' order", async () => {
    const under = engineUnderTest({ functions: { double: ({ n }) => Number(n) * 2 } });
    const { result, executionArn } = await under.runToEnd(
      {
        Each: map(
          {
            Rest: { Type: "Wait", Seconds: "{% 10 - $states.input.n %}", Next: "Double" },
            Double: lambdaTask("double"),
          },
          {
            ItemSelector: {
              n: "{% $states.context.Map.Item.Value %}",
              index: "{% $states.context.Map.Item.Index %}",
            },
          },
        ),
      },
      { accounts: [1, 2, 3] },
    );
    expect(result).toEqual([2, 4, 6]);
    expect(await under.types(executionArn)).toEqual([
      "ExecutionStarted",
      "MapStateEntered",
      "MapStateStarted",
      "MapRunStarted",
      "MapRunSucceeded",
      "MapStateSucceeded",
      "MapStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("shows its children: their own ARNs, inputs and histories, apart from the machine's executions", async () => {
    const under = engineUnderTest();
    const { executionArn } = await under.runToEnd({ Each: map(hold) }, { accounts: ["a", "b"] });
    const mapRunArn = await mapRunOf(under, executionArn);
    expect(mapRunArn).toMatch(/^arn:aws:states:eu-west-1:111111111111:mapRun:machine\/each:[^:]+$/);
    const children = await childrenOf(under, executionArn);
    expect(children.map(({ stateMachineArn, itemCount }) => ({ stateMachineArn, itemCount }))).toEqual([
      { stateMachineArn: `${machineArn("machine")}/each`, itemCount: 1 },
      { stateMachineArn: `${machineArn("machine")}/each`, itemCount: 1 },
    ]);
    const described = await Promise.all(children.map((child) => under.describe(child.executionArn)));
    expect(described.map(({ input }) => input).sort()).toEqual(['"a"', '"b"']);
    expect(described[0]).toMatchObject({ status: "SUCCEEDED", mapRunArn });
    expect(described[0]?.executionArn).toMatch(/:execution:machine\/each:/);
    expect(await under.types(children[0]?.executionArn ?? "")).toEqual([
      "ExecutionStarted",
      "WaitStateEntered",
      "WaitStateExited",
      "ExecutionSucceeded",
    ]);
    const { executions } = await under.call("ListExecutions", { stateMachineArn: machineArn("machine") });
    expect(executions).toHaveLength(1);
    await expect(under.call("ListExecutions", { mapRunArn: executionArn })).rejects.toThrow("Invalid Arn");
  });

  it("hands items over in batches, with what they share", async () => {
    const under = engineUnderTest();
    const keep = { Keep: { Type: "Pass", End: true } };
    const { result } = await under.runToEnd(
      {
        Each: map(keep, {
          ItemBatcher: { MaxItemsPerBatch: 2, BatchInput: { sync: "{% $states.input.sync %}" } },
        }),
      },
      { accounts: ["a", "b", "c"], sync: "s-1" },
    );
    expect(result).toEqual([
      { BatchInput: { sync: "s-1" }, Items: ["a", "b"] },
      { BatchInput: { sync: "s-1" }, Items: ["c"] },
    ]);
  });

  it("keeps to MaxConcurrency, and runs thousands at once without", async () => {
    const lasted = async (more: JsonObject) => {
      const accounts = Array.from({ length: 60 }, (_, index) => index);
      const under = engineUnderTest();
      const { startDate, stopDate } = await under.runToEnd({ Each: map(hold, more) }, { accounts });
      return (stopDate ?? 0) - startDate;
    };
    expect(await lasted({ MaxConcurrency: 20 })).toBe(30);
    expect(await lasted({})).toBe(10);
  });

  it("keeps the variables of the parent from its children", async () => {
    const under = engineUnderTest();
    const { error } = await under.runToEnd(
      {
        Set: { Type: "Pass", Assign: { outer: 1 }, Next: "Each" },
        Each: map({ Use: { Type: "Pass", Output: "{% $outer %}", End: true } }),
      },
      { accounts: ["a"] },
    );
    expect(error).toBe("States.ExceedToleratedFailureThreshold");
  });

  it("handles no items at all", async () => {
    const under = engineUnderTest();
    const { result, status } = await under.runToEnd({ Each: map(hold) }, { accounts: [] });
    expect({ result, status }).toEqual({ result: [], status: "SUCCEEDED" });
  });

  it("refuses a result that no state can hold", async () => {
    const under = engineUnderTest({ functions: { large: () => "x".repeat(200_000) } });
    const { error } = await under.runToEnd(
      { Each: map({ Large: lambdaTask("large") }, { Output: "small" }) },
      { accounts: ["a", "b"] },
    );
    expect(error).toBe("States.DataLimitExceeded");
  });

  it("tells EventBridge of STANDARD children only", async () => {
    const told = async (executionType: string) => {
      const under = engineUnderTest();
      const ItemProcessor = processor(hold, executionType);
      await under.runToEnd({ Each: map(hold, { ItemProcessor }) }, { accounts: ["a"] });
      return under.events.map(({ detail: { stateMachineArn, status } }) => [stateMachineArn, status]);
    };
    const child = `${machineArn("machine")}/each`;
    expect(await told("STANDARD")).toContainEqual([child, "SUCCEEDED"]);
    expect(await told("EXPRESS")).toEqual([
      [machineArn("machine"), "RUNNING"],
      [machineArn("machine"), "SUCCEEDED"],
    ]);
  });

  it("ends EXPRESS children after five minutes", async () => {
    const under = engineUnderTest();
    const ItemProcessor = processor({ Hold: { Type: "Wait", Seconds: 301, End: true } }, "EXPRESS");
    const { executionArn, status } = await under.runToEnd(
      { Each: map(hold, { ItemProcessor }) },
      { accounts: ["a"] },
    );
    expect({ status, children: await statusesOf(under, executionArn) }).toEqual({
      status: "FAILED",
      children: ["TIMED_OUT"],
    });
  });
});

describe("failures of a distributed Map's children", () => {
  const fragile = {
    Break: {
      Type: "Choice",
      Choices: [{ Condition: "{% $states.input < 0 %}", Next: "Broken" }],
      Default: "Hold",
    },
    Broken: { Type: "Fail", Error: "Broken", Cause: "by design" },
    Hold: { Type: "Wait", Seconds: 10, End: true },
  };
  const run = async (accounts: readonly Json[], more: JsonObject = {}) => {
    const under = engineUnderTest();
    const ended = await under.runToEnd({ Each: map(fragile, more) }, { accounts });
    return { under, ...ended };
  };

  it("fail the Map at the first one, and stop the children that still run", async () => {
    const { under, status, error, cause, executionArn } = await run([1, -1, 2, 3], { MaxConcurrency: 3 });
    expect({ status, error, cause }).toEqual({
      status: "FAILED",
      error: "States.ExceedToleratedFailureThreshold",
      cause: "The specified tolerated failure threshold was exceeded",
    });
    expect(await statusesOf(under, executionArn)).toEqual(["ABORTED", "ABORTED", "FAILED"]);
    expect((await under.types(executionArn)).slice(-3)).toEqual([
      "MapRunFailed",
      "MapStateFailed",
      "ExecutionFailed",
    ]);
  });

  it("are tolerated up to a count of items, and are in the result as what became of them", async () => {
    const { result, status } = await run([1, -1, 2], { ToleratedFailureCount: 1 });
    expect(status).toBe("SUCCEEDED");
    expect(result).toMatchObject([
      1,
      { Status: "FAILED", Error: "Broken", Cause: "by design", Input: "-1" },
      2,
    ]);
    const { error } = await run([1, -1, -2], { ToleratedFailureCount: 1 });
    expect(error).toBe("States.ExceedToleratedFailureThreshold");
  });

  it("are tolerated up to a percentage of items", async () => {
    const tolerant = { ToleratedFailurePercentage: "{% 50 %}" };
    expect((await run([1, -1, 2, -2], tolerant)).status).toBe("SUCCEEDED");
    expect((await run([1, -1, -3, -2], tolerant)).status).toBe("FAILED");
    expect((await run([-1, -3], { ToleratedFailurePercentage: 100 })).status).toBe("SUCCEEDED");
  });

  it("exceed the tolerance when either threshold is exceeded", async () => {
    const both = { ToleratedFailureCount: 1, ToleratedFailurePercentage: 100 };
    expect((await run([1, -1, -2], both)).status).toBe("FAILED");
    expect((await run([1, -1], { ToleratedFailureCount: 9, ToleratedFailurePercentage: 10 })).status).toBe(
      "FAILED",
    );
  });

  it("count by the items of a failed batch", async () => {
    const states = { Broken: fragile.Broken };
    const batched = { ItemBatcher: { MaxItemsPerBatch: 3 }, ToleratedFailureCount: 2 };
    const under = engineUnderTest();
    const { status } = await under.runToEnd({ Each: map(states, batched) }, { accounts: [1, 2, 3] });
    expect(status).toBe("FAILED");
  });

  it("are retried by new children, and caught, as a Map's", async () => {
    let failures = 1;
    const under = engineUnderTest({
      functions: {
        once: () => {
          if ((failures -= 1) >= 0) throw namedError("Once");
          return "fine";
        },
      },
    });
    const Retry = [{ ErrorEquals: ["States.ExceedToleratedFailureThreshold"] }];
    const { result, executionArn } = await under.runToEnd(
      { Each: map({ Once: lambdaTask("once") }, { Retry }) },
      { accounts: ["a"] },
    );
    expect(result).toEqual(["fine"]);
    const types = await under.types(executionArn);
    expect(types.filter((type) => type === "MapRunStarted")).toHaveLength(2);
  });
});

describe("stopping the parent of a distributed Map", () => {
  it("stops its children", async () => {
    const under = engineUnderTest();
    under.deploy({ Each: map(hold) });
    const executionArn = await under.begin({ accounts: ["a", "b"] });
    await under.clock.advanceBy(1000);
    await under.call("StopExecution", { executionArn });
    await under.clock.advanceBy(0);
    expect(await statusesOf(under, executionArn)).toEqual(["ABORTED", "ABORTED"]);
  });

  it("by a sibling's failure shows in the history", async () => {
    const under = engineUnderTest();
    const branch = (states: JsonObject) => ({ StartAt: Object.keys(states)[0] ?? "", States: states });
    const { executionArn } = await under.runToEnd(
      {
        Both: {
          Type: "Parallel",
          Branches: [
            branch({ Each: map(hold) }),
            branch({
              Rest: { Type: "Wait", Seconds: 5, Next: "Broken" },
              Broken: { Type: "Fail", Error: "Broken" },
            }),
          ],
          End: true,
        },
      },
      { accounts: ["a"] },
    );
    const types = await under.types(executionArn);
    expect(types.slice(types.indexOf("FailStateEntered"))).toEqual([
      "FailStateEntered",
      "MapRunAborted",
      "MapStateAborted",
      "ParallelStateFailed",
      "ExecutionFailed",
    ]);
    expect(await statusesOf(under, executionArn)).toEqual(["ABORTED"]);
  });
});

describe("a distributed Map after a restart", () => {
  const restartOn = (before: Engine, at: string) =>
    engineUnderTest({ store: before.store, clock: new VirtualClock(new Date(at)) });
  const sleepy = { Hold: { Type: "Wait", Seconds: "{% $states.input * 10 %}", End: true } };

  it("goes on with the children that there are, and starts the others", async () => {
    const before = engineUnderTest();
    before.deploy({ Each: map(sleepy, { MaxConcurrency: 2 }) });
    const executionArn = await before.begin({ accounts: [1, 5, 2, 1] });
    await before.clock.advanceBy(15_000);
    const after = restartOn(before, "2026-01-01T00:00:20Z");
    await after.clock.runUntilIdle();
    expect(await after.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: "[1,5,2,1]" });
    expect(await statusesOf(after, executionArn)).toEqual(Array.from({ length: 4 }, () => "SUCCEEDED"));
  });

  it("still counts the failures from before", async () => {
    const before = engineUnderTest();
    const states = {
      Hold: { Type: "Wait", Seconds: "{% $states.input * 10 %}", Next: "Broken" },
      Broken: { Type: "Fail", Error: "Broken" },
    };
    before.deploy({ Each: map(states, { ToleratedFailureCount: 1 }) });
    const executionArn = await before.begin({ accounts: [1, 5] });
    await before.clock.advanceBy(15_000);
    const after = restartOn(before, "2026-01-01T00:00:20Z");
    await after.clock.runUntilIdle();
    expect((await after.describe(executionArn)).error).toBe("States.ExceedToleratedFailureThreshold");
  });

  it("leaves the children alone at a clean stop, and keeps the definition they started with", async () => {
    const before = engineUnderTest();
    before.deploy({ Each: map(sleepy, { MaxConcurrency: 1 }) });
    const executionArn = await before.begin({ accounts: [1, 1] });
    await before.clock.advanceBy(1000);
    await before.engine.stop();
    const after = restartOn(before, "2026-01-02T00:00:00Z");
    after.deploy({ Each: { Type: "Pass", End: true } });
    await after.clock.runUntilIdle();
    expect(await after.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: "[1,1]" });
  });
});

describe("the role of a machine with a distributed Map", () => {
  const execution = "arn:aws:states:eu-west-1:111111111111:execution:machine:";

  const runWith = async (refused: string | undefined) => {
    const asked: string[] = [];
    const under = engineUnderTest({
      authorize: ({ roleArn, action, resource }) => {
        asked.push(`${roleArn} ${action} ${resource}`);
        return action === refused
          ? Promise.reject(new AwsError("AccessDeniedException", `not authorized to perform: ${action}`))
          : Promise.resolve();
      },
    });
    const ended = await under.runToEnd({ Each: map(hold) }, { accounts: ["a"] });
    return { asked, ...ended };
  };

  it("is asked for what AWS needs, on the machine itself and on its executions", async () => {
    const { asked, status } = await runWith(undefined);
    expect(status).toBe("SUCCEEDED");
    const role = "arn:aws:iam::111111111111:role/machine";
    expect(asked).toEqual([
      `${role} states:StartExecution ${machineArn("machine")}`,
      expect.stringContaining(`${role} states:DescribeExecution ${execution}`),
      expect.stringContaining(`${role} states:StopExecution ${execution}`),
    ]);
  });

  it.each(["states:StartExecution", "states:DescribeExecution", "states:StopExecution"])(
    "fails the Map without %s",
    async (action) => {
      const { error, cause } = await runWith(action);
      expect(error).toBe("States.Permissions");
      expect(cause).toContain(`not authorized to perform: ${action}`);
    },
  );
});

describe("the definition of a distributed Map", () => {
  it("is one that asl-validator knows", () => {
    const definition = {
      QueryLanguage: "JSONata",
      StartAt: "Each",
      States: {
        Each: map(hold, {
          MaxConcurrency: 10,
          ItemBatcher: { MaxItemsPerBatch: 5, BatchInput: { sync: "{% $states.input.sync %}" } },
          ToleratedFailurePercentage: 100,
        }),
      },
    };
    expect(validate(definition as never)).toMatchObject({ isValid: true });
  });

  const refused: readonly [string, JsonObject, RegExp][] = [
    ["an ItemReader", { Each: map(hold, { ItemReader: {} }) }, /States\.Each.*ItemReader/],
    ["a ResultWriter", { Each: map(hold, { ResultWriter: {} }) }, /States\.Each.*ResultWriter/],
    [
      "a batch by bytes",
      { Each: map(hold, { ItemBatcher: { MaxItemsPerBatch: 1, MaxInputBytesPerBatch: 9 } }) },
      /MaxInputBytesPerBatch/,
    ],
    [
      "empty batches",
      { Each: map(hold, { ItemBatcher: { MaxItemsPerBatch: 0 } }) },
      /States\.Each\.ItemBatcher\.MaxItemsPerBatch must be at least 1/,
    ],
    ["a long label", { Each: map(hold, { Label: "x".repeat(41) }) }, /States\.Each\.Label is no label/],
    [
      "a tolerance above 100 percent",
      { Each: map(hold, { ToleratedFailurePercentage: 101 }) },
      /ToleratedFailurePercentage/,
    ],
    [
      "no execution type",
      {
        Each: map(hold, { ItemProcessor: { ...processor(hold), ProcessorConfig: { Mode: "DISTRIBUTED" } } }),
      },
      /ProcessorConfig\.ExecutionType/,
    ],
    [
      "its fields in an inline Map",
      { Each: map(hold, { ItemProcessor: { StartAt: "Hold", States: hold }, ToleratedFailureCount: 1 }) },
      /States\.Each\.ToleratedFailureCount needs an ItemProcessor with "Mode": "DISTRIBUTED"; States\.Each\.Label needs/,
    ],
    [
      "another one inside",
      { Each: map({ Inner: map(hold, { Label: "inner" }) }) },
      /States\.Each\.ItemProcessor\.States\.Inner is a distributed Map within another/,
    ],
    [
      "the label of another",
      { Each: map(hold, { Next: "Again", End: false }), Again: map(hold) },
      /each is the Label of two distributed Maps/,
    ],
    [
      "a token in EXPRESS children",
      {
        Each: map(hold, {
          ItemProcessor: processor(
            {
              Ask: {
                Type: "Task",
                Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
                Arguments: {},
                End: true,
              },
            },
            "EXPRESS",
          ),
        }),
      },
      /Ask\.Resource waits for a token or an execution, which an EXPRESS/,
    ],
  ];

  it.each(refused)("is refused with a sentence for %s", (_, states, sentence) => {
    expect(() => {
      engineUnderTest().deploy(states);
    }).toThrow(sentence);
  });
});
