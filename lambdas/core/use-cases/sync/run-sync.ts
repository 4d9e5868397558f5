import type { SyncOutput } from "../../contracts/sync-workflow.ts";
import { timestamp } from "../../domain/ids.ts";
import {
  connectedAccountOf,
  lacksConnector,
  type Deployment,
  type OrganizationIntegration,
} from "../../domain/integration.ts";
import { connectorGone, integrationGone, syncGaveUp } from "../../domain/inventory/problem-words.ts";
import { SourceProblem } from "../../domain/inventory/problem.ts";
import {
  PHASES,
  type FinishedSync,
  type PhaseName,
  type RunningSync,
  type SyncId,
  type SyncScope,
} from "../../domain/sync.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Inventory } from "../../ports/inventory.ts";
import type {
  ConnectToIdentity,
  EntitlementWatch,
  IdentitySources,
  IntegrationStore,
  Look,
  SyncStore,
} from "../../ports/sync.ts";
import { accountTags } from "./phases/account-tags.ts";
import { accounts } from "./phases/accounts.ts";
import { assignments } from "./phases/assignments.ts";
import { assureIdentityCenter, identityCenter } from "./phases/identity-center.ts";
import { groups } from "./phases/groups.ts";
import { leftAccounts } from "./phases/left-accounts.ts";
import { leftScope } from "./phases/left-scope.ts";
import { memberships } from "./phases/memberships.ts";
import { organizationalUnits } from "./phases/organizational-units.ts";
import { permissionSets } from "./phases/permission-sets.ts";
import { users } from "./phases/users.ts";
import type { Phase, RunPhase } from "./phase.ts";
import { writeDifferences } from "./reconcile.ts";
import { runAccounts } from "./run-accounts.ts";
import { SyncProgress } from "./sync-progress.ts";
import { writeAssignments } from "./write-assignments.ts";

export interface RunSyncDeps {
  readonly integrations: Pick<IntegrationStore, "get" | "list">;
  readonly syncs: SyncStore;
  readonly inventory: Inventory;
  readonly entitlements: EntitlementWatch;
  readonly connectTo: ConnectToIdentity;
  readonly deployment: Deployment;
  readonly clock: Pick<Clock, "now">;
}

/**
 * An invocation works for this long, and lets the next one go on: a third of the function's 15 minutes, so that a page that
 * is under way, or waits for AWS, ends well before them.
 */
export const WORKS_FOR_MILLISECONDS = 300_000;

const identityPhases: Readonly<Record<(typeof PHASES)["identity"][number], RunPhase>> = {
  "identity-center": identityCenter,
  "organizational-units": organizationalUnits,
  accounts,
  "left-scope": leftScope,
  "left-accounts": leftAccounts,
  "account-tags": accountTags,
  users,
  groups,
  memberships,
  "permission-sets": permissionSets,
  assignments,
};

/**
 * Goes on with a pass from where it was left, for as long as an invocation may take. What waiting does not heal ends the
 * pass as failed, with the reason; nothing vanished by that.
 */
export const runSync =
  (deps: RunSyncDeps) =>
  async ({
    syncId,
    lookedInto,
    failed,
  }: {
    readonly syncId: SyncId;
    readonly lookedInto: boolean;
    /** The machine gives the pass up: its attempts ended with this error. */
    readonly failed?: { readonly error: string } | undefined;
  }): Promise<SyncOutput> => {
    const { syncs, integrations, inventory, connectTo, deployment, clock } = deps;
    const sync = await syncs.get(syncId);
    if (sync === undefined) throw new Error(`There is no sync ${syncId}`);
    if (sync.status !== "running") return END;
    const integration = await integrations.get(sync.integration);
    const connection =
      integration?.kind === "aws-organization" && sync.scope === "identity"
        ? connectTo(integration, syncId)
        : undefined;
    const takeTally = connection?.takeTally ?? (() => ({ calls: {}, throttles: 0 }));
    const progress = new SyncProgress(sync, { syncs, takeTally, clock });
    // Before anything is done: an invocation that was thought dead loses its next write to this one.
    await progress.note();
    try {
      if (failed !== undefined) throw new SourceProblem(syncGaveUp(failed.error));
      if (integration === undefined) throw new SourceProblem(integrationGone());
      // What Lockstep's own permissions show is another organization.
      if (lacksConnector(integration, deployment))
        throw new SourceProblem(connectorGone(connectedAccountOf(integration)));
      if (sync.scope === "resources") {
        const step = await runAccounts({ integrations, inventory, syncs, progress }, integration, lookedInto);
        return step.next === "end" ? END : { next: step.next, slices: [...step.slices] };
      }
      if (integration.kind !== "aws-organization" || connection === undefined)
        throw new SourceProblem(integrationGone());
      const { sources } = connection;
      return await runPhases(await phaseOf(deps, { sync, integration, sources, progress }));
    } catch (error) {
      if (!(error instanceof SourceProblem)) throw error;
      await progress.fail(error.problem);
      return END;
    }
  };

const END: SyncOutput = { next: "end", slices: [] };
const GO_ON: SyncOutput = { next: "sync", slices: [] };

const runPhases = async (phase: Phase): Promise<SyncOutput> => {
  const { progress } = phase;
  // An invocation that goes on looks first, too: since the one before it, hours may have passed.
  if (progress.sync.checkpoint.phase !== PHASES.identity[0]) await assureIdentityCenter(phase);
  for (;;) {
    const name = progress.sync.checkpoint.phase as (typeof PHASES)["identity"][number];
    if ((await identityPhases[name](phase)) === "more") {
      await progress.note();
      return GO_ON;
    }
    const following = phaseAfter(progress.sync.scope, name);
    if (following === undefined) {
      await progress.finish();
      return END;
    }
    await progress.begin(following);
    if (phase.isOutOfTime()) return GO_ON;
  }
};

const phaseAfter = (scope: SyncScope, name: PhaseName): PhaseName | undefined => {
  const names: readonly PhaseName[] = PHASES[scope];
  return names[names.indexOf(name) + 1];
};

interface Opened {
  readonly sync: RunningSync;
  readonly integration: OrganizationIntegration;
  readonly sources: IdentitySources;
  readonly progress: SyncProgress;
}

const phaseOf = async (
  { integrations, syncs, inventory, entitlements, clock }: RunSyncDeps,
  { sync, integration, sources, progress }: Opened,
): Promise<Phase> => {
  const began = clock.now().getTime();
  const look = (): Look => ({
    observedAt: timestamp(clock.now()),
    ...(sync.baseline ? { baseline: true } : {}),
  });
  const write = writeDifferences({ inventory });
  return {
    integration,
    integrations: () => integrations.list(),
    inventory,
    sources,
    progress,
    clock,
    look,
    write,
    writeAssignments: writeAssignments({ write, entitlements, assignments: sources.assignments, look }),
    before: await lastFinished(syncs, sync),
    isOutOfTime: () => clock.now().getTime() - began >= WORKS_FOR_MILLISECONDS,
  };
};

/** Passes that are looked through for one that finished: a day's, with one an hour. */
const PASSES_LOOKED_THROUGH = 24;

const lastFinished = async (
  syncs: SyncStore,
  { integration, scope }: RunningSync,
): Promise<FinishedSync | undefined> => {
  const { items } = await syncs.list({ integration, scope }, { limit: PASSES_LOOKED_THROUGH });
  return items.find((sync) => sync.status === "finished");
};
