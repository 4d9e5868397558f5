import { describe, expect, it } from "vitest";
import { progressLine } from "../../../bench/sync/measure.ts";
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
  ["the management account, with next to nobody", true, { ...SIZE, permissionSets: 5, users: 20, groups: 5 }],
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
    // Each unit is asked for its tags in each pass; of the accounts a twenty-fourth, and as chance has it.
    const units = report.unchanged.counts["organizational-unit"] ?? 0;
    const tagCalls = report.unchanged.use.calls["organizations:ListTagsForResource"] ?? 0;
    expect(tagCalls).toBeGreaterThanOrEqual(units);
    expect(tagCalls - units).toBeLessThan(50 / 5);
    expect(report.within.use.tables.writes["inventory synced-account"]).toBe(50);
    expect(report.withinUnchanged.changes).toEqual({ appeared: 0, changed: 0, vanished: 0 });
    expect(report.withinUnchanged.problems).toEqual([]);
    // At ten calls a second no pass is faster than that.
    expect(report.first.seconds).toBeGreaterThan(assignmentCalls(report.first) / 10);
  });
});

describe("whoever waits", () => {
  it.each([
    [undefined, "38 s into the pass on the virtual clock"],
    [
      { phase: "identity-center", done: 0, total: undefined },
      "38 s into the pass on the virtual clock: phase identity-center",
    ],
    [
      { phase: "users", done: 100, total: undefined },
      "38 s into the pass on the virtual clock: phase users, 100 done",
    ],
    [
      { phase: "assignments", done: 0, total: 105 },
      "38 s into the pass on the virtual clock: phase assignments, 0 of 105 done",
    ],
  ])("is told of %j", (running, line) => {
    expect(progressLine(running, 38)).toBe(line);
  });
});

describe("what a sync is held to", () => {
  it("is missed by whatever is too much", async () => {
    const { first, unchanged, changes, within, withinUnchanged } = await runSyncBench({
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
    const measured = { first, unchanged: worse, changes: lazy, within, withinUnchanged };
    const checks = checksOf(SIZE, 100, measured);
    expect(checks.filter(({ passed }) => passed).map(({ what }) => what)).toEqual([
      "assignment calls over the best method's, first pass",
    ]);
    const passOf = (calls: number) => ({
      ...first,
      use: { ...first.use, calls: { "sso:ListAccountAssignments": calls } },
    });
    const judged = (calls: number) => checksOf(SIZE, 25, { ...measured, first: passOf(calls) })[0];
    expect(judged(31)).toMatchObject({
      what: "assignment calls over the best method's (6 more to find out which is best), first pass",
      atMost: 1.24,
      passed: true,
    });
    expect(judged(32)).toMatchObject({ passed: false });
  });
});
