import { parseDuration } from "./duration.ts";
import type { Timestamp } from "./ids.ts";
import type { Integration } from "./integration.ts";
import type { LatestPasses } from "./latest-passes.ts";
import { isOfIntegration, isSilent, maybeNotStarted } from "./sync-progress.ts";
import type { Sync, SyncScope } from "./sync.ts";

/** How often a scope is synced, as shipped. */
const EVERY_MILLISECONDS: Readonly<Record<SyncScope, number>> = {
  identity: 3_600_000,
  resources: 6 * 3_600_000,
};

/**
 * A pass that failed is tried again sooner: what it waits for (a permission, a role) is usually put right by somebody who
 * then wants to see it. A pass that fails at once makes a handful of calls.
 */
const AFTER_FAILURE_MILLISECONDS = 15 * 60_000;

/**
 * Three syncs were due in so long, and the last of them had the three hours that the longest one takes: 100,000 calls, at
 * ten a second. What has not been finished by then is not late, it is not going on.
 */
const BEHIND_AFTER_INTERVALS = 3;
const LONGEST_SYNC_MILLISECONDS = 3 * 3_600_000;

/** What of an integration is synced: the accounts' own only where there is a way into them. The first tells how it is. */
export const scopesOf = (integration: Integration): readonly [SyncScope, ...SyncScope[]] => {
  if (integration.kind === "aws-account") return ["resources"];
  return integration.memberAccounts ? ["identity", "resources"] : ["identity"];
};

/** How far the passes of a scope are apart (milliseconds): as the integration says, or as shipped. */
export const intervalOf = ({ syncEvery }: Pick<Integration, "syncEvery">, scope: SyncScope): number => {
  const seconds = parseDuration(syncEvery?.[scope] ?? "");
  return seconds === undefined ? EVERY_MILLISECONDS[scope] : seconds * 1000;
};

/**
 * Whether a pass of the integration is due, or one has to be started or taken up again. One that was changed since the newest
 * pass was begun is due as soon as that has ended: whoever changed it wants to see what comes of it.
 */
export const isDue = (
  integration: Pick<Integration, "syncEvery" | "updatedAt">,
  scope: SyncScope,
  newest: Sync | undefined,
  now: Date,
): boolean => {
  if (newest === undefined) return true;
  const sinceBegun = now.getTime() - Date.parse(newest.begunAt);
  if (newest.status === "running") return isSilent(newest, now) || maybeNotStarted(newest);
  if (!isOfIntegration(newest, integration)) return true;
  switch (newest.status) {
    case "finished":
      return sinceBegun >= intervalOf(integration, scope);
    case "failed":
      return now.getTime() - Date.parse(newest.endedAt) >= AFTER_FAILURE_MILLISECONDS;
  }
};

/**
 * Since when no pass of the scope has been finished, if that is far longer than the integration says: since the last one that
 * was, or the first attempt of those that were looked at.
 */
export const behindSince = (
  integration: Pick<Integration, "syncEvery">,
  scope: SyncScope,
  { newestFinished, earliest }: LatestPasses,
  now: Date,
): Timestamp | undefined => {
  const since = newestFinished?.endedAt ?? earliest?.begunAt;
  const allowed = BEHIND_AFTER_INTERVALS * intervalOf(integration, scope) + LONGEST_SYNC_MILLISECONDS;
  return since !== undefined && now.getTime() - Date.parse(since) > allowed ? since : undefined;
};
