import type { Integration } from "./integration.ts";
import { PHASES, type FailedSync, type RunningSync, type Sync } from "./sync.ts";

/**
 * A pass writes down where it is every few seconds (use-cases/sync/sync-progress.ts); a function of it lives 15 minutes at
 * most (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html). After twice that nobody works on it.
 */
const SILENT_AFTER_MILLISECONDS = 30 * 60_000;

/** Whether a pass that should be running has not got on for so long that somebody has to take it up again. */
export const isSilent = (sync: Sync, now: Date): boolean =>
  sync.status === "running" && now.getTime() - Date.parse(sync.updatedAt) >= SILENT_AFTER_MILLISECONDS;

/** Whether nobody has got on with the pass since it was begun or taken up: the start of its execution may have been lost. */
export const maybeNotStarted = (sync: Sync): sync is RunningSync =>
  sync.status === "running" && sync.version === (sync.attempt ?? 1);

/**
 * The longest pass takes three hours: 100,000 calls, at ten a second. What a failed one has seen counts for twice that time
 * after it was begun; then it is too old to go on from.
 */
const RESUMED_WITHIN_MILLISECONDS = 6 * 3_600_000;

/** Whether a failed pass goes on from where it was, instead of a new one that begins at nothing. */
export const canGoOn = (
  sync: Sync,
  integration: Pick<Integration, "updatedAt">,
  now: Date,
): sync is FailedSync =>
  sync.status === "failed" &&
  isOfIntegration(sync, integration) &&
  now.getTime() - Date.parse(sync.begunAt) < RESUMED_WITHIN_MILLISECONDS;

/**
 * Whether the pass was begun for the integration as it is now. One of before looked with other exclusions or resource types:
 * what it has seen is nothing to go on from.
 */
export const isOfIntegration = (
  { integrationWrittenAt }: Sync,
  { updatedAt }: Pick<Integration, "updatedAt">,
): boolean => integrationWrittenAt === updatedAt;

/**
 * Whether a pass of the scope has come to its end. Until then nothing that is found has appeared, it was there: as long as
 * none was finished each pass is a baseline, so that the newest one tells it of all before it.
 */
export const isFirstSyncThrough = (newest: Sync | undefined): boolean =>
  newest !== undefined && (newest.status === "finished" || !newest.baseline);

/** Which of the phases of its scope a pass is in. */
export const placeOfPhase = ({
  scope,
  checkpoint,
}: RunningSync): { readonly number: number; readonly of: number } => {
  const phases: readonly string[] = PHASES[scope];
  return { number: phases.indexOf(checkpoint.phase) + 1, of: phases.length };
};

/**
 * When the phase ends if it goes on as it went so far, and never earlier than now; undefined while that cannot be told.
 */
export const estimatedEnd = (sync: RunningSync, now: Date): Date | undefined => {
  const { done, total, phaseBegunAt, updatedAt } = sync;
  if (total === undefined || done === 0) return undefined;
  const written = Date.parse(updatedAt);
  const each = (written - Date.parse(phaseBegunAt)) / done;
  return new Date(Math.max(written + Math.max(total - done, 0) * each, now.getTime()));
};
