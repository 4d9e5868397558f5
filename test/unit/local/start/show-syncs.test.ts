import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { HOME_INTEGRATION } from "../../../../lambdas/core/domain/integration.ts";
import { SyncSchema, syncIdOf, type Sync } from "../../../../lambdas/core/domain/sync.ts";
import { terminalOn } from "../../../../local/cli/terminal.ts";
import { showSyncs } from "../../../../local/start/show-syncs.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

const BEGUN = new Date("2026-01-01T00:00:00.000Z");

const common = {
  id: syncIdOf(HOME_INTEGRATION, "identity", BEGUN),
  integration: HOME_INTEGRATION,
  scope: "identity",
  version: 3,
  begunAt: BEGUN.toISOString(),
  updatedAt: BEGUN.toISOString(),
  baseline: true,
  calls: { "sso:ListAccountAssignments": 40, "organizations:ListAccounts": 1 },
  throttles: 0,
  changes: { appeared: 0, changed: 0, vanished: 0 },
  counts: { account: 12, user: 1 },
  problems: [],
  moreProblems: 0,
};

const running = (rest: object = {}): Sync =>
  SyncSchema.parse({
    ...common,
    status: "running",
    checkpoint: { phase: "assignments" },
    done: 0,
    phaseBegunAt: common.begunAt,
    ...rest,
  });

const finished = (rest: object = {}): Sync =>
  SyncSchema.parse({ ...common, status: "finished", endedAt: "2026-01-01T00:00:20.000Z", ...rest });

const failed = (rest: object = {}): Sync =>
  SyncSchema.parse({
    ...common,
    status: "failed",
    endedAt: "2026-01-01T00:00:20.000Z",
    reason: { code: "access-denied", severity: "error", message: "AWS says no.", fix: "Ask nicely." },
    checkpoint: { phase: "users" },
    ...rest,
  });

/** One that nobody asked for, after the first one. */
const LATER = {
  id: syncIdOf(HOME_INTEGRATION, "identity", new Date("2026-01-01T01:00:00Z")),
  baseline: false,
  occasion: "schedule",
};

const RESOURCES = syncIdOf(HOME_INTEGRATION, "resources", BEGUN);

const problem = (account: number) => ({
  code: "member-role-missing",
  severity: "warning",
  message: `Account ${String(account)} has no role.`,
  fix: `Make one in ${String(account)}.`,
});

/** What is printed while the passes are those, each for a second. */
const shown = async (
  passes: readonly (readonly Sync[] | Error)[],
  stream: { readonly isTTY?: boolean; readonly columns?: number } = {},
) => {
  const output = Object.assign(new PassThrough(), stream);
  const clock = new VirtualClock(BEGUN);
  const stop = new AbortController();
  const problems: string[] = [];
  let current: readonly Sync[] | Error = [];
  const showing = showSyncs({
    terminal: terminalOn(output),
    passes: () => (current instanceof Error ? Promise.reject(current) : Promise.resolve(current)),
    clock,
    since: BEGUN,
    signal: stop.signal,
    onProblem: (text) => problems.push(text),
  });
  for (const next of passes) {
    current = next;
    await clock.advanceBy(1_000);
  }
  stop.abort();
  await showing;
  return { text: String(output.read() ?? ""), problems };
};

