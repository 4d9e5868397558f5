import { readFileSync } from "node:fs";
import * as z from "zod/mini";
import { describe, expect, it } from "vitest";
import { taskContracts } from "../../../lambdas/core/contracts/workflow.ts";

const RetrierSchema = z.looseObject({ ErrorEquals: z.array(z.string()) });
const StateSchema = z.object({
  Type: z.string(),
  Resource: z.optional(z.string()),
  Arguments: z.optional(z.object({ Payload: z.record(z.string(), z.unknown()) })),
  Retry: z.optional(z.array(RetrierSchema)),
  Catch: z.optional(z.array(z.object({ ErrorEquals: z.array(z.string()), Next: z.string() }))),
});
const text = readFileSync(new URL("../../../statemachines/access-request.asl.json", import.meta.url), "utf8");
const machine = z.object({ States: z.record(z.string(), StateSchema) }).parse(JSON.parse(text));
const tasks = Object.entries(machine.States).filter(([, { Type }]) => Type === "Task");
const retried = (state: z.infer<typeof StateSchema>) =>
  (state.Retry ?? []).flatMap(({ ErrorEquals }) => ErrorEquals);

describe("the machine and the functions' contract", () => {
  it("have the same tasks", () => {
    expect(tasks.map(([name]) => name).toSorted()).toEqual(Object.keys(taskContracts).toSorted());
  });

  it.each(tasks)("%s sends the fields that its function reads", (name, state) => {
    const { input } = taskContracts[name as keyof typeof taskContracts];
    const fields = Object.keys(input.shape).filter(
      (field) => field !== "stuck" || name === "Report that it is stuck",
    );
    expect(Object.keys(state.Arguments?.Payload ?? {}).toSorted()).toEqual(fields.toSorted());
    expect(state.Arguments?.Payload["version"]).toBe(1);
  });

  it.each(tasks)("%s retries the errors that its function names", (name, state) => {
    const names = retried(state);
    const own = names.filter((error) => !error.startsWith("Lambda.") && error !== "States.ALL");
    expect(own.toSorted()).toEqual([...taskContracts[name as keyof typeof taskContracts].errors].toSorted());
  });
});

describe("the machine's retries", () => {
  it("never retry States.ALL where a person is waited for: it includes the timeout", () => {
    const waiting = tasks.filter(([, { Resource }]) => Resource?.endsWith(".waitForTaskToken"));
    expect(waiting.map(([name]) => name)).toEqual(["Wait for approval"]);
    for (const [, state] of waiting) expect(retried(state)).not.toContain("States.ALL");
  });

  it("turn every failure of a grant into a revoke", () => {
    expect(machine.States["Grant access"]?.Catch).toEqual([
      { ErrorEquals: ["States.ALL"], Next: "Revoke access" },
    ]);
  });

  it("try a revoke for 24 hours, whatever the error, before it is reported as stuck", () => {
    const retrier = (error: string) =>
      z.object({
        ErrorEquals: z.tuple([z.literal(error)]),
        IntervalSeconds: z.number(),
        BackoffRate: z.number(),
        MaxDelaySeconds: z.number(),
        MaxAttempts: z.number(),
        JitterStrategy: z.literal("FULL"),
      });
    const { Retry } = z
      .object({ Retry: z.tuple([retrier("Lambda.TooManyRequestsException"), retrier("States.ALL")]) })
      .parse(machine.States["Revoke access"]);
    for (const retry of Retry) {
      const delays = Array.from({ length: retry.MaxAttempts }, (_, attempt) =>
        Math.min(retry.IntervalSeconds * retry.BackoffRate ** attempt, retry.MaxDelaySeconds),
      );
      // Full jitter draws each delay evenly from zero to its bound, so the mean is half of it.
      const expected = delays.reduce((sum, delay) => sum + delay / 2, 0);
      expect(expected / 3600).toBeGreaterThan(23.5);
      expect(expected / 3600).toBeLessThan(24.5);
      // Scheduled, started and failed: three of an execution's 25,000 events an attempt.
      expect(retry.MaxAttempts * 3).toBeLessThan(18_000);
    }
  });
});
