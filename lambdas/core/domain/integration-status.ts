import { durationText } from "./duration.ts";
import { lacksConnector, type Deployment, type Integration } from "./integration.ts";
import type { Problem } from "./inventory/problem.ts";
import type { Timestamp } from "./ids.ts";
import type { EndedSync, LatestPasses, LatestPassesByScope } from "./latest-passes.ts";
import { isOfIntegration, isSilent } from "./sync-progress.ts";
import { behindSince, intervalOf, scopesOf } from "./sync-schedule.ts";
import type { Sync, SyncId, SyncScope } from "./sync.ts";

/** How an integration is. */
export const IntegrationStates = ["initializing", "active", "warning", "error"] as const;
export type IntegrationState = (typeof IntegrationStates)[number];

/** Why it is so: what was found, and what to do. */
export interface StatusReason {
  /** A `note` is nothing to put right. */
  readonly severity: "error" | "warning" | "note";
  readonly code?: Problem["code"];
  readonly scope?: SyncScope;
  readonly message: string;
  readonly fix: string;
  readonly accountId?: string;
  readonly region?: string;
}

export interface IntegrationStatus {
  readonly state: IntegrationState;
  readonly reasons: readonly StatusReason[];
  /** Reasons beyond those that the passes kept. */
  readonly moreReasons: number;
  /** When the newest pass ended of all that were finished. */
  readonly lastSyncedAt?: Timestamp;
  readonly lastSyncs: Readonly<Partial<Record<SyncScope, SyncId>>>;
}

/**
 * How the integration is, by its latest passes: the worst of what they say. A pass that still runs says nothing yet but why
 * it failed before it was taken up again.
 */
export const integrationStatus = (
  integration: Integration,
  passes: LatestPassesByScope,
  { now, deployment }: { readonly now: Date; readonly deployment: Deployment },
): IntegrationStatus => {
  const scopes = scopesOf(integration);
  const begun = passes[scopes[0]]?.newestFinished !== undefined;
  const changed = lacksConnector(integration, deployment)
    ? []
    : scopes.flatMap((scope) => changedSince(integration, scope, passes[scope] ?? {}));
  const found = [
    ...(lacksConnector(integration, deployment) ? [noConnector(integration)] : []),
    ...changed,
    ...scopes.flatMap((scope) => reasonsOf(integration, scope, passes[scope] ?? {}, now)),
  ];
  const reasons = begun || found.length > 0 ? found : [notSyncedYet(integration, passes[scopes[0]]?.newest)];
  const finished = scopes.flatMap((scope) => passes[scope]?.newestFinished?.endedAt ?? []).toSorted();
  const lastSyncedAt = finished.at(-1);
  return {
    state: stateOf(reasons, begun && changed.length === 0),
    reasons,
    moreReasons: scopes.reduce((sum, scope) => sum + (passes[scope]?.newestEnded?.moreProblems ?? 0), 0),
    ...(lastSyncedAt === undefined ? {} : { lastSyncedAt }),
    lastSyncs: Object.fromEntries(
      scopes.flatMap((scope) => {
        const newest = passes[scope]?.newest;
        return newest === undefined ? [] : [[scope, newest.id]];
      }),
    ),
  };
};

/** `synced`: as it is now. */
const stateOf = (reasons: readonly StatusReason[], synced: boolean): IntegrationState => {
  if (reasons.some(({ severity }) => severity === "error")) return "error";
  if (!synced) return "initializing";
  return reasons.some(({ severity }) => severity === "warning") ? "warning" : "active";
};

const reasonsOf = (
  integration: Integration,
  scope: SyncScope,
  passes: LatestPasses,
  now: Date,
): readonly StatusReason[] => {
  const { newest, newestEnded } = passes;
  const since = behindSince(integration, scope, passes, now);
  return [
    ...failuresOf(newest, newestEnded).map((failure) => reasonOf(scope, failure, "error")),
    ...(since === undefined ? [] : [behind(integration, scope, since)]),
    ...(newest !== undefined && isSilent(newest, now) ? [silent(scope, newest)] : []),
    // What kept only something from being seen did not end the pass.
    ...(newestEnded?.problems ?? []).map((problem) => reasonOf(scope, problem, "warning")),
  ];
};

const failuresOf = (newest: Sync | undefined, newestEnded: EndedSync | undefined): readonly Problem[] => {
  if (newest?.status === "running" && newest.failedBefore !== undefined) return [newest.failedBefore];
  return newestEnded?.status === "failed" ? [newestEnded.reason] : [];
};

const reasonOf = (
  scope: SyncScope,
  { severity: _severity, ...problem }: Problem,
  severity: "error" | "warning",
): StatusReason => {
  const { code, message, fix, accountId, region } = problem;
  return {
    severity,
    code,
    scope,
    message,
    fix,
    ...(accountId === undefined ? {} : { accountId }),
    ...(region === undefined ? {} : { region }),
  };
};

const noConnector = ({ name, kind }: Integration): StatusReason => ({
  severity: "error",
  message: `This ${kind === "aws-organization" ? "organization" : "account"} is not the deployment's own, and the integration names no role by which Lockstep gets in.`,
  fix: `Deploy the ${kind === "aws-organization" ? "LockstepConnector" : "LockstepMember"} stack there with this integration's externalId, and PUT /integrations/${name} with connector.roleArn.`,
});

/** What the passes say is of the integration as it was: nobody knows yet whether it is well as it is now. */
const changedSince = (
  integration: Integration,
  scope: SyncScope,
  { newest, newestEnded }: LatestPasses,
): readonly StatusReason[] => {
  if (newestEnded === undefined || isOfIntegration(newestEnded, integration)) return [];
  const message = `It was changed since its last ${scope} sync was begun.`;
  const fix =
    newest?.status === "running"
      ? `GET /syncs/${newest.id} tells how far the one is that is under way.`
      : `The next one begins within five minutes; POST /integrations/${integration.name}/refresh begins it at once.`;
  return [{ severity: "note", scope, message, fix }];
};

const behind = (integration: Integration, scope: SyncScope, since: Timestamp): StatusReason => ({
  severity: "warning",
  scope,
  message: `No ${scope} sync has been finished since ${since}; one is due every ${durationText(intervalOf(integration, scope) / 1000)}.`,
  fix: `GET /syncs?integration=${integration.name}&scope=${scope} tells how the last ones went, and docs/runbook.md#lockstep-sync-behind where else to look.`,
});

const silent = (scope: SyncScope, { id, updatedAt }: Sync): StatusReason => ({
  severity: "warning",
  scope,
  message: `The sync ${id} has not got on since ${updatedAt}.`,
  fix: "Its next run takes it up where it was; POST …/refresh does so at once.",
});

const notSyncedYet = ({ name }: Integration, newest: Sync | undefined): StatusReason =>
  newest === undefined
    ? {
        severity: "note",
        message: "It has not been synced yet.",
        fix: `Wait for its schedule, or POST /integrations/${name}/refresh.`,
      }
    : {
        severity: "note",
        scope: newest.scope,
        message: "Its first sync is under way.",
        fix: `GET /syncs/${newest.id} tells how far it is.`,
      };
