import { expect, it } from "vitest";
import { SweepReportSchema } from "../../../../../lambdas/core/contracts/http/sweep.ts";
import { lifeOf, endedOf, sweepUnderTest } from "./world.ts";
import { release } from "../../../../../lambdas/core/domain/entitlement.ts";
import { RetryableError } from "../../../../../lambdas/core/domain/errors.ts";
import { sweep } from "../../../../../lambdas/core/use-cases/sweep/sweep.ts";

it("has removed what waits for two minutes and nobody comes for, and nothing sooner", async () => {
  const world = sweepUnderTest();
  const active = await world.grant("alice");
  const record = await world.record("alice");
  const now = world.clock.now();
  const released = release(record, { ...active, entitlement: record.entitlement }, { uncertain: false, now });
  if (released.do === "write") await world.entitlements.put(released.next);
  await world.wait(119);
  expect((await world.sweep()).report.findings).toEqual([]);
  expect(world.drains).toEqual([]);
  await world.wait(2);
  expect(world.kinds(await world.sweep())).toEqual(["waiting-removals"]);
  expect(world.drains).toHaveLength(1);
});

it("measures for how long access is still there that should be gone, also between two looks", async () => {
  const world = sweepUnderTest();
  const active = await world.grant("alice");
  await world.wait(3600);
  const { revoking } = endedOf(active, world.clock.now());
  await world.writeAll([revoking], true);
  await world.wait(700);
  expect((await world.sweep()).revokeLagMilliseconds).toBe(700_000);
  await world.wait(200);
  // Its next look is not due yet.
  expect((await world.sweep()).report.requests.lookedAt).toBe(0);
  expect((await world.sweep()).revokeLagMilliseconds).toBe(900_000);
});

it("counts requests by status only when it is asked to", async () => {
  const world = sweepUnderTest({
    counts: { countOf: (status) => Promise.resolve(status === "active" ? 7 : 0) },
  });
  expect((await world.sweep()).requestsByStatus).toBeUndefined();
  const counting = await sweep(world.dependencies)({ seconds: 10, counting: true });
  expect(counting.requestsByStatus).toEqual({
    pending: 0,
    approved: 0,
    scheduled: 0,
    granting: 0,
    active: 7,
    revoking: 0,
    stuck: 0,
  });
});

it("does all other parts when one fails, and says so: a fault that passes", async () => {
  const world = sweepUnderTest();
  await world.grant("alice");
  await world.wait(180);
  const index = {
    removals: () => Promise.reject(new RetryableError("StoreUnavailable", "throttled")),
    longestUnverified: (limit: number) => world.entitlements.longestUnverified(limit),
  };
  const swept = await sweepUnderTest({ ...world.dependencies, index }).sweep();
  expect(swept.report).toMatchObject({
    complete: false,
    problems: ["throttled"],
    requests: { lookedAt: 1 },
    access: { compared: 1 },
  });
  expect(swept.defects).toEqual([]);
});

it("says nothing of how old its comparisons are when it cannot find that out", async () => {
  const world = sweepUnderTest();
  const index = {
    removals: world.entitlements.removals.bind(world.entitlements),
    longestUnverified: () => Promise.reject(new RetryableError("StoreUnavailable", "throttled")),
  };
  const swept = await sweepUnderTest({ ...world.dependencies, index }).sweep();
  expect(swept.report).toMatchObject({ complete: false, rotation: {} });
  expect(swept.report.rotation).not.toHaveProperty("oldestSeconds");
});

it("keeps a defect for those who look at the log, and tells the answer that there is one", async () => {
  const world = sweepUnderTest();
  await world.writeAll(lifeOf("alice", world.clock.now()).all, false);
  await world.wait(180);
  world.events.refusing = true;
  const swept = await world.sweep();
  expect(swept.report).toMatchObject({ complete: false, requests: { lookedAt: 1, left: 1 } });
  expect(swept.report.problems[0]).toContain("log of lockstep-sweep");
  expect(swept.defects).toEqual([expect.any(Error)]);
});

it("answers as its contract says, and lists a hundred findings at most", async () => {
  const world = sweepUnderTest();
  for (let one = 0; one < 120; one += 1)
    await world.writeAll(lifeOf(`person ${String(one)}`, world.clock.now()).all, true);
  await world.wait(3600 + 61);
  const { report } = await world.sweep();
  expect(SweepReportSchema.parse(report)).toEqual(report);
  expect(report.findings).toHaveLength(100);
  expect(report.furtherFindings).toBe(20);
});
