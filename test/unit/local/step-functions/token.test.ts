import { describe, expect, it } from "vitest";
import { engineUnderTest, namedError, tokenTask } from "./engine-under-test.ts";

const approval = (more = {}) => {
  const tokens: string[] = [];
  const under = engineUnderTest({
    functions: {
      ask: ({ token }) => {
        tokens.push(token as string);
        return "asked";
      },
    },
  });
  under.deploy({
    Approval: tokenTask("ask", more),
    Lapsed: { Type: "Pass", Output: "{% $states.input %}", End: true },
  });
  const begin = async () => {
    const executionArn = await under.begin();
    await under.clock.advanceBy(0);
    return { executionArn, token: tokens.at(-1) ?? "" };
  };
  return { ...under, beginApproval: begin, tokens };
};

describe("a task that waits for its token", () => {
  it("waits as long as it takes and ends with the output that is sent", async () => {
    const under = approval();
    const { executionArn, token } = await under.beginApproval();
    await under.clock.advanceBy(30 * 86_400_000);
    expect((await under.describe(executionArn)).status).toBe("RUNNING");
    expect(
      await under.call("SendTaskSuccess", { taskToken: token, output: '{"decision":"approve"}' }),
    ).toEqual({});
    await under.clock.runUntilIdle();
    expect(await under.describe(executionArn)).toMatchObject({
      status: "SUCCEEDED",
      output: '{"decision":"approve"}',
    });
    expect(await under.types(executionArn)).toEqual([
      "ExecutionStarted",
      "TaskStateEntered",
      "TaskScheduled",
      "TaskStarted",
      "TaskSubmitted",
      "TaskSucceeded",
      "TaskStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("takes a token once: the second answer is TaskTimedOut", async () => {
    const under = approval();
    const { executionArn, token } = await under.beginApproval();
    await under.call("SendTaskSuccess", { taskToken: token, output: "1" });
    await expect(under.call("SendTaskSuccess", { taskToken: token, output: "2" })).rejects.toMatchObject({
      name: "TaskTimedOut",
      message: "Task Timed Out: 'Provided task does not exist anymore'",
    });
    await under.clock.runUntilIdle();
    expect((await under.describe(executionArn)).output).toBe("1");
    await expect(under.call("SendTaskFailure", { taskToken: token })).rejects.toMatchObject({
      name: "TaskTimedOut",
    });
  });

  it("fails with the error and cause that are sent", async () => {
    const under = approval();
    const { executionArn, token } = await under.beginApproval();
    await under.call("SendTaskFailure", { taskToken: token, error: "Rejected", cause: "not today" });
    await under.clock.runUntilIdle();
    expect(await under.describe(executionArn)).toMatchObject({
      status: "FAILED",
      error: "Rejected",
      cause: "not today",
    });
  });

  it("accepts the token before the function has returned", async () => {
    let release = () => {};
    let seen = "";
    const under = engineUnderTest({
      functions: {
        ask: async ({ token }) => {
          seen = token as string;
          await new Promise<void>((resolve) => (release = resolve));
          return "late";
        },
      },
    });
    under.deploy({ Approval: tokenTask("ask") });
    const executionArn = await under.begin();
    await under.clock.advanceBy(0);
    await under.call("SendTaskSuccess", { taskToken: seen, output: '"early"' });
    await under.clock.advanceBy(0);
    release();
    await under.clock.advanceBy(0);
    expect(await under.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: '"early"' });
    expect(await under.types(executionArn)).not.toContain("TaskSubmitted");
  });

  it("fails when the function that should ask fails", async () => {
    const under = engineUnderTest({
      functions: {
        ask: () => {
          throw namedError("CannotAsk");
        },
      },
    });
    expect(await under.runToEnd({ Approval: tokenTask("ask") })).toMatchObject({
      status: "FAILED",
      error: "CannotAsk",
    });
  });

  it("times out on the deadline, which can be computed, and then refuses the token", async () => {
    const under = approval({
      TimeoutSeconds: "{% $max([1, $ceil(($toMillis('2026-01-01T01:00:00Z') - $millis()) / 1000)]) %}",
      Catch: [{ ErrorEquals: ["States.Timeout"], Next: "Lapsed" }],
    });
    const { executionArn, token } = await under.beginApproval();
    await under.clock.advanceBy(3_599_000);
    expect((await under.describe(executionArn)).status).toBe("RUNNING");
    await under.clock.advanceBy(1000);
    expect(await under.describe(executionArn)).toMatchObject({
      status: "SUCCEEDED",
      output: '{"Error":"States.Timeout"}',
    });
    expect(await under.types(executionArn)).toContain("TaskTimedOut");
    await expect(under.call("SendTaskSuccess", { taskToken: token, output: "1" })).rejects.toMatchObject({
      name: "TaskTimedOut",
    });
  });

  it("times out without a heartbeat, and each heartbeat moves that on", async () => {
    const under = approval({
      TimeoutSeconds: 1000,
      HeartbeatSeconds: 60,
      Catch: [{ ErrorEquals: ["States.HeartbeatTimeout"], Next: "Lapsed" }],
    });
    const { executionArn, token } = await under.beginApproval();
    await under.clock.advanceBy(50_000);
    await under.call("SendTaskHeartbeat", { taskToken: token });
    await under.clock.advanceBy(59_000);
    expect((await under.describe(executionArn)).status).toBe("RUNNING");
    await under.clock.advanceBy(1000);
    expect((await under.describe(executionArn)).output).toBe('{"Error":"States.HeartbeatTimeout"}');
  });

  it("tells apart tokens that it never issued", async () => {
    const under = approval();
    const { token } = await under.beginApproval();
    const forged = Buffer.from("arn:aws:states:eu-west-1:111111111111:execution:machine:none\nid").toString(
      "base64",
    );
    await expect(under.call("SendTaskSuccess", { taskToken: "nonsense", output: "1" })).rejects.toMatchObject(
      { name: "InvalidToken" },
    );
    await expect(under.call("SendTaskSuccess", { taskToken: forged, output: "1" })).rejects.toMatchObject({
      name: "TaskDoesNotExist",
    });
    await expect(under.call("SendTaskSuccess", { taskToken: token, output: "{" })).rejects.toMatchObject({
      name: "InvalidOutput",
    });
  });

  it("cannot be woken once its execution was stopped", async () => {
    const under = approval();
    const { executionArn, token } = await under.beginApproval();
    await under.call("StopExecution", { executionArn, error: "Stopped", cause: "by hand" });
    expect(await under.describe(executionArn)).toMatchObject({
      status: "ABORTED",
      error: "Stopped",
      cause: "by hand",
    });
    await expect(under.call("SendTaskSuccess", { taskToken: token, output: "1" })).rejects.toMatchObject({
      name: "TaskTimedOut",
    });
    expect((await under.types(executionArn)).at(-1)).toBe("ExecutionAborted");
  });

  it("is checked by IAM against the machine of the token", async () => {
    const under = approval();
    const { token } = await under.beginApproval();
    const caller = { accessKeyId: "k", principalArn: "arn", accountId: "111111111111", region: "eu-west-1" };
    expect(under.engine.service.resourcesOf?.("SendTaskSuccess", { taskToken: token }, caller)).toEqual([
      "arn:aws:states:eu-west-1:111111111111:stateMachine:machine",
    ]);
    expect(under.engine.service.resourcesOf?.("SendTaskSuccess", { taskToken: "nonsense" }, caller)).toEqual([
      "*",
    ]);
  });
});
