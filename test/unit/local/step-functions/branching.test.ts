import { describe, expect, it } from "vitest";
import { engineUnderTest, lambdaTask, namedError } from "./engine-under-test.ts";

describe("Parallel", () => {
  const wait = (seconds: number, output: string) => ({
    StartAt: "Hold",
    States: { Hold: { Type: "Wait", Seconds: seconds, Output: output, End: true } },
  });

  it("runs its branches at once and collects their outputs in order", async () => {
    const under = engineUnderTest();
    const { result, startDate, stopDate, executionArn } = await under.runToEnd({
      Both: { Type: "Parallel", Branches: [wait(20, "slow"), wait(10, "quick")], End: true },
    });
    expect({ result, lasted: (stopDate ?? 0) - startDate }).toEqual({
      result: ["slow", "quick"],
      lasted: 20,
    });
    expect(await under.types(executionArn)).toEqual([
      "ExecutionStarted",
      "ParallelStateEntered",
      "ParallelStateStarted",
      "WaitStateEntered",
      "WaitStateEntered",
      "WaitStateExited",
      "WaitStateExited",
      "ParallelStateSucceeded",
      "ParallelStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("gives the branches its Arguments and the outer variables, and keeps theirs inside", async () => {
    const branch = {
      StartAt: "Use",
      States: {
        Use: { Type: "Pass", Assign: { outer: "changed" }, Next: "Say" },
        Say: { Type: "Pass", Output: "{% $outer & ' ' & $states.input.n %}", End: true },
      },
    };
    const { result } = await engineUnderTest().runToEnd({
      Set: { Type: "Pass", Assign: { outer: "kept" }, Next: "Both" },
      Both: {
        Type: "Parallel",
        Arguments: { n: 3 },
        Branches: [branch],
        Assign: { inner: "{% $states.result[0] %}" },
        Next: "After",
      },
      After: { Type: "Pass", Output: "{% [$outer, $inner] %}", End: true },
    });
    expect(result).toEqual(["kept", "changed 3"]);
  });

  it("stops the other branches when one fails, and its Catch sees that error", async () => {
    const under = engineUnderTest({ functions: { hang: () => new Promise<never>(() => {}) } });
    const failing = {
      StartAt: "Hold",
      States: {
        Hold: { Type: "Wait", Seconds: 5, Next: "Break" },
        Break: { Type: "Fail", Error: "Broken", Cause: "by design" },
      },
    };
    const hanging = { StartAt: "Hang", States: { Hang: lambdaTask("hang") } };
    const { result, executionArn, startDate, stopDate } = await under.runToEnd({
      Both: {
        Type: "Parallel",
        Branches: [wait(1000, "never"), failing, hanging],
        Catch: [{ ErrorEquals: ["Broken"], Next: "After" }],
        End: true,
      },
      After: { Type: "Succeed" },
    });
    expect({ result, lasted: (stopDate ?? 0) - startDate }).toEqual({
      result: { Error: "Broken", Cause: "by design" },
      lasted: 5,
    });
    const types = await under.types(executionArn);
    expect(types.slice(types.indexOf("FailStateEntered"))).toEqual([
      "FailStateEntered",
      "WaitStateAborted",
      "TaskStateAborted",
      "ParallelStateFailed",
      "ParallelStateExited",
      "SucceedStateEntered",
      "SucceedStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("ignores what a function of a stopped branch still answers", async () => {
    let answer = (_: string) => {};
    const under = engineUnderTest({
      functions: { slow: () => new Promise((resolve) => (answer = resolve)) },
    });
    const failing = { StartAt: "Break", States: { Break: { Type: "Fail", Error: "Broken" } } };
    under.deploy({
      Both: {
        Type: "Parallel",
        Branches: [{ StartAt: "Slow", States: { Slow: lambdaTask("slow") } }, failing],
        Catch: [{ ErrorEquals: ["Broken"], Next: "After" }],
        End: true,
      },
      After: { Type: "Wait", Seconds: 10, End: true },
    });
    const executionArn = await under.begin();
    await under.clock.advanceBy(1000);
    answer("late");
    await under.clock.runUntilIdle();
    expect(await under.types(executionArn)).not.toContain("TaskSucceeded");
  });

  it("retries all of its branches", async () => {
    let failures = 1;
    const under = engineUnderTest({
      functions: {
        once: () => {
          if ((failures -= 1) >= 0) throw namedError("Once");
          return "fine";
        },
      },
    });
    const { result } = await under.runToEnd({
      Both: {
        Type: "Parallel",
        Branches: [{ StartAt: "Once", States: { Once: lambdaTask("once") } }, wait(3, "again")],
        Retry: [{ ErrorEquals: ["Once"] }],
        End: true,
      },
    });
    expect(result).toEqual(["fine", "again"]);
  });
});

describe("Map", () => {
  const processor = (states: Record<string, unknown>) => ({
    ProcessorConfig: { Mode: "INLINE" },
    StartAt: Object.keys(states)[0] ?? "",
    States: states,
  });

  it("processes each item, in order, and shows which one", async () => {
    const under = engineUnderTest({ functions: { double: ({ n }) => Number(n) * 2 } });
    const { result, executionArn } = await under.runToEnd(
      {
        Each: {
          Type: "Map",
          Items: "{% $states.input.numbers %}",
          ItemSelector: {
            n: "{% $states.context.Map.Item.Value %}",
            index: "{% $states.context.Map.Item.Index %}",
          },
          ItemProcessor: processor({
            Double: lambdaTask("double", {
              Output: "{% {'index': $states.input.index, 'n': $states.result.Payload} %}",
            }),
          }) as never,
          End: true,
        },
      },
      { numbers: [5, 6] },
    );
    expect(result).toEqual([
      { index: 0, n: 10 },
      { index: 1, n: 12 },
    ]);
    const history = await under.history(executionArn);
    expect(history.find(({ type }) => type === "MapStateStarted")?.["mapStateStartedEventDetails"]).toEqual({
      length: 2,
    });
    expect(
      history
        .filter(({ type }) => type === "MapIterationSucceeded")
        .map((event) => event["mapIterationSucceededEventDetails"]),
    ).toEqual([
      { name: "Each", index: 0 },
      { name: "Each", index: 1 },
    ]);
  });

  it("keeps to MaxConcurrency", async () => {
    const { startDate, stopDate } = await engineUnderTest().runToEnd(
      {
        Each: {
          Type: "Map",
          MaxConcurrency: 2,
          ItemProcessor: processor({ Hold: { Type: "Wait", Seconds: 10, End: true } }) as never,
          End: true,
        },
      },
      [1, 2, 3, 4, 5],
    );
    expect((stopDate ?? 0) - startDate).toBe(30);
  });

  it("handles no items at all", async () => {
    const { result } = await engineUnderTest().runToEnd(
      {
        Each: {
          Type: "Map",
          ItemProcessor: processor({ Keep: { Type: "Pass", End: true } }) as never,
          End: true,
        },
      },
      [],
    );
    expect(result).toEqual([]);
  });

  it("fails with the first item that fails", async () => {
    const under = engineUnderTest();
    const { status, error, executionArn } = await under.runToEnd(
      {
        Each: {
          Type: "Map",
          ItemProcessor: processor({
            Hold: { Type: "Wait", Seconds: "{% $states.input %}", Next: "Break" },
            Break: { Type: "Fail", Error: "{% 'Item' & $states.input %}" },
          }) as never,
          End: true,
        },
      },
      [30, 10, 20],
    );
    expect({ status, error }).toEqual({ status: "FAILED", error: "Item10" });
    const types = await under.types(executionArn);
    expect(types.slice(-7)).toEqual([
      "WaitStateAborted",
      "MapIterationAborted",
      "WaitStateAborted",
      "MapIterationAborted",
      "MapIterationFailed",
      "MapStateFailed",
      "ExecutionFailed",
    ]);
  });

  it("refuses what is not an array", async () => {
    const { error } = await engineUnderTest().runToEnd(
      {
        Each: {
          Type: "Map",
          ItemProcessor: processor({ Keep: { Type: "Pass", End: true } }) as never,
          End: true,
        },
      },
      { not: "an array" },
    );
    expect(error).toBe("States.QueryEvaluationError");
  });
});
