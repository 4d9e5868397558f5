import { describe, expect, it } from "vitest";
import { engineUnderTest, functionArn, lambdaTask } from "./engine-under-test.ts";

describe("Pass", () => {
  it("hands its input on when it says nothing else", async () => {
    const { result, status } = await engineUnderTest().runToEnd(
      { Start: { Type: "Pass", End: true } },
      { a: [1, null] },
    );
    expect({ status, result }).toEqual({ status: "SUCCEEDED", result: { a: [1, null] } });
  });

  it("evaluates Output and Assign on the variables as they were", async () => {
    const { result } = await engineUnderTest().runToEnd({
      First: { Type: "Pass", Assign: { count: 1 }, Next: "Second" },
      Second: {
        Type: "Pass",
        Assign: { count: "{% $count + 1 %}" },
        Output: { seen: "{% $count %}" },
        Next: "Third",
      },
      Third: { Type: "Pass", Output: { before: "{% $states.input.seen %}", now: "{% $count %}" }, End: true },
    });
    expect(result).toEqual({ before: 1, now: 2 });
  });
});

describe("Choice", () => {
  const states = {
    Decide: {
      Type: "Choice",
      Choices: [
        { Condition: "{% $states.input.n > 10 %}", Next: "Done", Assign: { size: "big" } },
        {
          Condition: "{% $states.input.n > 5 %}",
          Next: "Done",
          Assign: { size: "medium" },
          Output: { kept: "no" },
        },
      ],
      Default: "Done",
      Assign: { size: "small" },
    },
    Done: { Type: "Pass", Output: { size: "{% $size %}", input: "{% $states.input %}" }, End: true },
  };

  it("takes the first rule that holds, with that rule's Assign and Output", async () => {
    expect((await engineUnderTest().runToEnd(states, { n: 11 })).result).toEqual({
      size: "big",
      input: { n: 11 },
    });
    expect((await engineUnderTest().runToEnd(states, { n: 6 })).result).toEqual({
      size: "medium",
      input: { kept: "no" },
    });
  });

  it("takes Default with the state's own Assign when no rule holds", async () => {
    expect((await engineUnderTest().runToEnd(states, { n: 1 })).result).toEqual({
      size: "small",
      input: { n: 1 },
    });
  });

  it("fails as AWS does when nothing matches", async () => {
    const { status, error, cause } = await engineUnderTest().runToEnd({
      Decide: { Type: "Choice", Choices: [{ Condition: "{% false %}", Next: "Done" }] },
      Done: { Type: "Succeed" },
    });
    expect({ status, error, cause }).toEqual({
      status: "FAILED",
      error: "States.Runtime",
      cause:
        "An error occurred while executing the state 'Decide' (entered at the event id #2). Failed to transition out of the state. The state does not point to a next state.",
    });
  });

  it("refuses a condition that is not a boolean", async () => {
    const { error, cause } = await engineUnderTest().runToEnd({
      Decide: { Type: "Choice", Choices: [{ Condition: "{% 'yes' %}", Next: "Done" }] },
      Done: { Type: "Succeed" },
    });
    expect(error).toBe("States.QueryEvaluationError");
    expect(cause).toContain("Choices[0]/Condition");
  });
});

describe("Wait", () => {
  it("lasts its Seconds, also computed ones", async () => {
    const under = engineUnderTest();
    const { startDate, stopDate } = await under.runToEnd(
      { Hold: { Type: "Wait", Seconds: "{% $states.input.days * 86400 %}", End: true } },
      { days: 90 },
    );
    expect((stopDate ?? 0) - startDate).toBe(90 * 86_400);
  });

  it("ends at its Timestamp, whose milliseconds AWS truncates", async () => {
    const { stopDate } = await engineUnderTest().runToEnd(
      { Hold: { Type: "Wait", Timestamp: "{% $states.input.until %}", End: true } },
      { until: "2026-03-01T12:00:00.900+01:00" },
    );
    expect(stopDate).toBe(Date.parse("2026-03-01T11:00:00Z") / 1000);
  });

  it("goes on at once when the Timestamp is past", async () => {
    const { startDate, stopDate } = await engineUnderTest().runToEnd({
      Hold: { Type: "Wait", Timestamp: "2020-01-01T00:00:00Z", End: true },
    });
    expect(stopDate).toBe(startDate);
  });

  it.each(["2026-03-01", "tomorrow", "2026-03-01 12:00:00Z"])("refuses %s as a Timestamp", async (until) => {
    const { error } = await engineUnderTest().runToEnd(
      { Hold: { Type: "Wait", Timestamp: "{% $states.input.until %}", End: true } },
      { until },
    );
    expect(error).toBe("States.QueryEvaluationError");
  });
});

describe("Succeed and Fail", () => {
  it("ends with the Output of Succeed", async () => {
    const { status, result } = await engineUnderTest().runToEnd(
      { Done: { Type: "Succeed", Output: "{% $states.input.a %}" } },
      { a: 7 },
    );
    expect({ status, result }).toEqual({ status: "SUCCEEDED", result: 7 });
  });

  it("fails with the Error and Cause of Fail", async () => {
    const { status, error, cause } = await engineUnderTest().runToEnd(
      { Done: { Type: "Fail", Error: "Refused", Cause: "{% 'because of ' & $states.input.who %}" } },
      { who: "alice" },
    );
    expect({ status, error, cause }).toEqual({
      status: "FAILED",
      error: "Refused",
      cause: "because of alice",
    });
  });
});

