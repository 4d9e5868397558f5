import { describe, expect, it } from "vitest";
import { engineUnderTest, lambdaTask, namedError } from "./engine-under-test.ts";
import type { TestFunction } from "./engine-under-test.ts";

const failing =
  (...names: string[]): TestFunction =>
  () => {
    const name = names.shift();
    if (name !== undefined) throw namedError(name);
    return "done";
  };

/** Seconds from the start of the execution to each invocation. */
const secondsOf = (under: ReturnType<typeof engineUnderTest>) =>
  under.invocations.map(({ at }) => (Date.parse(at) - Date.parse("2026-01-01T00:00:00Z")) / 1000);

describe("an error of a function", () => {
  it("fails the execution under the error's own name, with what the function said", async () => {
    const under = engineUnderTest({ functions: { grant: failing("AssignmentConflict") } });
    const { status, error, cause, executionArn } = await under.runToEnd({ Grant: lambdaTask("grant") });
    expect({ status, error }).toEqual({ status: "FAILED", error: "AssignmentConflict" });
    expect(JSON.parse(cause ?? "")).toEqual({
      errorType: "AssignmentConflict",
      errorMessage: "no reason given",
    });
    expect(await under.types(executionArn)).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "TaskScheduled",
      "TaskStarted",
      "TaskFailed",
      "ExecutionFailed",
    ]);
  });

  it.each([
    ["TooManyRequestsException", "Lambda.TooManyRequestsException"],
    ["ServiceException", "Lambda.ServiceException"],
    ["AccessDeniedException", "Lambda.AWSLambdaException"],
    ["TypeError", "Lambda.SdkClientException"],
  ])("of the Lambda service, %s, is %s", async (thrown, reported) => {
    const under = engineUnderTest({ serviceError: namedError(thrown, "out of order") });
    const { error, cause } = await under.runToEnd({ Grant: lambdaTask("grant") });
    expect({ error, cause }).toEqual({ error: reported, cause: "out of order" });
  });
});

