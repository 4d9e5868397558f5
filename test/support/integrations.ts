import {
  HOME_INTEGRATION,
  IntegrationNameSchema,
  type Integration,
  type IntegrationName,
  type OrganizationIntegration,
} from "../../lambdas/core/domain/integration.ts";
import type { Problem } from "../../lambdas/core/domain/inventory/problem.ts";
import { timestamp } from "../../lambdas/core/domain/ids.ts";
import {
  PHASES,
  syncIdOf,
  type RunningSync,
  type Sync,
  type SyncScope,
} from "../../lambdas/core/domain/sync.ts";
import { homeIntegration } from "../../lambdas/core/use-cases/integrations/all-integrations.ts";
import { anAccountId, identityCenter } from "./builders.ts";

/** Lockstep in account 9, in the organization of management account 1. */
export const deployment = { homeAccount: anAccountId(9), managementAccount: anAccountId(1) } as const;

/** The deployment's own organization, as the settings say. */
export const home = homeIntegration({ identityCenter, managementAccount: deployment.managementAccount });

export const integrationName = (name: string): IntegrationName => IntegrationNameSchema.parse(name);

/** An organization that somebody wrote: another one than the deployment's own. */
export const anOrganizationIntegration = (
  overrides: Partial<OrganizationIntegration> = {},
): OrganizationIntegration => ({
  ...home,
  name: integrationName("acquired"),
  externalId: "external-id",
  managementAccountId: anAccountId(7),
  connector: { roleArn: `arn:aws:iam::${anAccountId(7)}:role/lockstep-connector` },
  ...overrides,
});

type AccountIntegration = Extract<Integration, { readonly kind: "aws-account" }>;

export const anAccountIntegration = (overrides: Partial<AccountIntegration> = {}): AccountIntegration => ({
  name: integrationName("sandbox"),
  version: 1,
  kind: "aws-account",
  accountId: anAccountId(9),
  region: "eu-west-1",
  externalId: "external-id",
  resourceTypes: ["s3-bucket"],
  updatedAt: timestamp(new Date("2026-01-01T00:00:00.000Z")),
  ...overrides,
});

interface PassOf {
  readonly begunAt?: Date;
  readonly integration?: IntegrationName;
  readonly scope?: SyncScope;
}

/** A pass of the deployment's own organization that has just begun. */
export const aRunningSync = (
  {
    begunAt = new Date("2026-01-01T00:00:00.000Z"),
    integration = HOME_INTEGRATION,
    scope = "identity",
  }: PassOf = {},
  overrides: Partial<RunningSync> = {},
): RunningSync => {
  const at = timestamp(begunAt);
  return {
    id: syncIdOf(integration, scope, begunAt),
    integration,
    integrationWrittenAt: home.updatedAt,
    scope,
    version: 1,
    status: "running",
    begunAt: at,
    updatedAt: at,
    baseline: false,
    checkpoint: { phase: PHASES[scope][0] },
    done: 0,
    phaseBegunAt: at,
    calls: {},
    throttles: 0,
    changes: { appeared: 0, changed: 0, vanished: 0 },
    counts: {},
    problems: [],
    moreProblems: 0,
    ...overrides,
  };
};

type Common = Omit<RunningSync, "status" | "checkpoint" | "done" | "total" | "phaseBegunAt">;

const commonOf = (of: PassOf, overrides: Partial<Common>): Common => {
  const {
    status: _status,
    checkpoint: _checkpoint,
    done: _done,
    phaseBegunAt: _phaseBegunAt,
    ...common
  } = aRunningSync(of, overrides);
  return common;
};

/** A pass that ended a minute after it was begun. */
export const aFinishedSync = (of: PassOf = {}, overrides: Partial<Common> = {}): Sync => {
  const common = commonOf(of, overrides);
  return { ...common, status: "finished", endedAt: minuteAfter(common.begunAt) };
};

/** A pass that failed a minute after it was begun. */
export const aFailedSync = (
  of: PassOf = {},
  reason: Problem = aProblem(),
  overrides: Partial<Common> = {},
): Sync => {
  const common = commonOf(of, overrides);
  const checkpoint = { phase: PHASES[common.scope][0] };
  return { ...common, status: "failed", endedAt: minuteAfter(common.begunAt), reason, checkpoint };
};

const minuteAfter = (moment: string) => timestamp(new Date(Date.parse(moment) + 60_000));

export const aProblem = (overrides: Partial<Problem> = {}): Problem => ({
  code: "access-denied",
  severity: "error",
  message: "AWS denies organizations:ListAccounts.",
  fix: "Allow it in the connector's role.",
  ...overrides,
});
