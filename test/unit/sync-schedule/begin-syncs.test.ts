import type { Context } from "aws-lambda";
import { describe, expect, it } from "vitest";
import { HOME_INTEGRATION } from "../../../lambdas/core/domain/integration.ts";
import { timestamp } from "../../../lambdas/core/domain/ids.ts";
import { beginSyncs } from "../../../lambdas/sync-schedule/begin-syncs.ts";
import { aRunningSync } from "../../support/integrations.ts";
import { recordedOutput } from "../../support/recorded-output.ts";

const context = { awsRequestId: "aws-request", functionName: "lockstep-sync-schedule" } as Context;
const { id } = aRunningSync();
const behindOne = {
  integration: HOME_INTEGRATION,
  scope: "identity",
  since: timestamp(new Date("2026-01-01T00:00:00.000Z")),
} as const;

const functionUnderTest = (useCases: Partial<Parameters<typeof beginSyncs>[0]> = {}) => {
  const { lines, logger, metrics } = recordedOutput();
  const handle = beginSyncs(
    { beginDue: () => Promise.resolve([]), behind: () => Promise.resolve([]), ...useCases },
    logger,
    metrics,
  );
  const parsed = () => lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  return {
    invoke: () => handle({}, context),
    logged: () => parsed().filter(({ message }) => message !== undefined),
    counted: () => parsed().flatMap(({ SyncsBehind }) => (SyncsBehind === undefined ? [] : [SyncsBehind])),
  };
};

describe("the function of the syncs' schedule", () => {
  it("counts nothing that is behind as well: its silence is an alarm", async () => {
    const { invoke, counted, logged } = functionUnderTest();
    await invoke();
    expect(counted()).toEqual([0]);
    expect(logged()).toEqual([]);
  });

  it("counts what is behind after it has begun what is due, and names it", async () => {
    const done: string[] = [];
    const { invoke, counted, logged } = functionUnderTest({
      beginDue: () => {
        done.push("begun");
        return Promise.resolve([id]);
      },
      behind: () => {
        done.push("counted");
        return Promise.resolve([behindOne, { ...behindOne, scope: "resources" }]);
      },
    });
    await invoke();
    expect(done).toEqual(["begun", "counted"]);
    expect(counted()).toEqual([2]);
    expect(logged()).toMatchObject([
      { level: "INFO", syncs: [id] },
      { level: "WARN", ...behindOne },
      { level: "WARN", scope: "resources" },
    ]);
  });

  it("counts nothing when it cannot begin what is due", async () => {
    const { invoke, counted } = functionUnderTest({ beginDue: () => Promise.reject(new Error("throttled")) });
    await expect(invoke()).rejects.toThrow("throttled");
    expect(counted()).toEqual([]);
  });
});
