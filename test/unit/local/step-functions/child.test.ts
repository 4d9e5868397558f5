import { describe, expect, it } from "vitest";
import { AwsError } from "../../../../local/wire/service.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { engineUnderTest, machineArn } from "./engine-under-test.ts";

const child = (resource: string, more = {}) => ({
  Type: "Task",
  Resource: `arn:aws:states:::states:${resource}`,
  Arguments: { StateMachineArn: machineArn("child"), Input: { n: "{% $states.input.n %}" } },
  End: true,
  ...more,
});

describe("states:startExecution", () => {
  it("goes on as soon as the child has started", async () => {
    const under = engineUnderTest();
    under.deploy({ Hold: { Type: "Wait", Seconds: 60, End: true } }, {}, "child");
    under.deploy({ Start: child("startExecution") });
    const executionArn = await under.begin({ n: 1 });
    await under.clock.advanceBy(0);
    const { status, output } = await under.describe(executionArn);
    expect(status).toBe("SUCCEEDED");
    const { ExecutionArn } = JSON.parse(output ?? "") as { ExecutionArn: string };
    expect(await under.describe(ExecutionArn)).toMatchObject({ status: "RUNNING", input: '{"n":1}' });
  });

  it("needs the role's permission", async () => {
    const under = engineUnderTest({
      authorize: ({ action, resource }) =>
        Promise.reject(new AwsError("AccessDeniedException", `not authorized: ${action} on ${resource}`)),
    });
    under.deploy({ Hold: { Type: "Wait", Seconds: 60, End: true } }, {}, "child");
    expect(await under.runToEnd({ Start: child("startExecution") }, { n: 1 })).toMatchObject({
      error: "StepFunctions.AccessDeniedException",
      cause: `not authorized: states:StartExecution on ${machineArn("child")}`,
    });
  });

  it("surfaces the error of StartExecution", async () => {
    expect(
      await engineUnderTest().runToEnd({
        Start: child("startExecution", { Arguments: { StateMachineArn: machineArn("none") } }),
      }),
    ).toMatchObject({
      status: "FAILED",
      error: "StepFunctions.StateMachineDoesNotExistException",
    });
  });
});

describe("states:startExecution.sync:2", () => {
  const hold = { Hold: { Type: "Wait", Seconds: 60, Output: "{% $states.input.n * 2 %}", End: true } };

  it("needs the role's permission to follow and to stop the child", async () => {
    const asked: string[] = [];
    const under = engineUnderTest({
      authorize: ({ action }) => {
        asked.push(action);
        return Promise.resolve();
      },
    });
    under.deploy(hold, {}, "child");
    await under.runToEnd({ Run: child("startExecution.sync:2") }, { n: 4 });
    expect(asked).toEqual([
      "states:StartExecution",
      "states:DescribeExecution",
      "states:StopExecution",
      "events:PutTargets",
      "events:PutRule",
      "events:DescribeRule",
    ]);
  });

  it("waits for the child and has its output as JSON", async () => {
    const under = engineUnderTest();
    under.deploy(hold, {}, "child");
    const { result, executionArn } = await under.runToEnd({ Run: child("startExecution.sync:2") }, { n: 4 });
    expect(result).toMatchObject({
      Status: "SUCCEEDED",
      Output: 8,
      Input: { n: 4 },
      StateMachineArn: machineArn("child"),
    });
    expect(await under.types(executionArn)).toContain("TaskSubmitted");
  });

  it("fails with States.TaskFailed and the child's description when the child fails", async () => {
    const under = engineUnderTest();
    under.deploy({ Break: { Type: "Fail", Error: "Broken" } }, {}, "child");
    const { status, error, cause } = await under.runToEnd({ Run: child("startExecution.sync:2") }, { n: 4 });
    expect({ status, error }).toEqual({ status: "FAILED", error: "States.TaskFailed" });
    expect(JSON.parse(cause ?? "")).toMatchObject({ Status: "FAILED", Error: "Broken" });
  });

  it("stops the child when the parent is stopped or its task times out", async () => {
    const under = engineUnderTest();
    under.deploy(hold, {}, "child");
    under.deploy({ Run: child("startExecution.sync:2") });
    under.deploy({ Run: child("startExecution.sync:2", { TimeoutSeconds: 10 }) }, {}, "impatient");
    const executionArn = await under.begin({ n: 1 });
    await under.begin({ n: 2 }, undefined, "impatient");
    await under.clock.advanceBy(0);
    await under.call("StopExecution", { executionArn });
    await under.clock.runUntilIdle();
    const { executions } = await under.call("ListExecutions", { stateMachineArn: machineArn("child") });
    expect((executions as { status: string }[]).map(({ status }) => status)).toEqual(["ABORTED", "ABORTED"]);
  });

  it("finds its child again after a restart, running or ended, and starts no second one", async () => {
    const before = engineUnderTest();
    before.deploy(hold, {}, "child");
    before.deploy({ Run: child("startExecution.sync:2") });
    const executionArn = await before.begin({ n: 1 });
    await before.clock.advanceBy(1000);
    const after = engineUnderTest({
      store: before.store,
      clock: new VirtualClock(new Date("2026-01-01T00:00:30Z")),
    });
    await after.clock.runUntilIdle();
    expect(await after.describe(executionArn)).toMatchObject({ status: "SUCCEEDED" });
    const { executions } = await after.call("ListExecutions", { stateMachineArn: machineArn("child") });
    expect(executions).toHaveLength(1);
  });

  it("is left alone by a clean stop", async () => {
    const before = engineUnderTest();
    before.deploy(hold, {}, "child");
    before.deploy({ Run: child("startExecution.sync:2") });
    const executionArn = await before.begin({ n: 1 });
    await before.clock.advanceBy(1000);
    await before.engine.stop();
    const after = engineUnderTest({
      store: before.store,
      clock: new VirtualClock(new Date("2026-01-02T00:00:00Z")),
    });
    await after.clock.advanceBy(0);
    expect((await after.describe(executionArn)).status).toBe("SUCCEEDED");
  });
});
