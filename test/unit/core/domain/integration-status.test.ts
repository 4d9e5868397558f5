import { describe, expect, it } from "vitest";
import { integrationStatus } from "../../../../lambdas/core/domain/integration-status.ts";
import type { Integration } from "../../../../lambdas/core/domain/integration.ts";
import type { LatestPasses, LatestPassesByScope } from "../../../../lambdas/core/domain/latest-passes.ts";
import { timestamp } from "../../../../lambdas/core/domain/ids.ts";
import type { Sync } from "../../../../lambdas/core/domain/sync.ts";
import {
  aFailedSync,
  aFinishedSync,
  aProblem,
  aRunningSync,
  anAccountIntegration,
  anOrganizationIntegration,
  deployment,
  home,
} from "../../../support/integrations.ts";

const now = new Date("2026-01-01T05:00:00.000Z");
const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour));

/** The latest of these passes, which are in order. */
const latest = (...passes: readonly Sync[]): LatestPasses => {
  const ended = passes.filter((sync) => sync.status !== "running");
  return {
    newest: passes.at(-1),
    newestEnded: ended.at(-1),
    newestFinished: ended.findLast((sync) => sync.status === "finished"),
    earliest: passes[0],
  };
};

const withAccounts = { ...home, memberAccounts: true };

const statusOf = (passes: LatestPassesByScope, integration: Integration = withAccounts) =>
  integrationStatus(integration, passes, { now, deployment });

const identity = (hour: number) => aFinishedSync({ begunAt: at(hour) });
const resources = (hour: number) => aFinishedSync({ begunAt: at(hour), scope: "resources" });
const denied = aProblem();

describe("an organization's status", () => {
  it("is initializing before any sync, and says what to do", () => {
    const { state, reasons, lastSyncs, lastSyncedAt } = statusOf({});
    expect(state).toBe("initializing");
    expect(reasons).toHaveLength(1);
    expect(reasons[0]).toMatchObject({
      severity: "note",
      fix: expect.stringContaining("/refresh") as string,
    });
    expect(lastSyncs).toEqual({});
    expect(lastSyncedAt).toBeUndefined();
  });

  it("is initializing while the first one runs, and says where to look", () => {
    const running = aRunningSync({ begunAt: now });
    expect(statusOf({ identity: latest(running) })).toMatchObject({
      state: "initializing",
      reasons: [{ severity: "note", fix: expect.stringContaining(running.id) as string }],
    });
  });

  it("is initializing as long as only resources were seen", () => {
    expect(statusOf({ resources: latest(resources(1)) }).state).toBe("initializing");
  });

  it("is active once identity was seen, with nothing to say", () => {
    expect(statusOf({ identity: latest(identity(1)) })).toEqual({
      state: "active",
      reasons: [],
      moreReasons: 0,
      lastSyncedAt: identity(1).status === "finished" ? "2026-01-01T01:01:00.000Z" : "",
      lastSyncs: { identity: identity(1).id },
    });
  });

  it("tells the newest passes, and when one was finished last", () => {
    const running = aRunningSync({ begunAt: now });
    expect(
      statusOf({ identity: latest(identity(1), running), resources: latest(resources(3)) }),
    ).toMatchObject({
      state: "active",
      lastSyncedAt: "2026-01-01T03:01:00.000Z",
      lastSyncs: { identity: running.id, resources: resources(3).id },
    });
  });

  it("is error after a first pass that failed, with its reason and what to do", () => {
    expect(statusOf({ identity: latest(aFailedSync({ begunAt: at(1) }, denied)) })).toMatchObject({
      state: "error",
      reasons: [
        { severity: "error", scope: "identity", code: denied.code, message: denied.message, fix: denied.fix },
      ],
    });
  });

  it.each([
    ["identity", { identity: latest(identity(1), aFailedSync({ begunAt: at(2) })) }],
    [
      "resources",
      {
        identity: latest(identity(1)),
        resources: latest(resources(1), aFailedSync({ begunAt: at(2), scope: "resources" })),
      },
    ],
  ] as const)(
    "is error when the last pass of %s failed, and still tells when one was finished",
    (scope, passes) => {
      expect(statusOf(passes)).toMatchObject({
        state: "error",
        reasons: [{ severity: "error", scope }],
        lastSyncedAt: "2026-01-01T01:01:00.000Z",
      });
    },
  );

  it("stays error while the next pass runs, and is over with one that is finished", () => {
    const failed = aFailedSync({ begunAt: at(1) });
    expect(statusOf({ identity: latest(failed, aRunningSync({ begunAt: now })) }).state).toBe("error");
    expect(statusOf({ identity: latest(failed, identity(2)) }).state).toBe("active");
  });

  it("stays error while a pass that failed goes on where it was", () => {
    const goesOn = aRunningSync({ begunAt: now }, { failedBefore: denied });
    expect(statusOf({ identity: latest(identity(1), goesOn) })).toMatchObject({
      state: "error",
      reasons: [{ severity: "error", scope: "identity", code: denied.code }],
    });
    const finished = aFinishedSync({ begunAt: now }, { failedBefore: denied });
    expect(statusOf({ identity: latest(identity(1), finished) }).state).toBe("active");
  });

  it("says nothing of resources while nobody looks into the accounts", () => {
    const failed = latest(aFailedSync({ begunAt: at(2), scope: "resources" }));
    expect(statusOf({ identity: latest(identity(1)), resources: failed }, home).state).toBe("active");
  });

  it("is warning when something was not seen, each with its words and its account", () => {
    const problem = aProblem({ code: "member-role-missing", severity: "warning", accountId: "222222222222" });
    const partly = aFinishedSync(
      { begunAt: at(2), scope: "resources" },
      { problems: [problem], moreProblems: 7 },
    );
    expect(statusOf({ identity: latest(identity(1)), resources: latest(partly) })).toMatchObject({
      state: "warning",
      reasons: [{ ...problem, scope: "resources" }],
      moreReasons: 7,
    });
  });

  it("does not call a pass failed that was finished, whatever it could not see", () => {
    const partly = aFinishedSync({ begunAt: at(1) }, { problems: [aProblem({ severity: "error" })] });
    expect(statusOf({ identity: latest(partly) }).state).toBe("warning");
  });

  it("is warning when a pass does not get on any more", () => {
    const silent = aRunningSync({ begunAt: at(4) });
    expect(statusOf({ identity: latest(identity(1), silent) })).toMatchObject({
      state: "warning",
      reasons: [{ severity: "warning", message: expect.stringContaining(silent.id) as string }],
    });
  });

  it("is warning when none was finished for too long, with since when, how often it is due and what to do", () => {
    const longAgo = aFinishedSync({ begunAt: new Date("2025-12-31T22:58:59.000Z") });
    expect(statusOf({ identity: latest(longAgo), resources: latest(resources(1)) })).toMatchObject({
      state: "warning",
      reasons: [
        {
          severity: "warning",
          scope: "identity",
          message:
            "No identity sync has been finished since 2025-12-31T22:59:59.000Z; one is due every PT1H.",
          fix: expect.stringContaining("GET /syncs?integration=organization&scope=identity") as string,
        },
      ],
    });
    const seldom = { ...withAccounts, syncEvery: { identity: "P1D" } };
    expect(statusOf({ identity: latest(longAgo) }, seldom).state).toBe("active");
  });

  it("says besides why the syncs fail that leave it behind", () => {
    const passes = latest(
      aFailedSync({ begunAt: new Date("2025-12-31T20:00:00.000Z") }, undefined, { baseline: true }),
      aFailedSync({ begunAt: at(4) }, undefined, { baseline: true }),
    );
    expect(statusOf({ identity: passes })).toMatchObject({
      state: "error",
      reasons: [
        { severity: "error" },
        { severity: "warning", message: expect.stringContaining("20:00") as string },
      ],
    });
  });

  it("is error while Lockstep has no way in, and tells how to make one", () => {
    const { connector: _connector, ...without } = anOrganizationIntegration();
    expect(statusOf({}, without)).toMatchObject({
      state: "error",
      reasons: [{ severity: "error", fix: expect.stringContaining("connector.roleArn") as string }],
    });
    expect(statusOf({}, anOrganizationIntegration()).state).toBe("initializing");
  });
});

