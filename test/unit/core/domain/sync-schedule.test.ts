import { describe, expect, it } from "vitest";
import { isDue, scopesOf } from "../../../../lambdas/core/domain/sync-schedule.ts";
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
    const often = { syncEvery: { identity: "PT20M" } };
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

  it("never while one is under way, and again when it has been silent for half an hour", () => {
    const running = aRunningSync({ begunAt }, { updatedAt: aRunningSync({ begunAt: after(HOUR) }).begunAt });
    expect(isDue(integration, "identity", running, after(HOUR + 30 * MINUTE - 1))).toBe(false);
    expect(isDue(integration, "identity", running, after(HOUR + 30 * MINUTE))).toBe(true);
  });
});