describe("Catch", () => {
  it("takes the first catcher that names the error, with its Assign and Output", async () => {
    const { result } = await engineUnderTest({ functions: { grant: failing("B") } }).runToEnd(
      {
        Grant: lambdaTask("grant", {
          Catch: [
            { ErrorEquals: ["A"], Next: "Never" },
            {
              ErrorEquals: ["B", "C"],
              Assign: { failed: "{% $states.errorOutput.Error %}" },
              Output: { was: "{% $states.input %}" },
              Next: "After",
            },
            { ErrorEquals: ["States.ALL"], Next: "Never" },
          ],
        }),
        After: { Type: "Pass", Output: { failed: "{% $failed %}", input: "{% $states.input %}" }, End: true },
        Never: { Type: "Fail", Error: "WrongCatcher" },
      },
      { a: 1 },
    );
    expect(result).toEqual({ failed: "B", input: { was: { a: 1 } } });
  });

  it("hands the error output on when the catcher has no Output", async () => {
    const { result } = await engineUnderTest({ functions: { grant: failing("B") } }).runToEnd({
      Grant: lambdaTask("grant", { Catch: [{ ErrorEquals: ["States.ALL"], Next: "After" }] }),
      After: { Type: "Succeed" },
    });
    expect(result).toEqual({ Error: "B", Cause: '{"errorType":"B","errorMessage":"no reason given"}' });
  });

  it("takes an evaluation error as well, which the history shows", async () => {
    const under = engineUnderTest({ functions: { grant: () => 1 } });
    const { result, executionArn } = await under.runToEnd({
      Grant: lambdaTask("grant", {
        Output: { missing: "{% $states.result.Nothing %}" },
        Catch: [{ ErrorEquals: ["States.QueryEvaluationError"], Next: "After" }],
      }),
      After: { Type: "Pass", Output: "{% $states.input.Cause %}", End: true },
    });
    const cause =
      "An error occurred while executing the state 'Grant' (entered at the event id #2). The JSONata expression '$states.result.Nothing' specified for the field 'Output/missing' returned nothing (undefined).";
    expect(result).toBe(cause);
    const failure = (await under.history(executionArn)).find(({ type }) => type === "EvaluationFailed");
    expect(failure?.["evaluationFailedEventDetails"]).toEqual({
      state: "Grant",
      error: "States.QueryEvaluationError",
      cause,
      location: "Output/missing",
    });
  });

  it("by States.TaskFailed takes everything but a timeout", async () => {
    const states = (seconds: number) => ({
      Grant: lambdaTask("grant", {
        TimeoutSeconds: seconds,
        Catch: [
          { ErrorEquals: ["States.TaskFailed"], Next: "Failed" },
          { ErrorEquals: ["States.Timeout"], Next: "TimedOut" },
        ],
      }),
      Failed: { Type: "Pass", Output: "failed", End: true },
      TimedOut: { Type: "Pass", Output: "timed out", End: true },
    });
    const failed = await engineUnderTest({ functions: { grant: failing("B") } }).runToEnd(states(5));
    const hung = engineUnderTest({ functions: { grant: () => new Promise<never>(() => {}) } });
    const timedOut = await hung.runToEnd(states(5));
    expect([failed.result, timedOut.result]).toEqual(["failed", "timed out"]);
    expect(hung.clock.now()).toEqual(new Date("2026-01-01T00:00:05Z"));
  });

  it("never takes States.Runtime, not even by name", async () => {
    const { status, error } = await engineUnderTest().runToEnd({
      Grant: lambdaTask("grant", {
        Arguments: {},
        Catch: [
          { ErrorEquals: ["States.Runtime"], Next: "After" },
          { ErrorEquals: ["States.ALL"], Next: "After" },
        ],
      }),
      After: { Type: "Succeed" },
    });
    expect({ status, error }).toEqual({ status: "FAILED", error: "States.Runtime" });
  });

  it("ignores what a function answers after its timeout", async () => {
    let answer = (_: string) => {};
    const under = engineUnderTest({
      functions: { grant: () => new Promise((resolve) => (answer = resolve)) },
    });
    under.deploy({
      Grant: lambdaTask("grant", {
        TimeoutSeconds: 5,
        Catch: [{ ErrorEquals: ["States.ALL"], Next: "After" }],
      }),
      After: { Type: "Wait", Seconds: 10, End: true },
    });
    const executionArn = await under.begin();
    await under.clock.advanceBy(6000);
    answer("late");
    await under.clock.runUntilIdle();
    expect((await under.describe(executionArn)).output).toBe('{"Error":"States.Timeout"}');
    expect(await under.types(executionArn)).not.toContain("TaskSucceeded");
  });
});

