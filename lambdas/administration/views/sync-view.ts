import type { SyncView } from "../../core/contracts/http/syncs.ts";
import { timestamp } from "../../core/domain/ids.ts";
import { estimatedEnd, placeOfPhase } from "../../core/domain/sync-progress.ts";
import type { RunningSync, Sync } from "../../core/domain/sync.ts";

/** A pass for administrators: how far it is, what it took, and what it met. */
export const syncView =
  (now: () => Date) =>
  (sync: Sync): SyncView => {
    const { id, integration, scope, status, occasion, baseline, begunAt, updatedAt, method } = sync;
    const { calls, throttles, changes, counts, problems, moreProblems, failedBefore } = sync;
    return {
      id,
      integration,
      scope,
      status,
      ...(occasion === undefined ? {} : { occasion }),
      baseline,
      begunAt,
      updatedAt,
      ...(sync.status === "running" ? { phase: phaseView(sync, now()) } : { endedAt: sync.endedAt }),
      ...(method === undefined ? {} : { method }),
      calls,
      throttles,
      changes,
      counts,
      problems,
      moreProblems,
      ...(failedBefore === undefined ? {} : { failedBefore }),
      ...(sync.status === "failed" ? { reason: sync.reason } : {}),
    };
  };

const phaseView = (sync: RunningSync, now: Date): NonNullable<SyncView["phase"]> => {
  const end = estimatedEnd(sync, now);
  return {
    name: sync.checkpoint.phase,
    ...placeOfPhase(sync),
    begunAt: sync.phaseBegunAt,
    done: sync.done,
    ...(sync.total === undefined ? {} : { total: sync.total }),
    ...(end === undefined ? {} : { estimatedEnd: timestamp(end) }),
  };
};
