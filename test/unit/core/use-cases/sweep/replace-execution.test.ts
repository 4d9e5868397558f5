import { expect, it } from "vitest";
import { replaceExecution } from "../../../../../lambdas/core/use-cases/sweep/resume-request.ts";
import { endedOf, lifeOf, sweepUnderTest } from "./world.ts";

const start = new Date(Date.UTC(2026, 0, 1));

const failing = () => {
  const world = sweepUnderTest();
  const life = lifeOf("alice", start);
  return { world, life, id: life.pending.id, replace: replaceExecution(world) };
};

it("starts another execution where the request stands", async () => {
  const { world, life, id, replace } = failing();
  await world.writeAll([life.pending], true);
  expect(await replace({ name: id, requestId: id })).toBe("replaced");
  await world.writeAll([life.approved, life.granting, life.active], true);
  expect(await replace({ name: `${id}.revoke.4`, requestId: id })).toBe("replaced");
  expect([...world.workflow.started]).toEqual([
    [`${id}.restart`, { version: 1, requestId: id, begin: "grant" }],
    [`${id}.revoke.4.restart`, { version: 1, requestId: id, begin: "revoke" }],
  ]);
});

it("starts one when it is told twice", async () => {
  const { world, life, id, replace } = failing();
  await world.writeAll(life.all, true);
  await replace({ name: id, requestId: id });
  await replace({ name: id, requestId: id });
  expect(world.workflow.started.size).toBe(1);
});

it("leaves what fails again to the sweep's own rhythm", async () => {
  const { world, life, id, replace } = failing();
  await world.writeAll(life.all, true);
  expect(await replace({ name: `${id}.restart`, requestId: id })).toBe("left");
  expect(await replace({ name: `${id}.sweep.4.abc`, requestId: id })).toBe("left");
  expect(world.workflow.started.size).toBe(0);
});

it("leaves a request alone that is over, or that there is none", async () => {
  const { world, life, id, replace } = failing();
  expect(await replace({ name: id, requestId: id })).toBe("left");
  const { revoking, ended } = endedOf(life.active, start);
  await world.writeAll([...life.all, revoking, ended], true);
  expect(await replace({ name: id, requestId: id })).toBe("left");
  expect(world.workflow.started.size).toBe(0);
});
