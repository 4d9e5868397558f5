import { expect, it } from "vitest";
import { latestPasses } from "../../../../../lambdas/core/use-cases/integrations/latest-passes.ts";
import { FakeSyncStore } from "../../../../support/fakes/sync-store.ts";
import {
  aFailedSync,
  aFinishedSync,
  aRunningSync,
  anAccountIntegration,
  home,
} from "../../../../support/integrations.ts";

const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour));
const clock = { now: () => at(18) };

it("finds the newest pass, the newest that ended and the newest that was finished", async () => {
  const syncs = new FakeSyncStore();
  const finished = aFinishedSync({ begunAt: at(1) });
  const failed = aFailedSync({ begunAt: at(2) });
  const running = aRunningSync({ begunAt: at(3) });
  const oldest = aFinishedSync({ begunAt: at(0) });
  for (const sync of [oldest, finished, failed, running]) await syncs.put(sync);
  expect(await latestPasses({ syncs, clock })({ ...home, memberAccounts: true })).toEqual({
    identity: { newest: running, newestEnded: failed, newestFinished: finished, earliest: oldest },
    resources: {},
  });
});

it("looks as far back as it takes to find one that was finished", async () => {
  const syncs = new FakeSyncStore();
  const finished = aFinishedSync({ begunAt: at(0) });
  await syncs.put(finished);
  for (let hour = 1; hour <= 17; hour += 1) await syncs.put(aFailedSync({ begunAt: at(hour) }));
  const { identity } = await latestPasses({ syncs, clock })(home);
  expect(identity?.newestFinished).toEqual(finished);
  expect(identity?.newestEnded?.id).toBe(aFailedSync({ begunAt: at(17) }).id);
});

it("looks no further back than tells how long none was ever finished", async () => {
  const syncs = new FakeSyncStore();
  let pages = 0;
  for (let hour = 0; hour < 18; hour += 1) {
    await syncs.put(aFailedSync({ begunAt: at(hour) }, undefined, { baseline: true }));
  }
  const counted = {
    list: (...query: Parameters<FakeSyncStore["list"]>) => {
      pages += 1;
      return syncs.list(...query);
    },
  };
  const { identity } = await latestPasses({ syncs: counted, clock })(home);
  expect(identity?.newestFinished).toBeUndefined();
  // Five at once: the tenth is more than six hours old.
  expect(identity?.earliest?.id).toBe(aFailedSync({ begunAt: at(8) }).id);
  expect(pages).toBe(2);
});

it("looks only for what an account has", async () => {
  const syncs = new FakeSyncStore();
  expect(Object.keys(await latestPasses({ syncs, clock })(anAccountIntegration()))).toEqual(["resources"]);
});
