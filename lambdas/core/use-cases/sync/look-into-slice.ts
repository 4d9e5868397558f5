import type { AccountSlice } from "../../contracts/sync-workflow.ts";
import { timestamp } from "../../domain/ids.ts";
import type { Integration } from "../../domain/integration.ts";
import type { AccountFact } from "../../domain/inventory/facts.ts";
import type { Problem } from "../../domain/inventory/problem.ts";
import type { RunningSync, SyncId } from "../../domain/sync.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Inventory } from "../../ports/inventory.ts";
import type { ConnectToAccounts, IntegrationStore, Look, SyncStore } from "../../ports/sync.ts";
import { accountsOfSlice, lookedIntoBy, type IsLookedInto } from "./account-slices.ts";
import { lookIntoAccount } from "./look-into-account.ts";
import { noChanges, sumOf, writeDifferences, type Changes, type WritesDifferences } from "./reconcile.ts";

export interface LookIntoSliceDeps {
  readonly integrations: Pick<IntegrationStore, "get" | "list">;
  readonly syncs: SyncStore;
  readonly inventory: Inventory;
  readonly connectTo: ConnectToAccounts;
  readonly clock: Pick<Clock, "now">;
}

/** So many problems of a slice are kept: a thousand slices are read at once when the pass ends. */
const KEPT_PROBLEMS = 5;

/** Looks into the accounts of a slice, one after the other, and keeps what came of it. */
export const lookIntoSlice =
  (deps: LookIntoSliceDeps) =>
  async ({ syncId, slice }: { readonly syncId: SyncId; readonly slice: AccountSlice }): Promise<void> => {
    const { integrations, syncs, inventory, connectTo, clock } = deps;
    const sync = await syncs.get(syncId);
    if (sync?.status !== "running") return;
    const integration = await integrations.get(sync.integration);
    if (integration === undefined) return;
    const isLookedInto = lookedIntoBy(integration, await integrations.list());
    const accounts = await accountsOf(inventory, integration, slice, isLookedInto);
    const [first] = accounts;
    const last = accounts.at(-1);
    if (first === undefined || last === undefined || (await isDone(syncs, syncId, first))) return;

    const sources = connectTo(integration, syncId);
    const look = (): Look => ({ observedAt: timestamp(clock.now()), ...baselineOf(sync) });
    const write = writeDifferences({ inventory });
    const { resourceTypes } = integration;
    const lookInto = lookIntoAccount({ inventory, sources, resourceTypes, write, look });
    let changes = await noteAccount(inventory, write, first, look());
    const problems: Problem[] = [];
    for (const account of accounts) {
      const looked = await lookInto(account);
      changes = sumOf(changes, looked.changes);
      problems.push(...looked.problems);
    }
    await syncs.putSlice(syncId, {
      from: first.id,
      to: last.id,
      accounts: accounts.length,
      ...sources.takeTally(),
      changes,
      problems: problems.slice(0, KEPT_PROBLEMS),
      moreProblems: Math.max(0, problems.length - KEPT_PROBLEMS),
    });
    await tellOf(deps, syncId, accounts.length);
  };

/** No organization lists the account of an account integration: it is in the inventory from its first look on. */
const noteAccount = async (
  inventory: Inventory,
  write: WritesDifferences,
  account: AccountFact,
  seenAt: Look,
): Promise<Changes> =>
  (await inventory.get("account", account.id)) === undefined
    ? write([{ change: "appeared", fact: account }], seenAt)
    : noChanges;

/** Slices that end at the same moment, of those that run at once; who loses every race is counted at the end. */
const RACES = 5;

/** Says in the pass's record how far it is. It is a sign of life too: a pass that is silent for long is taken up by another. */
const tellOf = async ({ syncs, clock }: LookIntoSliceDeps, id: SyncId, accounts: number): Promise<void> => {
  for (let race = 0; race < RACES; race += 1) {
    const sync = await syncs.get(id);
    if (sync?.status !== "running") return;
    const { version, done } = sync;
    const next = { ...sync, version: version + 1, updatedAt: timestamp(clock.now()), done: done + accounts };
    if ((await syncs.put(next)) === "written") return;
  }
};

const baselineOf = ({ baseline }: RunningSync): Pick<Look, "baseline"> => (baseline ? { baseline } : {});

/** The accounts as the inventory has them now; the one of an account integration, which may not be there yet. */
const accountsOf = async (
  inventory: Inventory,
  integration: Integration,
  slice: AccountSlice,
  isLookedInto: IsLookedInto,
): Promise<readonly AccountFact[]> => {
  if (integration.kind !== "aws-account") return accountsOfSlice(inventory, slice, isLookedInto);
  const id = integration.accountId;
  const known = await inventory.get("account", id);
  return [
    known?.fact ?? { kind: "account", id, name: id, state: "ACTIVE", organizationalUnits: [], tags: {} },
  ];
};

const isDone = async (syncs: SyncStore, id: SyncId, first: AccountFact): Promise<boolean> =>
  (await syncs.slices(id)).some(({ from }) => from === first.id);
