import { describe, expect, it } from "vitest";
import { eventPublisher } from "../../../lambdas/adapters/eventbridge/event-publisher.ts";
import { catalogueRefresh } from "../../../lambdas/adapters/lambda/catalogue-refresh.ts";
import { workflow } from "../../../lambdas/adapters/step-functions/workflow.ts";
import { aRequestId } from "../../support/builders.ts";
import { connectionReset, scriptedAws, type ScriptedAnswer } from "../../support/fakes/scripted-aws.ts";

const stateMachineArn = "arn:aws:states:eu-west-1:222222222222:stateMachine:lockstep-access-request";
const input = { version: 1, requestId: aRequestId("one"), begin: "grant" } as const;
const unavailable: readonly (readonly [string, ScriptedAnswer])[] = [
  ["throttles", { error: "ThrottlingException" }],
  ["breaks", { error: "InternalFailure", status: 500 }],
  ["does not answer", { unanswered: connectionReset() }],
];

describe("starting an execution", () => {
  it("passes the name and the input on", async () => {
    const { clientsFor, calls } = scriptedAws(() => ({ body: { executionArn: "arn", startDate: 1 } }));
    await workflow({ clientsFor, stateMachineArn }).start("r-1.revoke.3", input);
    expect(calls).toEqual([
      {
        operation: "StartExecution",
        input: { stateMachineArn, name: "r-1.revoke.3", input: JSON.stringify(input) },
      },
    ]);
  });

  it("is done when an execution of that name exists", async () => {
    const { clientsFor } = scriptedAws(() => ({ error: "ExecutionAlreadyExists" }));
    await expect(workflow({ clientsFor, stateMachineArn }).start("name", input)).resolves.toBe("exists");
  });

  it.each([...unavailable, ["is full", { error: "ExecutionLimitExceeded" }] as const])(
    "may be tried again when Step Functions %s",
    async (_how, answer) => {
      const { clientsFor } = scriptedAws(() => answer);
      await expect(workflow({ clientsFor, stateMachineArn }).start("name", input)).rejects.toMatchObject({
        name: "WorkflowUnavailable",
      });
    },
  );

  it("is a defect in a function that may only wake executions", async () => {
    const { clientsFor, calls } = scriptedAws(() => ({ body: {} }));
    await expect(workflow({ clientsFor }).start("name", input)).rejects.toThrow(/may not start/);
    expect(calls).toEqual([]);
  });

  it("is a defect when Step Functions refuses", async () => {
    const { clientsFor } = scriptedAws(() => ({ error: "InvalidName" }));
    await expect(workflow({ clientsFor, stateMachineArn }).start("name", input)).rejects.toMatchObject({
      name: "InvalidName",
    });
  });
});

describe("waking an execution", () => {
  it("answers its token with an empty output", async () => {
    const { clientsFor, calls } = scriptedAws(() => ({ body: {} }));
    await workflow({ clientsFor }).wake("token");
    expect(calls).toEqual([{ operation: "SendTaskSuccess", input: { taskToken: "token", output: "{}" } }]);
  });

  it.each(["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])(
    "needs nothing when nobody waits with that token (%s)",
    async (error) => {
      const { clientsFor } = scriptedAws(() => ({ error }));
      await expect(workflow({ clientsFor }).wake("token")).resolves.toBeUndefined();
    },
  );

  it.each(unavailable)("may be tried again when Step Functions %s", async (_how, answer) => {
    const { clientsFor } = scriptedAws(() => answer);
    await expect(workflow({ clientsFor }).wake("token")).rejects.toMatchObject({
      name: "WorkflowUnavailable",
    });
  });
});

describe("publishing an event", () => {
  const event = {
    id: "event-1",
    type: "AccessGranted",
    at: "2026-01-01T00:00:00.000Z",
    detail: { requestId: "r-1" },
  };

  it("puts it on the bus, with its type, time and id", async () => {
    const { clientsFor, calls } = scriptedAws(() => ({
      body: { FailedEntryCount: 0, Entries: [{ EventId: "1" }] },
    }));
    await eventPublisher({ clientsFor, busName: "lockstep" }).publish(event);
    expect(calls).toMatchObject([
      {
        operation: "PutEvents",
        input: { Entries: [{ EventBusName: "lockstep", Source: "lockstep", DetailType: "AccessGranted" }] },
      },
    ]);
    const [entry] = calls[0]?.input["Entries"] as [{ Detail: string; Time: number }];
    expect(JSON.parse(entry.Detail)).toEqual({ id: "event-1", at: event.at, requestId: "r-1" });
    expect(entry.Time).toBe(Date.parse(event.at) / 1000);
  });

  it("throws when the bus did not take it, although the call succeeded", async () => {
    const { clientsFor } = scriptedAws(() => ({
      body: { FailedEntryCount: 1, Entries: [{ ErrorCode: "ThrottlingException" }] },
    }));
    await expect(eventPublisher({ clientsFor, busName: "lockstep" }).publish(event)).rejects.toThrow(
      /Throttling/,
    );
  });
});

describe("looking for names", () => {
  const refresh = (answer: ScriptedAnswer) => {
    const { clientsFor, calls } = scriptedAws(() => answer);
    return {
      calls,
      refreshed: catalogueRefresh({ clientsFor, functionName: "lockstep-sync" }).refresh(),
    };
  };

  it("runs the sync function to its end", async () => {
    const { calls, refreshed } = refresh({ body: {} });
    await refreshed;
    expect(calls).toEqual([
      {
        operation: "/2015-03-31/functions/lockstep-sync/invocations",
        input: { version: 1, look: "names" },
      },
    ]);
  });

  it.each([
    ["fails", { body: { errorMessage: "x" }, headers: { "x-amz-function-error": "Unhandled" } }],
    ["is throttled", { error: "TooManyRequestsException", status: 429 }],
    ["does not answer", { unanswered: connectionReset() }],
  ] satisfies (readonly [string, ScriptedAnswer])[])("says so when the function %s", async (_how, answer) => {
    await expect(refresh(answer).refreshed).rejects.toMatchObject({ name: "CatalogueUnavailable" });
  });
});
