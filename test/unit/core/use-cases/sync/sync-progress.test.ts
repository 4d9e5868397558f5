import { describe, expect, it } from "vitest";
import { HOME_INTEGRATION } from "../../../../../lambdas/core/domain/integration.ts";
import type { Sync, SyncScope } from "../../../../../lambdas/core/domain/sync.ts";
import { accountsProgress } from "../../../../../lambdas/core/use-cases/sync/accounts-progress.ts";
import { SyncProgress } from "../../../../../lambdas/core/use-cases/sync/sync-progress.ts";
import { EagerClock } from "../../../../support/fakes/eager-clock.ts";
import { FakeSyncStore } from "../../../../support/fakes/sync-store.ts";
import { aFinishedSync, aProblem, aRunningSync } from "../../../../support/integrations.ts";

const clock = new EagerClock();
const takeTally = () => ({ calls: { "iam:List": 1 }, throttles: 0 });
const of = (scope: SyncScope) => ({ integration: HOME_INTEGRATION, scope });

/** A pass that an invocation works on, and what happens to its record meanwhile. */
const worked = async (scope: SyncScope) => {
  const syncs = new FakeSyncStore();
  const sync = aRunningSync(of(scope));
  await syncs.put(sync);
  return {
    progress: new SyncProgress(sync, { syncs, takeTally, clock }),
    told: async (times = 1) => {
      for (let time = 0; time < times; time += 1) {
        const told = accountsProgress({ syncs, clock }, sync.id);
        await told.lookedInto();
        await told.tell();
      }
    },
    replaced: (by: (there: Sync) => Sync) => syncs.put({ ...by(sync), version: 2 }),
    there: () => syncs.get(sync.id),
  };
};

const others = { name: "ConcurrentModification" };

describe("a pass over accounts, of which others tell how far they are", () => {
  it("is noted, and finished, behind what they told", async () => {
    const { progress, told, there } = await worked("resources");
    await told(3);
    progress.met(aProblem());
    await progress.note();
    await told();
    progress.count({ appeared: 1, changed: 2, vanished: 3 });
    await progress.finish();
    expect(await there()).toMatchObject({
      status: "finished",
      version: 7,
      problems: [aProblem()],
      changes: { appeared: 1, changed: 2, vanished: 3 },
      // Each write's calls once, however often it was tried.
      calls: { "iam:List": 2 },
    });
  });

  it("fails behind what they told, too", async () => {
    const { progress, told, there } = await worked("resources");
    await told();
    await progress.fail(aProblem());
    expect(await there()).toMatchObject({ status: "failed", version: 3, reason: aProblem() });
  });

  it.each([
    ["took it up", (there: Sync) => ({ ...there, attempt: 2 })],
    ["finished it", () => aFinishedSync(of("resources"))],
  ])("is left to who %s", async (_what, by) => {
    const { progress, replaced, there } = await worked("resources");
    await replaced(by);
    const before = await there();
    await expect(progress.note()).rejects.toMatchObject(others);
    await expect(progress.finish()).rejects.toMatchObject(others);
    expect(await there()).toEqual(before);
  });
});

describe("a pass that nobody tells of but who works on it", () => {
  it("is left to the other one who wrote it", async () => {
    const { progress, replaced } = await worked("identity");
    await replaced((there) => there);
    await expect(progress.note()).rejects.toMatchObject(others);
    await expect(progress.finish()).rejects.toMatchObject(others);
  });
});
