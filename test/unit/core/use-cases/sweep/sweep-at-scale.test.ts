import { describe, expect, it } from "vitest";
import type { AccessRequest } from "../../../../../lambdas/core/domain/access-request.ts";
import { entitlementKey, type EntitlementRecord } from "../../../../../lambdas/core/domain/entitlement.ts";
import { timestamp, type Timestamp } from "../../../../../lambdas/core/domain/ids.ts";
import type { Provider } from "../../../../../lambdas/core/ports/provider.ts";
import type {
  DueRequests,
  EntitlementIndex,
  WriteOutcome,
} from "../../../../../lambdas/core/ports/stores.ts";
import { SWEEP_CALLS_PER_SECOND } from "../../../../../lambdas/core/use-cases/sweep/observation-rotation.ts";
import { aRequestId, aUserId, anEntitlement } from "../../../../support/builders.ts";
import { lifeOf, sweepUnderTest } from "./world.ts";

const HOUR = 3600;

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

describe("ten thousand live grants at two sso-admin requests a second", { timeout: 60_000 }, () => {
  it("are compared in a rotation of many sweeps, each going on where the last one stopped", async () => {
    const COUNT = 10_000;
    const world = sweepUnderTest();
    const holder = await world.grant("alice");
    await world.wait(120);
    const verifiedAt = timestamp(world.clock.now());
    await world.wait(60);
    // Each in a queue by when it was compared: the real index, without its sorting.
    const queue = new Map<string, EntitlementRecord>();
    for (let one = 0; one < COUNT; one += 1) {
      const entitlement = anEntitlement({ principalId: aUserId(String(one)) });
      const holders = { [holder.id]: { expiresAt: holder.expiresAt } };
      queue.set(entitlementKey(entitlement), { entitlement, version: 2, holders, state: "ours", verifiedAt });
    }
    const index: EntitlementIndex = {
      removals: () => Promise.resolve([]),
      longestUnverified: (limit) => Promise.resolve([...queue.values()].slice(0, limit)),
    };
    const comparedBy = new Map<string, number>();
    let run = 0;
    const put = (next: EntitlementRecord): Promise<WriteOutcome> => {
      const key = entitlementKey(next.entitlement);
      if (!comparedBy.has(key)) comparedBy.set(key, run);
      queue.delete(key);
      queue.set(key, next);
      return Promise.resolve("written");
    };
    let calls = 0;
    const provider: Provider = {
      kind: world.provider.kind,
      apply: world.provider.apply.bind(world.provider),
      remove: world.provider.remove.bind(world.provider),
      instructions: world.provider.instructions.bind(world.provider),
      observe: world.provider.observe.bind(world.provider),
      // Nobody shares an account and permission set with another: one admitted call each.
      observeAll: async (entitlements) => {
        calls += entitlements.length;
        await world.clock.sleep((entitlements.length / SWEEP_CALLS_PER_SECOND) * 1000);
        return new Map(entitlements.map((entitlement) => [entitlement, "present"]));
      },
    };
    const many = sweepUnderTest({
      ...world.dependencies,
      index,
      entitlements: { put },
      providers: { [provider.kind]: provider },
    });
    const ages: number[] = [];
    while (comparedBy.size < COUNT && run < 40) {
      run += 1;
      const began = world.clock.now().getTime();
      const before = calls;
      const { report } = await many.sweep(240);
      const seconds = (world.clock.now().getTime() - began) / 1000;
      expect(seconds).toBeLessThanOrEqual(240);
      expect(calls - before).toBeLessThanOrEqual(240 * SWEEP_CALLS_PER_SECOND);
      expect(report.complete).toBe(false);
      ages.push(report.rotation.oldestSeconds ?? Number.NaN);
      await world.wait(300 - seconds);
    }
    // 480 in each sweep: 21 sweeps, 105 minutes; the metric grows as long as the first rotation lasts, and then stays.
    expect(run).toBe(Math.ceil(COUNT / 480));
    expect([...comparedBy.values()]).toEqual([...comparedBy.values()].toSorted((a, b) => a - b));
    expect(calls).toBeLessThanOrEqual(run * 480);
    expect(ages).toEqual(ages.toSorted((a, b) => a - b));
    expect(ages.at(-1)).toBeLessThan(2 * 3600);
  });
});
