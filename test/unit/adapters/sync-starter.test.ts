import { describe, expect, it } from "vitest";
import { syncStarter } from "../../../lambdas/adapters/step-functions/sync-starter.ts";
import { syncIdOf } from "../../../lambdas/core/domain/sync.ts";
import { connectionReset, scriptedAws, type ScriptedAnswer } from "../../support/fakes/scripted-aws.ts";
import { integrationName } from "../../support/integrations.ts";

const stateMachineArn = "arn:aws:states:eu-west-1:222222222222:stateMachine:lockstep-sync";
const begunAt = new Date("2026-01-01T00:00:00.000Z");
const id = syncIdOf(integrationName("organization"), "identity", begunAt);

const starting = (answer: ScriptedAnswer) => {
  const { clientsFor, calls } = scriptedAws(() => answer);
  return { calls, starter: syncStarter({ clientsFor, stateMachineArn }) };
};

describe("starting a sync", () => {
  it("starts an execution that is named by the sync and the attempt", async () => {
    const { calls, starter } = starting({ body: { executionArn: "arn", startDate: 1 } });
    expect(await starter.start(id, 3)).toBe("started");
    expect(calls).toEqual([
      {
        operation: "StartExecution",
        input: {
          stateMachineArn,
          name: "organization-identity-20260101T000000Z-3",
          input: JSON.stringify({ version: 1, syncId: id }),
        },
      },
    ]);
  });

  it("has a name that a machine with a log takes, however long the integration's is", async () => {
    const { calls, starter } = starting({ body: { executionArn: "arn", startDate: 1 } });
    await starter.start(syncIdOf(integrationName("x".repeat(40)), "resources", begunAt), 999_999_999);
    expect(calls[0]?.input["name"]).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
  });

  it("is done when that attempt was started before", async () => {
    const { starter } = starting({ error: "ExecutionAlreadyExists" });
    expect(await starter.start(id, 1)).toBe("already-started");
  });

  it.each<readonly [string, ScriptedAnswer]>([
    ["throttles", { error: "ThrottlingException" }],
    ["breaks", { error: "InternalFailure", status: 500 }],
    ["does not answer", { unanswered: connectionReset() }],
    ["is full", { error: "ExecutionLimitExceeded" }],
  ])("may be tried again when Step Functions %s", async (_how, answer) => {
    await expect(starting(answer).starter.start(id, 1)).rejects.toMatchObject({
      name: "WorkflowUnavailable",
    });
  });

  it("is a defect when Step Functions refuses", async () => {
    await expect(starting({ error: "AccessDeniedException" }).starter.start(id, 1)).rejects.toMatchObject({
      name: "AccessDeniedException",
    });
  });
});
