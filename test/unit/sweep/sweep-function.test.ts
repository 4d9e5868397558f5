import type { Context } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { MetricNames, RequestsByStatusMetrics } from "../../../lambdas/core/contracts/metrics.ts";
import type { Swept } from "../../../lambdas/core/use-cases/sweep/sweep.ts";
import { sweepFunction, type SweepUseCases } from "../../../lambdas/sweep/sweep-function.ts";
import { measure } from "../../../lambdas/sweep/measure.ts";
import { aRequestId } from "../../support/builders.ts";
import { recordedOutput } from "../../support/recorded-output.ts";
import { aReport } from "../../support/sweep-report.ts";

const context = { awsRequestId: "aws-request", functionName: "lockstep-sweep" } as Context;
const swept = (overrides: Partial<Swept> = {}): Swept => ({
  report: aReport(),
  revokeLagMilliseconds: 0,
  requestsByStatus: undefined,
  defects: [],
  ...overrides,
});

const functionUnderTest = (outcome: Swept = swept()) => {
  const { lines, logger, metrics } = recordedOutput();
  const sweeps: Parameters<SweepUseCases["sweep"]>[0][] = [];
  const looks: [string, string][] = [];
  const failed: Parameters<SweepUseCases["replaceExecution"]>[0][] = [];
  const useCases: SweepUseCases = {
    sweep: (input) => {
      sweeps.push(input);
      return Promise.resolve(outcome);
    },
    replaceExecution: (execution) => {
      failed.push(execution);
      return Promise.resolve("replaced");
    },
    lookAtRequestsOf: (name, until) => {
      looks.push([name, until.toISOString()]);
      return Promise.resolve();
    },
    clock: { now: () => new Date("2026-01-01T00:00:00.000Z") },
  };
  const handle = sweepFunction(useCases, logger, metrics);
  return {
    sweeps,
    failed,
    looks,
    lines,
    invoke: (event: unknown) => handle(event, context),
  };
};

const statusChange = (input: string, name = "an-execution") => ({
  source: "aws.states",
  "detail-type": "Step Functions Execution Status Change",
  detail: { name, status: "ABORTED", input, executionArn: "arn" },
});

describe("the sweep's function", () => {
  it("looks at what waits under an access flow that changed, for four minutes, and sweeps nothing else", async () => {
    const { invoke, looks, sweeps, failed } = functionUnderTest();
    await invoke({
      source: "lockstep",
      "detail-type": "ConfigurationChanged",
      detail: { version: 1, kind: "access-flow", name: "prod-power", change: "ConfigurationSaved" },
    });
    expect(looks).toEqual([["prod-power", "2026-01-01T00:04:00.000Z"]]);
    expect([...sweeps, ...failed]).toEqual([]);
  });

  it("sweeps for four of its five minutes on schedule, and counts the requests", async () => {
    const { sweeps, invoke } = functionUnderTest();
    await invoke({ version: 1, mode: "scheduled" });
    expect(sweeps).toEqual([{ seconds: 240, counting: true }]);
  });

  it("sweeps for as long as it is asked to on demand, and answers with the report", async () => {
    const { sweeps, invoke } = functionUnderTest();
    expect(await invoke({ version: 1, mode: "on-demand", seconds: 18 })).toEqual(aReport());
    expect(sweeps).toEqual([{ seconds: 18, counting: false }]);
  });

  it("replaces an execution that failed, by the request in its input", async () => {
    const { sweeps, failed, invoke, lines } = functionUnderTest();
    const requestId = aRequestId("one");
    await invoke(
      statusChange(JSON.stringify({ version: 1, requestId, begin: "approval", deadline: "x" }), requestId),
    );
    expect(failed).toEqual([{ name: requestId, requestId }]);
    expect(sweeps).toEqual([]);
    expect(lines.some((line) => line.includes(MetricNames.restartedExecutions))).toBe(true);
  });

  it.each(["", "{}", '{"requestId":"../../"}', "[]", "null"])(
    "takes no harm from an execution that somebody started with %j",
    async (input) => {
      const { failed, invoke } = functionUnderTest();
      expect(await invoke(statusChange(input))).toBeUndefined();
      expect(failed).toEqual([]);
    },
  );

  it("refuses what it does not know", async () => {
    const { invoke } = functionUnderTest();
    await expect(invoke({ version: 2, mode: "scheduled" })).rejects.toThrow();
    await expect(invoke({ version: 1, mode: "on-demand", seconds: 900 })).rejects.toThrow();
  });

  it("fails on a defect when nobody waits for the answer, so that the alarm sees it, and logs each", async () => {
    const defects = [new Error("AccessDenied"), new Error("The item at r-1 cannot be read")];
    const { invoke, lines } = functionUnderTest(swept({ defects }));
    await expect(invoke({ version: 1, mode: "scheduled" })).rejects.toThrow("AccessDenied");
    for (const { message } of defects) {
      const logged = lines.filter((line) => line.includes(`"message":"${message}"`));
      expect(logged.some((line) => line.includes("A part of the sweep failed"))).toBe(true);
    }
    // What it found is measured all the same.
    expect(lines.some((line) => line.includes(MetricNames.rotationSeconds))).toBe(true);
    expect(await invoke({ version: 1, mode: "on-demand", seconds: 5 })).toEqual(aReport());
  });
});

