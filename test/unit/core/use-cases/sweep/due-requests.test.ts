import { describe, expect, it } from "vitest";
import type { AccessRequest } from "../../../../../lambdas/core/domain/access-request.ts";
import { RetryableError } from "../../../../../lambdas/core/domain/errors.ts";
import { secondsAfter, timestamp, type Timestamp } from "../../../../../lambdas/core/domain/ids.ts";
import type { DueRequests } from "../../../../../lambdas/core/ports/stores.ts";
import { aRequestId } from "../../../../support/builders.ts";
import { endedOf, lifeOf, requestIdOf, sweepUnderTest } from "./world.ts";

const HOUR = 3600;

describe("a due look at a request", () => {
  it("leaves one alone that is on its way, and comes back a minute after its expiry", async () => {
    const world = sweepUnderTest();
    const { expiresAt } = await world.grant("alice");
    await world.wait(180);
    expect((await world.sweep()).report.requests).toEqual({ lookedAt: 1, overdue: 0, restarted: 0, left: 0 });
    expect(world.workflow.started.size).toBe(0);
    expect(await world.requests.due(new Date(secondsAfter(new Date(expiresAt), 59)), 10)).toEqual([]);
    expect(await world.requests.due(new Date(secondsAfter(new Date(expiresAt), 60)), 10)).toHaveLength(1);
  });

  it("starts a new execution at the revoke for access that is past its expiry", async () => {
    const world = sweepUnderTest();
    const { id } = await world.grant("alice");
    await world.wait(HOUR + 61);
    const swept = await world.sweep();
    expect([...world.workflow.started.values()]).toEqual([{ version: 1, requestId: id, begin: "revoke" }]);
    expect(swept.report.findings).toEqual([
      expect.objectContaining({ kind: "overdue-request", outcome: "restarted", requestId: id }),
    ]);
    expect(swept.revokeLagMilliseconds).toBeGreaterThanOrEqual(61_000);
  });

  it("gives it time before the next execution, and twice as much each time", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await world.wait(HOUR + 600);
    await world.sweep();
    await world.wait(590);
    await world.sweep();
    expect(world.workflow.started.size).toBe(1);
    await world.wait(11);
    await world.sweep();
    expect(world.workflow.started.size).toBe(2);
  });

  it("ends with the request: the last look puts none after it", async () => {
    const world = sweepUnderTest();
    const active = await world.grant("alice");
    const { revoking, ended } = endedOf(active, world.clock.now());
    await world.writeAll([revoking, ended], true);
    await world.wait(180);
    await world.sweep();
    expect(await world.requests.due(new Date("2100-01-01T00:00:00.000Z"), 10)).toEqual([]);
  });
});

describe("a request that changes", () => {
  it("between being read and being put off keeps the look that its change asked for", async () => {
    const world = sweepUnderTest();
    const active = await world.grant("alice");
    await world.wait(180);
    const { revoking } = endedOf(active, world.clock.now());
    const due: DueRequests = {
      due: async (now, limit) => {
        const read = await world.requests.due(now, limit);
        await world.writeAll([revoking], true);
        return read;
      },
      putOff: (request, until) => world.requests.putOff(request, until),
    };
    const other = sweepUnderTest({ ...world.dependencies, due });
    await other.sweep();
    const inTwoMinutes = new Date(secondsAfter(world.clock.now(), 121));
    expect((await world.requests.due(inTwoMinutes, 10)).map(({ version }) => version)).toEqual([
      revoking.version,
    ]);
  });
});

describe("two sweeps at once, or one after a crash", () => {
  it("start one execution for one look", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await world.wait(HOUR + 61);
    await Promise.all([world.sweep(), world.sweep()]);
    expect(world.workflow.started.size).toBe(1);
  });

  it("start one execution when the first crashed before it put the request off", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await world.wait(HOUR + 61);
    const crashing = sweepUnderTest({
      ...world.dependencies,
      due: {
        due: (now, limit) => world.requests.due(now, limit),
        putOff: () => Promise.reject(new RetryableError("StoreUnavailable", "no answer")),
      },
    });
    expect((await crashing.sweep()).report).toMatchObject({ complete: false, requests: { left: 1 } });
    await world.sweep();
    expect(world.workflow.started.size).toBe(1);
    expect(await world.requests.due(world.clock.now(), 10)).toEqual([]);
  });
});

