import { describe, expect, it } from "vitest";
import { bestOf } from "../../../bench/sync/methods.ts";
import { assignmentCalls, checksOf, type SyncBenchReport } from "../../../bench/sync/report.ts";
import { runSyncBench } from "../../../bench/sync/run.ts";

const SIZE = {
  accounts: 50,
  permissionSets: 10,
  setsPerAccount: 3,
  users: 200,
  groups: 30,
  assignments: 225,
  seed: 1,
};

const failing = ({ checks }: SyncBenchReport) => checks.filter(({ passed }) => !passed);

describe.each([
  ["the management account", true, SIZE],
  ["the management account, with few people", true, { ...SIZE, users: 60, groups: 20 }],
  ["the delegated administrator", false, SIZE],
])("a sync from %s", (_where, inManagementAccount, size) => {
  it("stays within what it is held to, under AWS's limits", { timeout: 120_000 }, async () => {
    const report = await runSyncBench({ size, inManagementAccount, limits: true });
    expect(failing(report)).toEqual([]);
    expect(report.passed).toBe(true);
    expect(report.best).toBe(bestOf(report.methods, inManagementAccount));
    expect(report.first.method?.chosen).toBe(report.best);
    expect(report.first.counts).toMatchObject({
      account: 50,
      user: size.users,
      group: size.groups,
      assignment: 225,
    });
    expect(report.unchanged.changes).toEqual({ appeared: 0, changed: 0, vanished: 0 });
    expect(report.unchanged.use.tables.writes["inventory sync"]).toBeGreaterThan(0);
    // At ten calls a second no pass is faster than that.
    expect(report.first.seconds).toBeGreaterThan(assignmentCalls(report.first) / 10);
  });
});

describe("what a sync is held to", () => {
  it("is missed by whatever is too much", async () => {
    const { first, unchanged, changes } = await runSyncBench({
      size: { ...SIZE, accounts: 10, users: 20, assignments: 45 },
      inManagementAccount: false,
      limits: false,
    });
    const { use } = unchanged;
    const worse = {
      ...unchanged,
      longestSeconds: 600,
      events: 24_000,
      heap: { loaded: 0, peak: 400 * 1_048_576 },
      use: {
        ...use,
        throttled: 1,
        mostInOneSecond: 21,
        calls: { "sso:ListAccountAssignments": 1_000, "sso:DescribePermissionSet": 60 },
        tables: { ...use.tables, writes: { "inventory fact": 1 } },
      },
    };
    const lazy = { ...changes, slowestSeconds: 60, use: { ...changes.use, calls: { "sso:ListUsers": 201 } } };
    const checks = checksOf(SIZE, 100, { first, unchanged: worse, changes: lazy });
    expect(checks.filter(({ passed }) => passed).map(({ what }) => what)).toEqual([
      "assignment calls over the best method's, first pass",
    ]);
  });
});
