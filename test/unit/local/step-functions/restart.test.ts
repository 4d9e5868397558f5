import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { openLocalStore } from "../../../../local/store.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";
import { engineUnderTest, lambdaTask, tokenTask } from "./engine-under-test.ts";
import type { EngineOptions } from "./engine-under-test.ts";

/** A fresh engine on what a killed one left in the store, at a given moment; the killed one's clock stands still. */
const restartOn = (before: ReturnType<typeof engineUnderTest>, at: string, options: EngineOptions = {}) =>
  engineUnderTest({ ...options, store: before.store, clock: new VirtualClock(new Date(at)) });

describe("after the process was killed", () => {
  const hold = {
    Hold: { Type: "Wait", Timestamp: "2026-02-01T00:00:00Z", Next: "Done" },
    Done: { Type: "Succeed" },
  };

  it("a wait ends at the same absolute time", async () => {
    const before = engineUnderTest();
    before.deploy(hold);
    const executionArn = await before.begin();
    await before.clock.advanceBy(1000);
    const after = restartOn(before, "2026-01-15T00:00:00Z");
    await after.clock.runUntilIdle();
    const { status, stopDate } = await after.describe(executionArn);
    expect({ status, stopDate }).toEqual({
      status: "SUCCEEDED",
      stopDate: Date.parse("2026-02-01T00:00:00Z") / 1000,
    });
    expect(after.entered.map(({ state }) => state)).toEqual(["Done"]);
  });

  it("an overdue wait ends at once", async () => {
    const before = engineUnderTest();
    before.deploy(hold);
    const executionArn = await before.begin();
    await before.clock.advanceBy(1000);
    const after = restartOn(before, "2026-03-01T00:00:00Z");
    await after.clock.advanceBy(0);
    expect((await after.describe(executionArn)).status).toBe("SUCCEEDED");
    expect(await after.types(executionArn)).toEqual([
      "ExecutionStarted",
      "WaitStateEntered",
      "WaitStateExited",
      "SucceedStateEntered",
      "SucceedStateExited",
      "ExecutionSucceeded",
    ]);
  });

  it("a wait of seconds counts from when it was entered", async () => {
    const before = engineUnderTest();
    before.deploy({ Hold: { Type: "Wait", Seconds: 86_400, End: true } });
    const executionArn = await before.begin();
    await before.clock.advanceBy(1000);
    const after = restartOn(before, "2026-01-01T12:00:00Z");
    await after.clock.runUntilIdle();
    expect((await after.describe(executionArn)).stopDate).toBe(Date.parse("2026-01-02T00:00:00Z") / 1000);
  });

  it("a function that asked is not invoked again, and the token's deadline stays", async () => {
    const before = engineUnderTest({ functions: { ask: () => "asked" } });
    before.deploy({ Approval: tokenTask("ask", { TimeoutSeconds: 3600 }) });
    const executionArn = await before.begin();
    await before.clock.advanceBy(0);
    const after = restartOn(before, "2026-01-01T00:30:00Z");
    await after.clock.runUntilIdle();
    expect(after.invocations).toEqual([]);
    const { status, error, stopDate } = await after.describe(executionArn);
    expect({ status, error, stopDate }).toEqual({
      status: "FAILED",
      error: "States.Timeout",
      stopDate: Date.parse("2026-01-01T01:00:00Z") / 1000,
    });
  });

  it("a token can be sent right after the start", async () => {
    let token = "";
    const before = engineUnderTest({ functions: { ask: (payload) => (token = payload["token"] as string) } });
    before.deploy({ Approval: tokenTask("ask") });
    const executionArn = await before.begin();
    await before.clock.advanceBy(0);
    const after = restartOn(before, "2026-01-02T00:00:00Z");
    await after.call("SendTaskSuccess", { taskToken: token, output: '"ok"' });
    await after.clock.advanceBy(0);
    expect(await after.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: '"ok"' });
  });

  it("an answer that was accepted just before is not lost", async () => {
    let token = "";
    const before = engineUnderTest({ functions: { ask: (payload) => (token = payload["token"] as string) } });
    before.deploy({ Approval: tokenTask("ask") });
    const executionArn = await before.begin();
    await before.clock.advanceBy(0);
    const accepted = before.call("SendTaskSuccess", { taskToken: token, output: '"ok"' });
    await before.engine.stop();
    await accepted;
    const after = restartOn(before, "2026-01-02T00:00:00Z");
    await after.clock.advanceBy(0);
    expect(await after.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: '"ok"' });
  });

  it("a function that was running is invoked again, with the same payload and no second TaskScheduled", async () => {
    const before = engineUnderTest({ functions: { grant: () => new Promise<never>(() => {}) } });
    before.deploy({ Grant: lambdaTask("grant") });
    const executionArn = await before.begin({ request: "r1" });
    await before.clock.advanceBy(0);
    const after = restartOn(before, "2026-01-01T00:00:10Z", { functions: { grant: () => "granted" } });
    await after.clock.runUntilIdle();
    expect(after.invocations.map(({ payload }) => payload)).toEqual([{ request: "r1" }]);
    expect(await after.describe(executionArn)).toMatchObject({ status: "SUCCEEDED", output: '"granted"' });
    expect((await after.types(executionArn)).filter((type) => type === "TaskScheduled")).toHaveLength(1);
  });

  it("the token of a function that was running is the same when it is invoked again", async () => {
    const seen: unknown[] = [];
    const before = engineUnderTest({
      functions: {
        ask: ({ token }) => {
          seen.push(token);
          return new Promise<never>(() => {});
        },
      },
    });
    before.deploy({ Approval: tokenTask("ask") });
    await before.begin();
    await before.clock.advanceBy(0);
    const after = restartOn(before, "2026-01-01T00:00:10Z", {
      functions: { ask: ({ token }) => seen.push(token) },
    });
    await after.clock.advanceBy(0);
    expect(seen).toHaveLength(2);
    expect(seen[0]).toBe(seen[1]);
  });

  it("a pause before a retry goes on, and attempts made before count", async () => {
    const retry = [{ ErrorEquals: ["States.ALL"], IntervalSeconds: 100, MaxAttempts: 1 }];
    const failing = { functions: { grant: () => Promise.reject(new Error("no")) } };
    const before = engineUnderTest(failing);
    before.deploy({ Grant: lambdaTask("grant", { Retry: retry }) });
    const executionArn = await before.begin();
    await before.clock.advanceBy(0);
    const after = restartOn(before, "2026-01-01T00:00:10Z", failing);
    await after.clock.runUntilIdle();
    expect(after.invocations.map(({ at }) => at)).toEqual(["2026-01-01T00:01:40.000Z"]);
    expect((await after.describe(executionArn)).status).toBe("FAILED");
  });

  it("an execution's own deadline stays, also when it passed meanwhile", async () => {
    const before = engineUnderTest();
    before.deploy(hold, { TimeoutSeconds: 3600 });
    const executionArn = await before.begin();
    await before.clock.advanceBy(0);
    const after = restartOn(before, "2026-01-01T05:00:00Z");
    await after.clock.advanceBy(0);
    expect((await after.describe(executionArn)).status).toBe("TIMED_OUT");
  });

  it("branches go on where each of them was", async () => {
    const branch = (seconds: number) => ({
      StartAt: "Hold",
      States: {
        Hold: { Type: "Wait", Seconds: seconds, Next: "Done" },
        Done: { Type: "Pass", Output: seconds, End: true },
      },
    });
    const before = engineUnderTest();
    before.deploy({ Both: { Type: "Parallel", Branches: [branch(10), branch(1000)], End: true } });
    const executionArn = await before.begin();
    await before.clock.advanceBy(20_000);
    const after = restartOn(before, "2026-01-01T00:01:00Z");
    await after.clock.runUntilIdle();
    const { output, stopDate, startDate } = await after.describe(executionArn);
    expect({ output, lasted: (stopDate ?? 0) - startDate }).toEqual({ output: "[10,1000]", lasted: 1000 });
    expect(after.entered.map(({ state }) => state)).toEqual(["Done"]);
  });

  it("history and ended executions are still there, in a file too", async () => {
    const directory = mkdtempSync(join(tmpdir(), "step-functions-"));
    const store = openLocalStore(directory);
    const before = engineUnderTest({ store });
    before.deploy(hold);
    const executionArn = await before.begin();
    await before.clock.runUntilIdle();
    const history = await before.history(executionArn);
    await before.engine.stop();
    store.close();
    const reopened = openLocalStore(directory);
    const after = engineUnderTest({ store: reopened });
    expect(await after.history(executionArn)).toEqual(history);
    expect((await after.describe(executionArn)).status).toBe("SUCCEEDED");
    await after.engine.stop();
    reopened.close();
    rmSync(directory, { recursive: true });
  });

  it("a change of status that was not published is published", async () => {
    const before = engineUnderTest();
    before.deploy(hold);
    await before.begin();
    await before.clock.advanceBy(0);
    const after = restartOn(before, "2026-03-01T00:00:00Z");
    await after.clock.advanceBy(0);
    expect(after.events.map(({ detail }) => detail["status"])).toEqual(["SUCCEEDED"]);
    expect(restartOn(after, "2026-03-01T00:00:00Z").events).toEqual([]);
  });
});