describe("an integration that was changed since its last sync was begun", () => {
  const changed = { ...home, updatedAt: timestamp(at(2)) };

  it("is initializing instead of well, and says when it will be known", () => {
    expect(statusOf({ identity: latest(identity(1)) }, changed)).toMatchObject({
      state: "initializing",
      reasons: [
        {
          severity: "note",
          scope: "identity",
          message: "It was changed since its last identity sync was begun.",
          fix: "The next one begins within five minutes; POST /integrations/organization/refresh begins it at once.",
        },
      ],
      lastSyncedAt: "2026-01-01T01:01:00.000Z",
    });
  });

  it("says where to look while the next one runs, and is active when that was finished", () => {
    const written = { integrationWrittenAt: changed.updatedAt };
    const running = aRunningSync({ begunAt: now }, written);
    expect(statusOf({ identity: latest(identity(1), running) }, changed)).toMatchObject({
      state: "initializing",
      reasons: [{ severity: "note", fix: expect.stringContaining(running.id) as string }],
    });
    const finished = aFinishedSync({ begunAt: at(3) }, written);
    expect(statusOf({ identity: latest(identity(1), finished) }, changed)).toMatchObject({
      state: "active",
      reasons: [],
    });
  });

  it("stays what it was when that was error: nobody knows that it is better", () => {
    const failed = aFailedSync({ begunAt: at(1) }, denied);
    const { state, reasons } = statusOf({ identity: latest(failed) }, changed);
    expect(state).toBe("error");
    expect(reasons.map(({ severity }) => severity).toSorted()).toEqual(["error", "note"]);
  });

  it("promises no sync as long as there is no way into it", () => {
    const elsewhere = anAccountIntegration({ accountId: deployment.managementAccount });
    const { reasons } = statusOf({ resources: latest(resources(1)) }, elsewhere);
    expect(reasons.map(({ severity }) => severity)).toEqual(["error"]);
  });
});

describe("an account's status", () => {
  it("depends on its resources: it has no directory", () => {
    const account = anAccountIntegration({ updatedAt: home.updatedAt });
    expect(statusOf({}, account).state).toBe("initializing");
    expect(statusOf({ resources: latest(resources(1)) }, account).state).toBe("active");
    expect(statusOf({ identity: latest(identity(1)) }, account).state).toBe("initializing");
  });

  it("is error in another account than the deployment's own, as long as no role is named", () => {
    expect(statusOf({}, anAccountIntegration({ accountId: deployment.managementAccount })).state).toBe(
      "error",
    );
  });
});