describe("Retry", () => {
  it("backs off by the rate, up to the longest delay", async () => {
    const under = engineUnderTest({ functions: { grant: failing("A", "A", "A", "A") } });
    const retry = {
      ErrorEquals: ["A"],
      IntervalSeconds: 2,
      BackoffRate: 3,
      MaxDelaySeconds: 10,
      MaxAttempts: 5,
    };
    const { status } = await under.runToEnd({ Grant: lambdaTask("grant", { Retry: [retry] }) });
    expect(status).toBe("SUCCEEDED");
    expect(secondsOf(under)).toEqual([0, 2, 8, 18, 28]);
  });

  it("has AWS's defaults: three retries after 1, 2 and 4 seconds", async () => {
    const under = engineUnderTest({ functions: { grant: failing("A", "A", "A", "A") } });
    const { status } = await under.runToEnd({
      Grant: lambdaTask("grant", { Retry: [{ ErrorEquals: ["States.ALL"] }] }),
    });
    expect(status).toBe("FAILED");
    expect(secondsOf(under)).toEqual([0, 1, 3, 7]);
  });

  it("with full jitter waits a random part of the delay", async () => {
    const under = engineUnderTest({ functions: { grant: failing("A", "A") }, random: () => 0.25 });
    const retry = { ErrorEquals: ["A"], IntervalSeconds: 8, JitterStrategy: "FULL" };
    await under.runToEnd({ Grant: lambdaTask("grant", { Retry: [retry] }) });
    expect(secondsOf(under)).toEqual([0, 2, 6]);
  });

  it("counts each retrier by itself and shows the sum in the context", async () => {
    const counts: unknown[] = [];
    const names = ["A", "B", "A"];
    const under = engineUnderTest({
      functions: {
        grant: ({ retries }) => {
          counts.push(retries);
          const name = names.shift();
          if (name !== undefined) throw namedError(name);
          return "done";
        },
      },
    });
    const retrier = (name: string, MaxAttempts: number) => ({
      ErrorEquals: [name],
      IntervalSeconds: 1,
      BackoffRate: 1,
      MaxAttempts,
    });
    const { status } = await under.runToEnd({
      Grant: lambdaTask("grant", {
        Arguments: { FunctionName: "grant", Payload: { retries: "{% $states.context.State.RetryCount %}" } },
        Retry: [retrier("A", 2), retrier("B", 1)],
      }),
    });
    expect({ status, counts }).toEqual({ status: "SUCCEEDED", counts: [0, 1, 2, 3] });
  });

  it("leaves an error alone that a retrier with MaxAttempts 0 names first", async () => {
    const under = engineUnderTest({ functions: { grant: failing("A") } });
    const { status } = await under.runToEnd({
      Grant: lambdaTask("grant", {
        Retry: [{ ErrorEquals: ["A"], MaxAttempts: 0 }, { ErrorEquals: ["States.ALL"] }],
      }),
    });
    expect(status).toBe("FAILED");
    expect(under.invocations).toHaveLength(1);
  });

  it("gives up to Catch once it is used up", async () => {
    const { result } = await engineUnderTest({ functions: { grant: failing("A", "A") } }).runToEnd({
      Grant: lambdaTask("grant", {
        Retry: [{ ErrorEquals: ["A"], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ["A"], Next: "After", Output: "caught" }],
      }),
      After: { Type: "Succeed" },
    });
    expect(result).toBe("caught");
  });

  it("gives each attempt its own timeout", async () => {
    const under = engineUnderTest({ functions: { grant: () => new Promise<never>(() => {}) } });
    await under.runToEnd({
      Grant: lambdaTask("grant", {
        TimeoutSeconds: 10,
        Retry: [{ ErrorEquals: ["States.Timeout"], MaxAttempts: 2 }],
      }),
    });
    expect(secondsOf(under)).toEqual([0, 11, 23]);
  });

  it("is used afresh when the state is entered again", async () => {
    const under = engineUnderTest({ functions: { grant: failing("A", "B", "A") } });
    const { status } = await under.runToEnd({
      Grant: lambdaTask("grant", {
        Retry: [{ ErrorEquals: ["A"], MaxAttempts: 1 }],
        Catch: [{ ErrorEquals: ["B"], Next: "Again" }],
      }),
      Again: { Type: "Pass", Next: "Grant" },
    });
    expect(status).toBe("SUCCEEDED");
  });
});

describe("an endless loop", () => {
  it("ends at AWS's limit of 25,000 events", async () => {
    const under = engineUnderTest();
    const { status, cause, executionArn } = await under.runToEnd({ Loop: { Type: "Pass", Next: "Loop" } });
    expect({ status, cause }).toMatchObject({
      status: "FAILED",
      cause: expect.stringContaining("(25000)") as string,
    });
    const { events } = await under.call("GetExecutionHistory", {
      executionArn,
      reverseOrder: true,
      maxResults: 1,
    });
    expect(events).toMatchObject([{ type: "ExecutionFailed", id: 25_000 }]);
  }, 60_000);
});
