import type { Integration } from "../../domain/integration.ts";
import { timestamp } from "../../domain/ids.ts";
import { integrationChanged } from "../../domain/inventory/problem-words.ts";
import {
  canGoOn,
  isFirstSyncThrough,
  isOfIntegration,
  isSilent,
  maybeNotStarted,
} from "../../domain/sync-progress.ts";
import {
  PHASES,
  syncIdOf,
  type FailedSync,
  type RunningSync,
  type Sync,
  type SyncScope,
} from "../../domain/sync.ts";
import { turnAfter } from "../../domain/turns.ts";
import type { Clock } from "../../ports/clock.ts";
import type { SyncStarter, SyncStore } from "../../ports/sync.ts";

interface Dependencies {
  readonly syncs: Pick<SyncStore, "get" | "put" | "list">;
  readonly starter: SyncStarter;
  readonly clock: Pick<Clock, "now">;
}

interface BeginInput {
  readonly integration: Pick<Integration, "name" | "updatedAt">;
  readonly scope: SyncScope;
  /** `schedule`, or `user:` and the id of who asked for it. */
  readonly reason: string;
}

/** `taken-up`: it was begun before, and failed or nobody worked on it any more. `already-begun`: somebody does. */
export interface BegunSync {
  readonly sync: Sync;
  readonly outcome: "begun" | "taken-up" | "already-begun";
}

/**
 * Begins a pass, unless one of the same integration and scope is under way: then it is that one. The record is written
 * before its execution is started, and a start is named by the record's version, so that two callers start one:
 *
 * - Both find nothing under way within one second: they write the same id, the condition lets one in, and the other
 *   answers what is there. Over the border of a second both may begin one: twice the calls, and the same inventory,
 *   since of two looks the one counts that began last.
 * - Both find a silent pass, or a failed one that goes on where it was: they write the same next version, and again the
 *   condition lets one in. An execution that was only slow loses its next write to that version, and stops.
 * - The integration was changed since a failed pass was begun: a new one is begun, and nobody goes on with that one. So it
 *   is with a silent one, which ends as failed before: whoever crashes in between leaves a failed one.
 * - The record is written, and its start or the write's own answer lost: whoever asks again (the schedule's next round, at
 *   the latest) starts the same version, as long as nobody has got on with it. Step Functions does that once.
 */
export const beginSync =
  (dependencies: Dependencies) =>
  async ({ integration, scope, reason }: BeginInput): Promise<BegunSync> => {
    const { syncs, clock } = dependencies;
    const { items } = await syncs.list({ integration: integration.name, scope }, { limit: 1 });
    const [newest] = items;
    if (newest?.status === "running") {
      if (!isSilent(newest, clock.now())) return alreadyBegun(dependencies, newest);
      if (isOfIntegration(newest, integration)) return takeUp(dependencies, newest);
      const ended = givenUp(newest, clock.now());
      if ((await syncs.put(ended)) === "conflict") return alreadyBegun(dependencies, newest);
    } else if (newest !== undefined && canGoOn(newest, integration, clock.now())) {
      return takeUp(dependencies, runningAgain(newest, clock.now()));
    }
    const first = firstRecord({ integration, scope, reason }, newest, clock.now());
    if ((await syncs.put(first)) === "conflict") return alreadyBegun(dependencies, first);
    return start(dependencies, first, "begun");
  };

/** Its phase begins anew where it was: how much of it was done is not known any more. */
const runningAgain = ({ endedAt: _endedAt, reason, ...kept }: FailedSync, now: Date): RunningSync => ({
  ...kept,
  status: "running",
  done: 0,
  phaseBegunAt: timestamp(now),
  failedBefore: reason,
});

const givenUp = (
  { done: _done, total: _total, phaseBegunAt: _begun, ...kept }: RunningSync,
  now: Date,
): FailedSync => ({
  ...kept,
  version: kept.version + 1,
  updatedAt: timestamp(now),
  status: "failed",
  endedAt: timestamp(now),
  reason: integrationChanged(),
});

const takeUp = async (dependencies: Dependencies, left: RunningSync): Promise<BegunSync> => {
  const { syncs, clock } = dependencies;
  const version = left.version + 1;
  const next = { ...left, version, attempt: version, updatedAt: timestamp(clock.now()) };
  if ((await syncs.put(next)) === "conflict") return alreadyBegun(dependencies, next);
  return start(dependencies, next, "taken-up");
};

const alreadyBegun = async (dependencies: Dependencies, sync: RunningSync): Promise<BegunSync> => {
  const found = (await dependencies.syncs.get(sync.id)) ?? sync;
  if (maybeNotStarted(found)) return start(dependencies, found, "already-begun");
  return { sync: found, outcome: "already-begun" };
};

const start = async (
  { starter }: Dependencies,
  sync: RunningSync,
  outcome: BegunSync["outcome"],
): Promise<BegunSync> => {
  await starter.start(sync.id, sync.version);
  return { sync, outcome };
};

const firstRecord = (
  { integration, scope, reason }: BeginInput,
  previous: Sync | undefined,
  begunAt: Date,
): RunningSync => {
  const at = timestamp(begunAt);
  return {
    id: syncIdOf(integration.name, scope, begunAt),
    integration: integration.name,
    integrationWrittenAt: integration.updatedAt,
    scope,
    version: 1,
    attempt: 1,
    status: "running",
    begunAt: at,
    updatedAt: at,
    occasion: reason,
    baseline: !isFirstSyncThrough(previous),
    turn: turnAfter(previous),
    checkpoint: { phase: PHASES[scope][0] },
    done: 0,
    phaseBegunAt: at,
    calls: {},
    throttles: 0,
    changes: { appeared: 0, changed: 0, vanished: 0 },
    counts: {},
    problems: [],
    moreProblems: 0,
  };
};
