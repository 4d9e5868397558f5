import type { AccountSlice } from "../../contracts/sync-workflow.ts";
import type { Integration } from "../../domain/integration.ts";
import { slicesNotLookedInto } from "../../domain/inventory/problem-words.ts";
import type { SyncId, SyncSlice } from "../../domain/sync.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import type { IntegrationStore, SyncStore } from "../../ports/sync.ts";
import { accountSlices, lookedIntoBy } from "./account-slices.ts";
import type { SyncProgress } from "./sync-progress.ts";

export interface RunAccountsDeps {
  readonly integrations: Pick<IntegrationStore, "list">;
  readonly inventory: InventoryReader;
  readonly syncs: Pick<SyncStore, "slices">;
  readonly progress: SyncProgress;
}

/** What the machine does next in a pass over accounts. */
export type AccountsStep =
  { readonly next: "accounts"; readonly slices: readonly AccountSlice[] } | { readonly next: "end" };

/**
 * A pass over the accounts themselves: cut into slices first, each of which an execution of its own looks into, and summed
 * up when all of them were tried. A slice that was looked into before a crash is not looked into again: it answers at once.
 */
export const runAccounts = async (
  deps: RunAccountsDeps,
  integration: Integration,
  lookedInto: boolean,
): Promise<AccountsStep> => {
  const { progress } = deps;
  if (!lookedInto) {
    const slices = await slicesOf(deps, integration);
    const accounts = slices.reduce((sum, slice) => sum + slice.accounts, 0);
    await progress.advance({ done: 0, total: accounts });
    await progress.note();
    if (slices.length > 0) return { next: "accounts", slices };
  }
  await sumUp(deps, progress.sync.id);
  await progress.finish();
  return { next: "end" };
};

const slicesOf = async (
  { inventory, integrations }: RunAccountsDeps,
  integration: Integration,
): Promise<readonly AccountSlice[]> => {
  if (integration.kind === "aws-account") return [{ through: integration.accountId, accounts: 1 }];
  if (!integration.memberAccounts) return [];
  return accountSlices(inventory, lookedIntoBy(integration, await integrations.list()));
};

const sumUp = async ({ syncs, progress }: RunAccountsDeps, id: SyncId): Promise<void> => {
  const slices = await syncs.slices(id);
  for (const slice of slices) addTo(progress, slice);
  const accounts = slices.reduce((sum, slice) => sum + slice.accounts, 0);
  const missing = (progress.sync.total ?? 0) - accounts;
  if (missing > 0) progress.met(slicesNotLookedInto(missing));
  await progress.advance({ done: accounts, total: progress.sync.total });
};

const addTo = (progress: SyncProgress, slice: SyncSlice): void => {
  progress.count(slice.changes);
  progress.called(slice);
  for (const problem of slice.problems) progress.met(problem);
  progress.metMore(slice.moreProblems);
};
