import { beforeEach, describe, expect, it } from "vitest";
import { STATUSES, type AccessRequest, type Status } from "../../../../lambdas/core/domain/access-request.ts";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { wakeWorkflow } from "../../../../lambdas/core/use-cases/wake-workflow.ts";
import { aPendingRequest } from "../../../support/builders.ts";
import { FakeWakeupStore } from "../../../support/fakes/stores.ts";
import { FakeWorkflow } from "../../../support/fakes/workflow.ts";

const now = new Date("2026-01-01T00:00:00.000Z");
const request = aPendingRequest();
/** The request as it is in another status: only its id and its status are looked at. */
const requestIn = (status: Status) => ({ ...request, status }) as AccessRequest;

let wakeups: FakeWakeupStore;
let workflow: FakeWorkflow;

beforeEach(() => {
  wakeups = new FakeWakeupStore();
  workflow = new FakeWorkflow();
});

const wake = (changed: AccessRequest) => wakeWorkflow({ wakeups, workflow }, changed);

describe("telling a request's execution to look at it again", () => {
  it.each(STATUSES)("wakes the one that waits, and starts none: %s", async (status) => {
    await wakeups.put({
      requestId: request.id,
      taskToken: "token",
      enteredAt: timestamp(now),
      retryCount: 0,
      expiresAt: secondsAfter(now, 60),
    });
    await wake(requestIn(status));
    expect(workflow.woken).toEqual(["token"]);
    expect(workflow.started.size).toBe(0);
  });

  it("starts one at the grant where none ever waited for what is approved now", async () => {
    await wake(requestIn("approved"));
    expect([...workflow.started]).toEqual([
      [request.id, { version: 1, requestId: request.id, begin: "grant" }],
    ]);
    expect(workflow.woken).toEqual([]);
  });

  it("leaves one of that name as it is", async () => {
    const first = {
      version: 1,
      requestId: request.id,
      begin: "approval",
      deadline: request.deadline,
    } as const;
    await workflow.start(request.id, first);
    await wake(requestIn("approved"));
    expect([...workflow.started]).toEqual([[request.id, first]]);
  });

  it.each(STATUSES.filter((status) => status !== "approved"))(
    "does nothing where none waits for what is %s",
    async (status) => {
      await wake(requestIn(status));
      expect(workflow.started.size).toBe(0);
      expect(workflow.woken).toEqual([]);
    },
  );
});
