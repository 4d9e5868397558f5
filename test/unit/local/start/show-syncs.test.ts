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
      "Sync organization: assignments 10 of 40, 41 calls, about 4 s left of this\n" +
        "Sync organization (identity) is through, in 20 s and 41 calls: 12 accounts, 1 user\n",
    );
  });

  it("are one line that is written over on a terminal, and fits into it", async () => {
    const { text } = await shown(
      [[running({ done: 10, total: 40 })], [running({ done: 20, total: 40 })], [finished()]],
      { isTTY: true, columns: 30 },
    );
    const [live = "", ...told] = text.split("\n");
    expect(live).toContain("\r\u001B[2K");
    for (const line of live.split("\r\u001B[2K").slice(0, -1)) expect(line.length).toBeLessThan(30);
    expect(live).toContain("Sync organization: assignmen…");
    expect(told.join("\n")).not.toContain("assignments 20 of 40");
  });

  it("are told once when they end, and a later one only by what it found", async () => {
    const later = {
      baseline: false,
      id: syncIdOf(HOME_INTEGRATION, "identity", new Date("2026-01-01T01:00:00Z")),
    };
    const { text } = await shown([
      [finished()],
      [finished()],
      [running(later)],
      [finished({ ...later, changes: { appeared: 2, changed: 0, vanished: 1 } })],
    ]);
    expect(text.split("\n").slice(1)).toEqual(["Sync organization (identity): 2 appeared, 1 vanished", ""]);
  });

  it("are not told when nothing was found", async () => {
    expect((await shown([[finished({ baseline: false })]])).text).toBe("");
  });

  it("are not told when they ended before the start", async () => {
    expect((await shown([[finished({ endedAt: "2025-12-31T23:59:59.000Z" })]])).text).toBe("");
  });

  it("say why one failed, and what to do", async () => {
    const reason = { code: "access-denied", severity: "error", message: "AWS says no.", fix: "Ask nicely." };
    const failed = SyncSchema.parse({
      ...common,
      status: "failed",
      endedAt: "2026-01-01T00:00:20.000Z",
      reason,
      checkpoint: { phase: "users" },
    });
    expect((await shown([[failed]])).text).toBe(
      "Sync organization (identity) failed: AWS says no. Ask nicely.\n",
    );
  });

  it("go on after a look that failed", async () => {
    const { text, problems } = await shown([new Error("closed"), [finished()]]);
    expect(problems).toContain("The sync cannot be shown: closed");
    expect(text).toContain("is through");
  });
});