describe("what cannot be done now", () => {
  it("stays in the list: an execution that Step Functions does not take", async () => {
    const world = sweepUnderTest();
    await world.grant("alice");
    await world.wait(HOUR + 61);
    world.workflow.unavailable = true;
    const swept = await world.sweep();
    expect(swept.report).toMatchObject({ complete: false, requests: { overdue: 1, restarted: 0, left: 1 } });
    expect(swept.report.findings).toEqual([expect.objectContaining({ outcome: "left-for-later" })]);
    expect(swept.defect).toBeUndefined();

    world.workflow.unavailable = false;
    expect((await world.sweep()).report.requests).toMatchObject({ restarted: 1, left: 0 });
  });

  it("does not keep the sweep from the others behind it", async () => {
    const world = sweepUnderTest();
    const alice = lifeOf("alice", world.clock.now());
    await world.writeAll(alice.all, true);
    for (const name of ["bob", "carol"]) await world.writeAll(lifeOf(name, world.clock.now()).all, true);
    await world.wait(180);
    const audit = {
      append: world.audit.append.bind(world.audit),
      sequences: (id: AccessRequest["id"], from: number) =>
        id === requestIdOf("alice")
          ? Promise.reject(new RetryableError("StoreUnavailable", "throttled"))
          : world.audit.sequences(id, from),
    };
    const swept = await sweepUnderTest({ ...world.dependencies, audit }).sweep();
    expect(swept.report.requests).toMatchObject({ lookedAt: 3, left: 1 });
    expect((await world.requests.due(world.clock.now(), 10)).map(({ id }) => id)).toEqual([
      requestIdOf("alice"),
    ]);
  });
});

/** Requests that are due, made only when they are read: what they hold is all the memory that a list of any length needs. */
const endlessly = (
  count: number,
  dueAt: (index: number) => Timestamp,
  requestAt: (index: number) => AccessRequest,
) => {
  const putOff = new Set<number>();
  let first = 0;
  const pages: number[] = [];
  const due: DueRequests = {
    due: (now, limit) => {
      const page: AccessRequest[] = [];
      while (putOff.has(first)) putOff.delete(first++);
      for (let index = first; index < count && page.length < limit; index += 1) {
        if (!putOff.has(index) && dueAt(index) <= timestamp(now)) page.push(requestAt(index));
      }
      pages.push(page.length);
      return Promise.resolve(page);
    },
    putOff: ({ justification }) => {
      putOff.add(Number(justification));
      return Promise.resolve("written");
    },
  };
  return { due, pages, left: () => count - first - putOff.size };
};

describe("a hundred thousand requests that are due", { timeout: 60_000 }, () => {
  const COUNT = 100_000;
  const prototype = lifeOf("alice", new Date(Date.UTC(2026, 0, 1))).active;
  const requestAt = (index: number): AccessRequest => ({
    ...prototype,
    id: aRequestId("any"),
    justification: String(index),
  });

  it("are all looked at, in pages, and no more than a page is held at a time", async () => {
    const world = sweepUnderTest();
    for (const entry of prototype.trail) await world.audit.append({ ...entry, requestId: aRequestId("any") });
    await world.wait(180);
    const list = endlessly(COUNT, () => timestamp(world.clock.now()), requestAt);
    const swept = await sweepUnderTest({ ...world.dependencies, due: list.due }).sweep();
    expect(swept.report).toMatchObject({
      complete: true,
      requests: { lookedAt: COUNT, restarted: 0, left: 0 },
    });
    expect(list.left()).toBe(0);
    expect(Math.max(...list.pages)).toBe(100);
    expect(list.pages).toHaveLength(COUNT / 100 + 1);
  });

  it("are restarted twenty a second, stopped in time, and gone on with by the next sweep", async () => {
    const world = sweepUnderTest();
    let started = 0;
    const workflow = {
      start: () => Promise.resolve((started += 1) > 0 ? ("started" as const) : ("exists" as const)),
    };
    const audit = { append: () => Promise.resolve(), sequences: () => Promise.resolve([1, 2, 3, 4]) };
    await world.wait(HOUR + 3600);
    const list = endlessly(COUNT, () => timestamp(new Date(0)), requestAt);
    const overdue = sweepUnderTest({ ...world.dependencies, due: list.due, workflow, audit });

    const began = world.clock.now().getTime();
    const first = await overdue.sweep(240);
    const seconds = (world.clock.now().getTime() - began) / 1000;
    expect(seconds).toBeLessThanOrEqual(241);
    expect(started).toBeGreaterThan(4700);
    expect(started).toBeLessThanOrEqual(241 * 20);
    expect(first.report).toMatchObject({ complete: false, requests: { restarted: started } });
    expect(first.report.findings).toHaveLength(100);
    expect(first.report.furtherFindings).toBeGreaterThanOrEqual(started - 100);

    for (let run = 2; run <= 24 && list.left() > 0; run += 1) {
      await world.wait(60);
      await overdue.sweep(240);
    }
    expect(list.left()).toBe(0);
    expect(started).toBe(COUNT);
  });
});
