import { describe, expect, it } from "vitest";
import { behindSince, isDue, scopesOf } from "../../../../lambdas/core/domain/sync-schedule.ts";
import { timestamp } from "../../../../lambdas/core/domain/ids.ts";
import type { FinishedSync, RunningSync, Sync } from "../../../../lambdas/core/domain/sync.ts";
import {
  aFailedSync,
  aFinishedSync,
  aProblem,
  aRunningSync,
  anAccountIntegration,
  anOrganizationIntegration,
} from "../../../support/integrations.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const begunAt = new Date("2026-01-01T00:00:00.000Z");
const integration = anOrganizationIntegration();
const after = (milliseconds: number) => new Date(begunAt.getTime() + milliseconds);

describe("what of an integration is synced", () => {
  it("is an account's resources, and an organization's identity", () => {
    expect(scopesOf(anAccountIntegration())).toEqual(["resources"]);
    expect(scopesOf(anOrganizationIntegration({ memberAccounts: false }))).toEqual(["identity"]);
  });

  it("is what is in an organization's accounts, too, where there is a way into them", () => {
    expect(scopesOf(anOrganizationIntegration({ memberAccounts: true }))).toEqual(["identity", "resources"]);
  });
});

describe("a pass is due", () => {
  it("when there was none before", () => {
    expect(isDue(integration, "identity", undefined, begunAt)).toBe(true);
  });

  it.each([
    ["identity", HOUR],
    ["resources", 6 * HOUR],
  ] as const)("of %s: so long after the last one was begun that finished", (scope, every) => {
    const finished = aFinishedSync({ begunAt, scope });
    expect(isDue(integration, scope, finished, after(every - 1))).toBe(false);
    expect(isDue(integration, scope, finished, after(every))).toBe(true);
  });

  it("as often as the integration says", () => {
    const often = { ...integration, syncEvery: { identity: "PT20M" } };
    const finished = aFinishedSync({ begunAt });
    expect(isDue(often, "identity", finished, after(20 * MINUTE - 1))).toBe(false);
    expect(isDue(often, "identity", finished, after(20 * MINUTE))).toBe(true);
    expect(isDue(often, "resources", aFinishedSync({ begunAt, scope: "resources" }), after(5 * HOUR))).toBe(
      false,
    );
  });

  it("a quarter of an hour after one has failed", () => {
    // It ended a minute after it was begun.
    const failed = aFailedSync({ begunAt }, aProblem());
    expect(isDue(integration, "identity", failed, after(16 * MINUTE - 1))).toBe(false);
    expect(isDue(integration, "identity", failed, after(16 * MINUTE))).toBe(true);
  });

  it("at once when the integration was changed since the newest one was begun that has ended", () => {
    const changed = { ...integration, updatedAt: timestamp(begunAt) };
    const due = (newest: Sync) => isDue(changed, "identity", newest, after(2 * MINUTE));
    expect(due(aFinishedSync({ begunAt }))).toBe(true);
    expect(due(aFailedSync({ begunAt }, aProblem()))).toBe(true);
    const updatedAt = timestamp(after(MINUTE));
    expect(due(aRunningSync({ begunAt }, { version: 2, updatedAt }))).toBe(false);
    expect(due(aFinishedSync({ begunAt }, { integrationWrittenAt: changed.updatedAt }))).toBe(false);
  });

  it("never while one is under way, and again when it has been silent for half an hour", () => {
    const running = aRunningSync(
      { begunAt },
      { version: 2, updatedAt: aRunningSync({ begunAt: after(HOUR) }).begunAt },
    );
    expect(isDue(integration, "identity", running, after(HOUR + 30 * MINUTE - 1))).toBe(false);
    expect(isDue(integration, "identity", running, after(HOUR + 30 * MINUTE))).toBe(true);
  });

  it("while nobody has got on since one was begun or taken up: its start may have been lost", () => {
    const due = (more: Partial<RunningSync>) =>
      isDue(integration, "identity", aRunningSync({ begunAt }, more), after(5 * MINUTE));
    expect(due({})).toBe(true);
    expect(due({ version: 3, attempt: 3 })).toBe(true);
    expect(due({ version: 2 })).toBe(false);
    expect(due({ version: 4, attempt: 3 })).toBe(false);
  });
});

describe("a scope is behind", () => {
  const finished = aFinishedSync({ begunAt }) as FinishedSync;
  const ended = Date.parse(finished.endedAt) - begunAt.getTime();

  it.each([
    ["identity", integration, 6 * HOUR],
    ["resources", integration, 21 * HOUR],
    ["identity", { syncEvery: { identity: "PT15M" } }, 3 * HOUR + 45 * MINUTE],
    ["resources", { syncEvery: { identity: "PT15M" } }, 21 * HOUR],
  ] as const)(
    "of %s, three intervals and the three hours of the longest sync after one was finished",
    (scope, of, allowed) => {
      const passes = { newestFinished: finished, earliest: finished };
      expect(behindSince(of, scope, passes, after(ended + allowed))).toBeUndefined();
      expect(behindSince(of, scope, passes, after(ended + allowed + 1))).toBe(finished.endedAt);
    },
  );

  it("so long after the first attempt where none was ever finished", () => {
    const earliest = aFailedSync({ begunAt });
    expect(behindSince(integration, "identity", { earliest }, after(6 * HOUR))).toBeUndefined();
    expect(behindSince(integration, "identity", { earliest }, after(6 * HOUR + 1))).toBe(earliest.begunAt);
  });

  it("never, where none was begun", () => {
    expect(behindSince(integration, "identity", {}, after(1e12))).toBeUndefined();
  });
});
