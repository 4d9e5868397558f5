import { expect, it } from "vitest";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { awaitApproval } from "../../../../lambdas/core/use-cases/await-approval.ts";
import { aPendingRequest } from "../../../support/builders.ts";
import { FakeAccessRequestStore, FakeWakeupStore } from "../../../support/fakes/stores.ts";
import { FakeWorkflow } from "../../../support/fakes/workflow.ts";

const first = { enteredAt: timestamp(new Date("2026-01-01T00:00:00.000Z")), retryCount: 0 };

const setUp = async () => {
  const requests = new FakeAccessRequestStore();
  const wakeups = new FakeWakeupStore();
  const workflow = new FakeWorkflow();
  const request = aPendingRequest();
  await requests.create(request);
  return { requests, wakeups, workflow, request, wait: awaitApproval({ requests, wakeups, workflow }) };
};

it("keeps the token while the request waits for this deadline", async () => {
  const { wait, wakeups, workflow, request } = await setUp();
  await wait({ requestId: request.id, deadline: request.deadline, taskToken: "token", ...first });
  expect(await wakeups.get(request.id)).toBe("token");
  expect(workflow.woken).toEqual([]);
});

it("wakes the execution at once when the request is no longer there to decide", async () => {
  const { wait, workflow, request } = await setUp();
  const gone = aPendingRequest({ id: "r-gone" as never });
  await wait({ requestId: gone.id, deadline: request.deadline, taskToken: "token", ...first });
  expect(workflow.woken).toEqual(["token"]);
});

it("wakes the execution at once when another step's deadline counts by now", async () => {
  const { wait, workflow, request } = await setUp();
  await wait({
    requestId: request.id,
    deadline: secondsAfter(new Date(request.deadline), -60),
    taskToken: "token",
    ...first,
  });
  expect(workflow.woken).toEqual(["token"]);
});

it("keeps the token before it reads the request: a decision in between finds it", async () => {
  const { wakeups, workflow, request } = await setUp();
  const seen: (string | undefined)[] = [];
  const wait = awaitApproval({
    wakeups,
    workflow,
    requests: {
      get: async () => {
        seen.push(await wakeups.get(request.id));
        return request;
      },
    },
  });
  await wait({ requestId: request.id, deadline: request.deadline, taskToken: "token", ...first });
  expect(seen).toEqual(["token"]);
});

it("does nothing late: the token of a later wait stays, and a wait that is over wakes nobody", async () => {
  const { wait, wakeups, workflow, request } = await setUp();
  await wait({
    requestId: request.id,
    deadline: request.deadline,
    taskToken: "retried",
    ...first,
    retryCount: 1,
  });
  await wait({ requestId: request.id, deadline: request.deadline, taskToken: "late", ...first });
  expect(await wakeups.get(request.id)).toBe("retried");
  expect(workflow.woken).toEqual([]);
});