describe("a clean stop", () => {
  it("refuses tokens for now, and the next start takes them", async () => {
    let token = "";
    const before = engineUnderTest({
      functions: { ask: (payload) => (token = payload["token"] as string) },
    });
    before.deploy({ Approval: tokenTask("ask") });
    const executionArn = await before.begin();
    await before.clock.advanceBy(0);
    await before.engine.stop();
    const answer = { taskToken: token, output: "1" };
    await expect(before.call("SendTaskSuccess", answer)).rejects.toMatchObject({
      name: "ServiceUnavailable",
      status: 503,
    });
    const after = restartOn(before, "2026-01-02T00:00:00Z");
    await after.call("SendTaskSuccess", answer);
    await after.clock.advanceBy(0);
    expect((await after.describe(executionArn)).status).toBe("SUCCEEDED");
  });

  it("leaves no timer and writes nothing more", async () => {
    const before = engineUnderTest({ functions: { slow: () => new Promise<never>(() => {}) } });
    before.deploy({ Hold: { Type: "Wait", Seconds: 60, End: true } });
    before.deploy({ Slow: lambdaTask("slow", { TimeoutSeconds: 60 }) }, {}, "other");
    const waiting = await before.begin();
    const invoking = await before.begin({}, undefined, "other");
    await before.clock.advanceBy(0);
    await before.engine.stop();
    await before.clock.runUntilIdle();
    expect(before.clock.now()).toEqual(new Date("2026-01-01T00:00:00Z"));
    expect((await before.describe(waiting)).status).toBe("RUNNING");
    expect((await before.describe(invoking)).status).toBe("RUNNING");
    await expect(before.begin()).rejects.toMatchObject({ name: "ServiceUnavailable" });
  });
});