describe("the syncs that npm start shows", () => {
  it("are told in plain lines where lines cannot be written over, and not each half second", async () => {
    const { text } = await shown([
      [running({ done: 10, total: 40, updatedAt: "2026-01-01T00:00:01.000Z" })],
      [running({ done: 20, total: 40, updatedAt: "2026-01-01T00:00:02.000Z" })],
      [finished()],
    ]);
    expect(text).toBe(
      "Sync organization (identity): assignments 10 of 40 (phase 11 of 11), 41 calls, about 4 s left of it\n" +
        "Sync organization (identity) is through, in 20 s and 41 calls: 12 accounts, 1 user\n",
    );
  });

  it("repeat no plain line that says what the last one said", async () => {
    const within = { id: RESOURCES, scope: "resources", checkpoint: { phase: "in-accounts" }, calls: {} };
    const still = Array.from({ length: 30 }, () => [running({ ...within, total: 13 })]);
    const { text } = await shown([...still, [running({ ...within, done: 13, total: 13 })]]);
    expect(text.split("\n").slice(0, 2)).toEqual([
      "Sync organization (resources): in accounts 0 of 13",
      "Sync organization (resources): in accounts 13 of 13",
    ]);
  });

  it("are one line that is written over on a terminal, and fits into it", async () => {
    const { text } = await shown(
      [[running({ done: 10, total: 40 })], [running({ done: 20, total: 40 })], [finished()]],
      { isTTY: true, columns: 40 },
    );
    const [live = "", ...told] = text.split("\n");
    expect(live).toContain("\r\u001B[2K");
    for (const line of live.split("\r\u001B[2K").slice(0, -1)) expect(line.length).toBeLessThan(40);
    expect(live).toContain("Sync organization (identity): assignme…");
    expect(
      live.endsWith(
        "\r\u001B[2KSync organization (identity) is through, in 20 s and 41 calls: 12 accounts, 1 user",
      ),
    ).toBe(true);
    expect(told).toEqual([""]);
  });

  it("are told in full when somebody asked for them, whether anything changed or not", async () => {
    const asked = { baseline: false, occasion: "user:tara" };
    expect((await shown([[finished(asked)]])).text).toBe(
      "Sync organization (identity) is through, in 20 s and 41 calls: nothing changed\n",
    );
    expect((await shown([[running(asked)]])).text).toContain("Sync organization (identity): assignments");
  });

  it("are told once when they end, and a scheduled one by what it changed", async () => {
    const { text } = await shown([
      [finished()],
      [finished()],
      [running(LATER)],
      [finished({ ...LATER, changes: { appeared: 2, changed: 0, vanished: 1 } })],
    ]);
    expect(text.split("\n").slice(1)).toEqual([
      "Sync organization (identity) is through, in 20 s and 41 calls: 2 appeared, 1 vanished",
      "",
    ]);
  });

  it("are a short line when nobody asked and nothing changed, with where to read of problems", async () => {
    expect((await shown([[finished(LATER)]])).text).toBe("Sync organization (identity): nothing changed\n");
    const { text } = await shown([[finished({ ...LATER, problems: [problem(1)] })]]);
    expect(text).toBe(`Sync organization (identity): nothing changed; 1 problem: GET /syncs/${LATER.id}\n`);
  });

  it("tell how many problems there were, the first few with the fix, and where all are", async () => {
    const problems = [1, 2, 3, 4].map(problem);
    const { text } = await shown([[finished({ problems, moreProblems: 7 })]]);
    expect(text).toBe(
      [
        "Sync organization (identity) is through, in 20 s and 41 calls: 12 accounts, 1 user; 11 problems",
        "  Account 1 has no role. Make one in 1.",
        "  Account 2 has no role. Make one in 2.",
        "  Account 3 has no role. Make one in 3.",
        `  All of it: GET /syncs/${common.id}, as an administrator`,
        "",
      ].join("\n"),
    );
  });

  it("tell of what the first look into accounts found, which is counted by no kind", async () => {
    const first = { id: RESOURCES, scope: "resources", counts: {}, calls: {} };
    const { text } = await shown([
      [finished({ ...first, changes: { appeared: 62, changed: 0, vanished: 0 } })],
    ]);
    expect(text).toBe(
      "Sync organization (resources) is through, in 20 s: 62 IAM users, groups, roles and resources found\n",
    );
  });

  it("tell in a line of those that ended before the start", async () => {
    const endedAt = "2025-12-31T23:48:00.000Z";
    expect((await shown([[finished({ endedAt, problems: [problem(1)] })]])).text).toBe(
      `Sync organization (identity) was through 12 min before this start; 1 problem: GET /syncs/${common.id}\n`,
    );
    expect((await shown([[failed({ endedAt })]])).text).toBe(
      "Sync organization (identity) failed: AWS says no. Ask nicely. That was 12 min before this start.\n",
    );
  });

  it("tell once of those that go on from the last start, and how they end", async () => {
    const left = { ...LATER, begunAt: "2025-12-31T23:59:00.000Z" };
    const { text } = await shown([
      [running({ ...left, done: 3, total: 5 })],
      [running({ ...left, done: 4, total: 5 })],
      [finished(left)],
    ]);
    expect(text.split("\n")).toEqual([
      "Sync organization (identity) goes on from where the last start left it: assignments 3 of 5 (phase 11 of 11)",
      expect.stringContaining("Sync organization (identity): assignments 3 of 5"),
      "Sync organization (identity): nothing changed",
      "",
    ]);
  });

  it("tell at the end which ones are interrupted", async () => {
    const { text } = await shown([[running({ ...LATER, done: 3, total: 5 })]], { isTTY: true });
    expect(text).toBe("Sync organization (identity) is interrupted: assignments 3 of 5 (phase 11 of 11)\n");
  });

  it("say why one failed, and what to do", async () => {
    expect((await shown([[failed()]])).text).toBe(
      "Sync organization (identity) failed: AWS says no. Ask nicely.\n",
    );
  });

  it("go on after a look that failed", async () => {
    const { text, problems } = await shown([new Error("closed"), [finished()]]);
    expect(problems).toContain("The sync cannot be shown: closed");
    expect(text).toContain("is through");
  });
});