const measured = (outcome: Swept): Readonly<Record<string, number>> => {
  const values: Record<string, number> = {};
  const addMetric = (name: string, _unit: string, value: number) => {
    values[name] = value;
  };
  measure(outcome, { addMetric } as Parameters<typeof measure>[1]);
  return values;
};

describe("the sweep's metrics", () => {
  it("say that it ran, even when it found nothing", () => {
    const values = measured(swept());
    expect(values).toHaveProperty(MetricNames.rotationSeconds, 0);
    expect(values).not.toHaveProperty(MetricNames.revokeLag);
    expect(values).toHaveProperty(MetricNames.orphans, 0);
  });

  it("do not say that all was compared when that could not be found out", () => {
    expect(measured(swept({ report: aReport({ rotation: {} }) }))).not.toHaveProperty(
      MetricNames.rotationSeconds,
    );
  });

  it("do not say that every emergency was reviewed when that could not be found out", () => {
    const { overdueReviews: _unknown, ...report } = aReport();
    expect(measured(swept({ report }))).not.toHaveProperty(MetricNames.breakGlassUnreviewed);
    expect(measured(swept())).toHaveProperty(MetricNames.breakGlassUnreviewed, 0);
  });

  it("name what it found and did", () => {
    const report = aReport({
      requests: { lookedAt: 9, overdue: 4, restarted: 3, left: 1 },
      trail: { healed: 5, lost: 2 },
      access: { compared: 8, deadHolders: 3, orphans: 2, appeared: 1, vanished: 6, left: 0 },
      rotation: { oldestSeconds: 77 },
      overdueReviews: 8,
    });
    const requestsByStatus = {
      pending: 1,
      approved: 2,
      scheduled: 3,
      granting: 4,
      active: 5,
      revoking: 6,
      stuck: 7,
    };
    expect(measured(swept({ report, revokeLagMilliseconds: 123, requestsByStatus }))).toEqual({
      RotationSeconds: 77,
      BreakGlassUnreviewed: 8,
      OverdueRequests: 4,
      RestartedExecutions: 3,
      RequestsLeft: 1,
      TrailGapsHealed: 5,
      TrailGapsLost: 2,
      DeadHolders: 3,
      Orphans: 2,
      Appeared: 1,
      Vanished: 6,
      RevokeLag: 123,
      RequestsPending: 1,
      RequestsApproved: 2,
      RequestsScheduled: 3,
      RequestsGranting: 4,
      RequestsActive: 5,
      RequestsRevoking: 6,
      RequestsStuck: 7,
    });
    expect(Object.keys(RequestsByStatusMetrics).toSorted()).toEqual(Object.keys(requestsByStatus).toSorted());
  });
});