describe("Task", () => {
  it("invokes a function and reads what AWS wraps around its payload", async () => {
    const { result } = await engineUnderTest({ functions: { double: ({ n }) => Number(n) * 2 } }).runToEnd(
      { Double: lambdaTask("double", { Output: "{% $states.result %}" }) },
      { n: 4 },
    );
    expect(result).toMatchObject({ ExecutedVersion: "$LATEST", Payload: 8, StatusCode: 200 });
  });

  it("accepts a function's name for its ARN", async () => {
    const { result } = await engineUnderTest({ functions: { double: ({ n }) => Number(n) * 2 } }).runToEnd({
      Double: lambdaTask("double", { Arguments: { FunctionName: "double", Payload: { n: 5 } } }),
    });
    expect(result).toBe(10);
  });

  it("invokes a plain function ARN with its Arguments and takes the answer as the result", async () => {
    const under = engineUnderTest({ functions: { double: ({ n }) => Number(n) * 2 } });
    const { result, executionArn } = await under.runToEnd({
      Double: { Type: "Task", Resource: functionArn("double"), Arguments: { n: "{% 1 + 2 %}" }, End: true },
    });
    expect(result).toBe(6);
    expect(await under.types(executionArn)).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "LambdaFunctionScheduled",
      "LambdaFunctionStarted",
      "LambdaFunctionSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("shows the context of the execution", async () => {
    const under = engineUnderTest();
    under.deploy({ Show: { Type: "Pass", Output: "{% $states.context %}", End: true } });
    const executionArn = await under.begin({ a: 1 }, "one");
    await under.clock.runUntilIdle();
    const { output } = await under.describe(executionArn);
    expect(JSON.parse(output ?? "")).toEqual({
      Execution: {
        Id: "arn:aws:states:eu-west-1:111111111111:execution:machine:one",
        Input: { a: 1 },
        Name: "one",
        RoleArn: "arn:aws:iam::111111111111:role/machine",
        StartTime: "2026-01-01T00:00:00.000Z",
        RedriveCount: 0,
      },
      State: { EnteredTime: "2026-01-01T00:00:00.000Z", Name: "Show", RetryCount: 0 },
      StateMachine: { Id: "arn:aws:states:eu-west-1:111111111111:stateMachine:machine", Name: "machine" },
    });
  });

  it("has no token in a task that does not wait for one", async () => {
    const { error } = await engineUnderTest({ functions: { double: () => 1 } }).runToEnd({
      Double: lambdaTask("double", {
        Arguments: { FunctionName: "double", Payload: "{% $states.context.Task.Token %}" },
      }),
    });
    expect(error).toBe("States.QueryEvaluationError");
  });

  it("refuses results above 256 KiB, which States.ALL does not catch", async () => {
    const { status, error } = await engineUnderTest({
      functions: { big: () => "x".repeat(262_144) },
    }).runToEnd({
      Big: lambdaTask("big", { Catch: [{ ErrorEquals: ["States.ALL"], Next: "Caught" }] }),
      Caught: { Type: "Succeed" },
    });
    expect({ status, error }).toEqual({ status: "FAILED", error: "States.DataLimitExceeded" });
  });
});

describe("what it tells others", () => {
  it("observes each state as it is entered", async () => {
    const under = engineUnderTest();
    await under.runToEnd({ One: { Type: "Pass", Next: "Two" }, Two: { Type: "Succeed" } });
    expect(under.entered.map(({ state, type, machineName }) => [machineName, state, type])).toEqual([
      ["machine", "One", "Pass"],
      ["machine", "Two", "Succeed"],
    ]);
  });

  it("publishes each change of status as EventBridge would", async () => {
    const under = engineUnderTest();
    const { executionArn } = await under.runToEnd(
      { Hold: { Type: "Wait", Seconds: 60, End: true } },
      { a: 1 },
    );
    expect(under.events.map(({ detail }) => detail["status"])).toEqual(["RUNNING", "SUCCEEDED"]);
    expect(under.events[1]).toMatchObject({
      source: "aws.states",
      "detail-type": "Step Functions Execution Status Change",
      account: "111111111111",
      region: "eu-west-1",
      time: "2026-01-01T00:01:00Z",
      resources: [executionArn],
      detail: {
        executionArn,
        name: executionArn.split(":").at(-1),
        status: "SUCCEEDED",
        startDate: Date.parse("2026-01-01T00:00:00Z"),
        stopDate: Date.parse("2026-01-01T00:01:00Z"),
        input: '{"a":1}',
        output: '{"a":1}',
        error: null,
      },
    });
  });

  it("times the whole machine out", async () => {
    const { status, startDate, stopDate, error } = await engineUnderTest().runToEnd(
      { Hold: { Type: "Wait", Seconds: 600, End: true } },
      {},
      { TimeoutSeconds: 60 },
    );
    expect({ status, lasted: (stopDate ?? 0) - startDate, error }).toEqual({
      status: "TIMED_OUT",
      lasted: 60,
      error: undefined,
    });
  });
});
