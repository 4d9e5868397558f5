import { describe, expect, it } from "vitest";
import type { Integration } from "../../../../../lambdas/core/domain/integration.ts";
import { syncsBehind } from "../../../../../lambdas/core/use-cases/sync/syncs-behind.ts";
import { FakeSyncStore } from "../../../../support/fakes/sync-store.ts";
import {
  aFailedSync,
  aFinishedSync,
  anOrganizationIntegration,
  aRunningSync,
  home,
} from "../../../../support/integrations.ts";
import { VirtualClock } from "../../../../support/virtual-clock.ts";

const HOUR = 3_600_000;

const underTest = (...integrations: readonly Integration[]) => {
  const clock = new VirtualClock();
  const syncs = new FakeSyncStore();
  const behind = syncsBehind({ integrations: { list: () => Promise.resolve(integrations) }, syncs, clock });
  return { clock, syncs, behind };
};

const { connector: _connector, ...withoutConnector } = anOrganizationIntegration({ memberAccounts: true });

describe("the syncs that are behind", () => {
  it("are none where none was ever begun", async () => {
    expect(await underTest(home, withoutConnector).behind()).toEqual([]);
  });

  it("are those of which none was finished for too long, also where there is no way in any more", async () => {
    const { behind, clock, syncs } = underTest(home, withoutConnector);
    const of = { begunAt: clock.now(), integration: withoutConnector.name };
    await syncs.put(aFinishedSync(of));
    await syncs.put(aFinishedSync({ ...of, scope: "resources" }));
    // The home organization's went on.
    await clock.advanceBy(6 * HOUR);
    await syncs.put(aFinishedSync({ begunAt: clock.now() }));
    await syncs.put(aFailedSync({ ...of, begunAt: clock.now() }));
    expect(await behind()).toEqual([]);
    await clock.advanceBy(61_000);
    expect(await behind()).toEqual([
      { integration: withoutConnector.name, scope: "identity", since: "2026-01-01T00:01:00.000Z" },
    ]);
  });

  it("are those that were begun again and again, and of which none was ever finished", async () => {
    const { behind, clock, syncs } = underTest(home);
    for (let attempt = 0; attempt < 9; attempt += 1) {
      await syncs.put(aFailedSync({ begunAt: clock.now() }, undefined, { baseline: true }));
      await clock.advanceBy(HOUR);
    }
    await syncs.put(aRunningSync({ begunAt: clock.now() }, { baseline: true }));
    expect(await behind()).toMatchObject([{ scope: "identity" }]);
  });
});
