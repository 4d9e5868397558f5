import { parseDuration } from "./duration.ts";
import type { Integration } from "./integration.ts";
import { isSilent } from "./sync-progress.ts";
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

/** What of an integration is synced: the accounts' own only where there is a way into them. The first tells how it is. */
export const scopesOf = (integration: Integration): readonly [SyncScope, ...SyncScope[]] => {
  if (integration.kind === "aws-account") return ["resources"];
  return integration.memberAccounts ? ["identity", "resources"] : ["identity"];
};

/** How far the passes of a scope are apart (milliseconds): as the integration says, or as shipped. */
const intervalOf = ({ syncEvery }: Pick<Integration, "syncEvery">, scope: SyncScope): number => {
  const seconds = parseDuration(syncEvery?.[scope] ?? "");
  return seconds === undefined ? EVERY_MILLISECONDS[scope] : seconds * 1000;
};

/** Whether a pass of the integration is due, or one that is silent has to be taken up again. */
export const isDue = (
  integration: Pick<Integration, "syncEvery">,
  scope: SyncScope,
  newest: Sync | undefined,
  now: Date,
): boolean => {
  if (newest === undefined) return true;
  const sinceBegun = now.getTime() - Date.parse(newest.begunAt);
  switch (newest.status) {
    case "running":
      return isSilent(newest, now);
    case "finished":
      return sinceBegun >= intervalOf(integration, scope);
    case "failed":
      return now.getTime() - Date.parse(newest.endedAt) >= AFTER_FAILURE_MILLISECONDS;
  }
};
