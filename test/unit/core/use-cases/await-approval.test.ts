import { expect, it } from "vitest";
import { STATUSES, type AccessRequest } from "../../../../lambdas/core/domain/access-request.ts";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { awaitApproval } from "../../../../lambdas/core/use-cases/await-approval.ts";
import { aPendingRequest } from "../../../support/builders.ts";
import type { Wakeup } from "../../../../lambdas/core/ports/stores.ts";
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

it("keeps which wait the token is of, and keeps it for a week after the deadline", async () => {
  const { requests, workflow, request } = await setUp();
  const kept: Wakeup[] = [];
  const wakeups = {
    put: (wakeup: Wakeup) => {
      kept.push(wakeup);
      return Promise.resolve("written" as const);
    },
  };
  const wait = { requestId: request.id, taskToken: "token", ...first, retryCount: 2 };
  await awaitApproval({ requests, wakeups, workflow })({ ...wait, deadline: request.deadline });
  // The request's deadline is a day after the beginning of the year.
  expect(kept).toStrictEqual([{ ...wait, expiresAt: "2026-01-09T00:00:00.000Z" }]);
});

it.each(STATUSES)("wakes the execution at once unless its request is pending: %s", async (status) => {
  const { wakeups, workflow, request } = await setUp();
  const requests = { get: () => Promise.resolve({ ...request, status } as AccessRequest) };
  const wait = awaitApproval({ requests, wakeups, workflow });
  await wait({ requestId: request.id, deadline: request.deadline, taskToken: "token", ...first });
  expect(workflow.woken).toEqual(status === "pending" ? [] : ["token"]);
  expect(await wakeups.get(request.id)).toBe("token");
});

it("looks at no request for a wait that is over", async () => {
  const { wakeups, workflow, request } = await setUp();
  const { id: requestId, deadline } = request;
  let reads = 0;
  const requests = {
    get: () => {
      reads += 1;
      return Promise.resolve(undefined);
    },
  };
  const wait = awaitApproval({ requests, wakeups, workflow });
  await wait({ requestId, deadline, taskToken: "retried", ...first, retryCount: 1 });
  await wait({ requestId, deadline, taskToken: "late", ...first });
  expect(reads).toBe(1);
  expect(workflow.woken).toEqual(["retried"]);
});
