import { describe, expect, it } from "vitest";
import { isOver } from "../../lambdas/core/domain/access-request.ts";
import type { RequestId } from "../../lambdas/core/domain/ids.ts";
import { ExecutionInputSchema, taskContracts } from "../../lambdas/core/contracts/workflow.ts";
import { lockstepUnderTest } from "../support/lockstep-under-test.ts";
import { recordings, restore, type RecordedTask } from "./recorded.ts";

const tasks = recordings("task-payloads");

/** The world before the call, today's code, and the time of the call. */
const worldOf = async (recorded: RecordedTask) => {
  const lockstep = await lockstepUnderTest();
  await lockstep.clock.advanceTo(new Date(recorded.at));
  await restore(lockstep, recorded);
  return lockstep;
};

it("there is a recorded payload of every Task state that ever was, from every beginning that leads there", () => {
  const recorded = tasks.map(([, { state, begin }]) => `${state} (${begin})`);
  expect([...new Set(recorded)].sort()).toEqual([
    "Grant access (approval)",
    "Grant access (grant)",
    "Report that it is stuck (approval)",
    "Report that it is stuck (grant)",
    "Report that it is stuck (revoke)",
    "Revoke access (approval)",
    "Revoke access (grant)",
    "Revoke access (revoke)",
    "Wait for approval (approval)",
  ]);
  for (const state of Object.keys(taskContracts)) {
    expect(tasks.map(([, task]) => task.state)).toContain(state);
  }
});

describe.each(tasks)("the task payload %s", (_name, recorded) => {
  it("fits what the function accepts today", () => {
    const contract = taskContracts[recorded.state as keyof typeof taskContracts];
    expect(contract.input.safeParse(recorded.payload)).toMatchObject({ success: true });
  });

  it("is answered by today's function, and the request still ends with nothing left", async () => {
    const lockstep = await worldOf(recorded);
    const requestId = recorded.payload.requestId as RequestId;
    const answered = lockstep.functions[recorded.function](recorded.payload);
    await lockstep.clock.advanceBy(5 * 60_000);
    await answered;
    const first = await lockstep.workflow.start(`${requestId}.replayed`, {
      version: 1,
      requestId,
      begin: "revoke",
    });
    expect(first).toBe("started");
    // What is still pending is nobody's to revoke: its own execution waits for it.
    if (recorded.function === "await-approval" || "deadline" in (await lockstep.request(requestId))) {
      await lockstep.cancel(requestId, (await lockstep.request(requestId)).requester);
    }
    await lockstep.clock.runUntilIdle();
    const request = await lockstep.request(requestId);
    expect(isOver(request), request.status).toBe(true);
    expect([...lockstep.provider.present]).toEqual([]);
  });
});

it.each(recordings("execution-inputs"))(
  "the execution input %s still starts an execution",
  (_name, input) => {
    expect(ExecutionInputSchema.safeParse(input)).toMatchObject({ success: true });
  },
);
