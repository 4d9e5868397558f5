import { expect, it } from "vitest";
import { firstBrokenLink } from "../../../../../lambdas/core/domain/audit.ts";
import { commonOf, evolve } from "../../../../../lambdas/core/domain/evolve.ts";
import { secondsAfter } from "../../../../../lambdas/core/domain/ids.ts";
import { recordTransition } from "../../../../../lambdas/core/use-cases/record-transition.ts";
import { endedOf, lifeOf, sweepUnderTest } from "./world.ts";

const start = new Date(Date.UTC(2026, 0, 1));

it("puts back what the stream lost, in the chain's order, and tells the bus of it", async () => {
  const world = sweepUnderTest();
  const { all, active } = lifeOf("alice", start);
  await world.writeAll(all, false);
  const [first] = active.trail;
  if (first !== undefined) await world.audit.append(first);
  await world.wait(180);
  const { report } = await world.sweep();

  const { items } = await world.audit.list(active.id, { limit: 10 });
  expect(firstBrokenLink(items)).toBeUndefined();
  expect(items.map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4]);
  expect(world.events.published.map(({ id, type }) => [id, type])).toEqual([
    [`${active.id}.2`, "RequestApproved"],
    [`${active.id}.3`, "GrantStarted"],
    [`${active.id}.4`, "AccessGranted"],
  ]);
  expect(report.trail).toEqual({ healed: 3, lost: 0 });
  expect(report.findings).toEqual([
    expect.objectContaining({ kind: "audit-gap", outcome: "healed", requestId: active.id }),
  ]);
});

it("does nothing twice when the stream was only late", async () => {
  const world = sweepUnderTest();
  const { all, active } = lifeOf("alice", start);
  await world.writeAll(all, false);
  await world.wait(180);
  await world.sweep();
  const healed = (await world.audit.list(active.id, { limit: 10 })).items;
  for (const version of all) await recordTransition(world)(version);
  expect((await world.audit.list(active.id, { limit: 10 })).items).toEqual(healed);
  const ids = world.events.published.map(({ id }) => id);
  // Every event came twice, under one id each.
  expect(new Set(ids).size).toBe(ids.length / 2);
});

it("reports what nobody has any more, every time that it looks", async () => {
  const world = sweepUnderTest();
  const { all, active } = lifeOf("alice", start);
  // An entry of the last half hour is in the item still; older ones are where nobody has looked for an hour.
  const later = new Date(secondsAfter(start, 3600));
  const { revoking, ended } = endedOf(active, later);
  const again = evolve(
    "VerificationStarted",
    revoking,
    { ...commonOf(revoking), expiresAt: revoking.expiresAt, ending: revoking.ending },
    { actor: { type: "lockstep", name: "workflow" }, now: later },
  );
  const over = evolve(
    "AccessEnded",
    again,
    { ...commonOf(again), expiresAt: again.expiresAt, ended: ended.ended },
    { actor: { type: "lockstep", name: "workflow" }, now: later },
  );
  await world.writeAll([...all, revoking, again, over], false);
  await world.wait(3_780);
  const { report } = await world.sweep();
  expect(over.version - over.trail.length).toBeGreaterThan(0);
  expect(report.trail).toEqual({ healed: over.trail.length, lost: over.version - over.trail.length });
  expect(report.findings).toContainEqual(
    expect.objectContaining({ kind: "audit-gap", outcome: "reported", requestId: active.id }),
  );
});
