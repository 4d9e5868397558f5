import { beforeEach, describe, expect, it } from "vitest";
import type { AccessRequest } from "../../../../lambdas/core/domain/access-request.ts";
import { commonOf, evolve } from "../../../../lambdas/core/domain/evolve.ts";
import { timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { persist, persistOrReread, persistOrRetry } from "../../../../lambdas/core/use-cases/persist.ts";
import { aPendingRequest, aPerson, aRequestId, anActiveRequest } from "../../../support/builders.ts";
import { FakeAccessRequestStore } from "../../../support/fakes/stores.ts";

const now = new Date("2026-01-01T00:00:00.000Z");
const actor = { type: "lockstep", name: "workflow" } as const;

/** Before each of the next `races` writes, somebody else writes the next version. */
class RacingStore extends FakeAccessRequestStore {
  races = 0;
  reads = 0;
  writes = 0;
  override get(...key: Parameters<FakeAccessRequestStore["get"]>) {
    this.reads += 1;
    return super.get(...key);
  }
  override async replace(...[next, from]: Parameters<FakeAccessRequestStore["replace"]>) {
    this.writes += 1;
    const current = await super.get(next.id);
    if (current?.status === "pending" && this.writes <= this.races) {
      const draft = { ...commonOf(current), deadline: current.deadline };
      await super.replace(evolve("NextApprovalNeeded", current, draft, { actor, now }), ["pending"]);
    }
    return super.replace(next, from);
  }
}

let requests: RacingStore;
const pending = aPendingRequest();

beforeEach(async () => {
  requests = new RacingStore();
  await requests.create(pending);
});

const cancelled = (request: AccessRequest) => {
  if (request.status !== "pending") throw new Error(`It is ${request.status}`);
  const ended = { reason: "cancelled", by: aPerson("alice"), at: timestamp(now) } as const;
  return evolve("RequestCancelled", request, { ...commonOf(request), ended }, { actor, now });
};
const stored = async () => (await requests.get(pending.id))?.status;

describe("a write", () => {
  it("is made on top of the version that it was decided on", async () => {
    expect(await persist(requests, "RequestCancelled", cancelled(pending))).toBe("written");
    expect(await stored()).toBe("cancelled");
  });

  it("is not made over another one, nor from a status that its transition does not start from", async () => {
    expect(await persist(requests, "RequestCancelled", { ...cancelled(pending), version: 3 })).toBe(
      "conflict",
    );
    expect(await persist(requests, "RequestScheduled", cancelled(pending))).toBe("conflict");
    expect(await stored()).toBe("pending");
  });
});

describe("the workflow's write", () => {
  it("answers with what was written", async () => {
    const next = cancelled(pending);
    expect(await persistOrRetry(requests, "RequestCancelled", next)).toBe(next);
    expect(await stored()).toBe("cancelled");
  });

  it("that comes second is an error that the machine retries, and says what was not written", async () => {
    requests.races = 1;
    await expect(persistOrRetry(requests, "RequestCancelled", cancelled(pending))).rejects.toMatchObject({
      name: "ConcurrentModification",
      message: `Request ${pending.id} changed before RequestCancelled was written`,
    });
    expect(requests.writes).toBe(1);
    expect(await stored()).toBe("pending");
  });
});

describe("a person's write", () => {
  const seen = () => {
    const versions: (number | undefined)[] = [];
    const decide = (request: AccessRequest | undefined) => {
      versions.push(request?.version);
      return { name: "RequestCancelled", next: cancelled(request ?? pending) } as const;
    };
    return { versions, decide };
  };

  it("is decided on what is there, and answered with what was written", async () => {
    const { versions, decide } = seen();
    expect(await persistOrReread(requests, pending.id, decide)).toMatchObject({
      status: "cancelled",
      version: 2,
    });
    expect(versions).toEqual([1]);
    expect(requests.writes).toBe(1);
  });

  it("is decided anew on what others wrote first, four times", async () => {
    requests.races = 4;
    const { versions, decide } = seen();
    expect(await persistOrReread(requests, pending.id, decide)).toMatchObject({
      status: "cancelled",
      version: 6,
    });
    expect(versions).toEqual([1, 2, 3, 4, 5]);
    expect(await stored()).toBe("cancelled");
  });

  it("is given up when five others came first, and nothing of it is written", async () => {
    requests.races = 5;
    const { versions, decide } = seen();
    await expect(persistOrReread(requests, pending.id, decide)).rejects.toMatchObject({
      code: "concurrent-modification",
      message: "This request is being changed by others right now. Try again.",
      fields: [],
    });
    expect(versions).toEqual([1, 2, 3, 4, 5]);
    expect(requests.writes).toBe(5);
    expect(await stored()).toBe("pending");
  });

  it("is none where nothing is to be written: the answer is what is there", async () => {
    const done = anActiveRequest();
    expect(await persistOrReread(requests, pending.id, () => ({ done }))).toBe(done);
    expect([requests.reads, requests.writes]).toEqual([1, 0]);
  });

  it("is decided on nothing where there is no such request", async () => {
    const { versions } = seen();
    const decide = (request: AccessRequest | undefined) => {
      versions.push(request?.version);
      throw new Error("It has vanished");
    };
    await expect(persistOrReread(requests, aRequestId("another"), decide)).rejects.toThrow("It has vanished");
    expect(versions).toEqual([undefined]);
    expect(requests.writes).toBe(0);
  });
});
