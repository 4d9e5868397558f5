import { describe, expect, it } from "vitest";
import type { AccessRequest } from "../../../../../lambdas/core/domain/access-request.ts";
import { RetryableError } from "../../../../../lambdas/core/domain/errors.ts";
import { secondsAfter } from "../../../../../lambdas/core/domain/ids.ts";
import type { DueRequests } from "../../../../../lambdas/core/ports/stores.ts";
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
    expect(swept.defects).toEqual([]);

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
