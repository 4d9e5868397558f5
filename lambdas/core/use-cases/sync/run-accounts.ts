import type { AccountSlice } from "../../contracts/sync-workflow.ts";
import type { Integration } from "../../domain/integration.ts";
import { SourceProblem } from "../../domain/inventory/problem.ts";
import { accountsNotLookedInto } from "../../domain/inventory/problem-words.ts";
import type { DoneAccount } from "../../domain/sync.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import type { IntegrationStore, SyncStore } from "../../ports/sync.ts";
import { accountSlices, lookedIntoBy } from "./account-slices.ts";
import type { SyncProgress } from "./sync-progress.ts";

export interface RunAccountsDeps {
  readonly integrations: Pick<IntegrationStore, "list">;
  readonly inventory: InventoryReader;
  readonly syncs: Pick<SyncStore, "accounts">;
  readonly progress: SyncProgress;
}

/** What the machine does next in a pass over accounts. */
export type AccountsStep =
  { readonly next: "accounts"; readonly slices: readonly AccountSlice[] } | { readonly next: "end" };

/**
 * A pass over the accounts themselves: those that are left are cut into slices, each of which an execution of its own looks
 * into; when all of them were tried, what the accounts came to is summed up. A pass that is taken up again cuts what is left
 * anew: an account is done when it was noted, whatever slice it was in.
 */
export const runAccounts = async (
  deps: RunAccountsDeps,
  integration: Integration,
  lookedInto: boolean,
): Promise<AccountsStep> => {
  const { progress } = deps;
  if (!lookedInto) {
    const done = await doneIn(deps, () => undefined);
    const slices = await slicesLeft(deps, integration, done);
    const left = slices.reduce((sum, slice) => sum + slice.accounts, 0);
    await progress.advance({ done: done.size, total: done.size + left });
    await progress.note();
    if (slices.length > 0) return { next: "accounts", slices };
  }
  if (integration.kind === "aws-account") await failIfUnanswered(deps);
  await sumUp(deps, integration);
  await progress.finish();
  return { next: "end" };
};

/** An account alone that does not answer is all that there was to see. */
const failIfUnanswered = async ({ syncs, progress }: RunAccountsDeps): Promise<void> => {
  for await (const page of syncs.accounts(progress.sync.id)) {
    for (const account of page) {
      if (account.status !== "unanswered") continue;
      progress.called(account);
      throw new SourceProblem(account.problem);
    }
  }
};

/** The accounts that the pass has looked into, page by page: what each came to is not kept in memory. */
const doneIn = async (
  { syncs, progress }: RunAccountsDeps,
  onAccount: (account: DoneAccount) => void,
): Promise<ReadonlySet<string>> => {
  const done = new Set<string>();
  for await (const page of syncs.accounts(progress.sync.id)) {
    for (const account of page) {
      if (account.status !== "done") continue;
      done.add(account.accountId);
      onAccount(account);
    }
  }
  return done;
};

/** Slices of the accounts that are not done; `joinedBy`: without those that the inventory has known only since later. */
const slicesLeft = async (
  { inventory, integrations }: RunAccountsDeps,
  integration: Integration,
  done: ReadonlySet<string>,
  joinedBy?: string,
): Promise<readonly AccountSlice[]> => {
  if (integration.kind === "aws-account")
    return done.has(integration.accountId) ? [] : [{ through: integration.accountId, accounts: 1 }];
  const isLookedInto = lookedIntoBy(integration, await integrations.list());
  return accountSlices(
    inventory,
    (account, since) =>
      isLookedInto(account) && !done.has(account.id) && (joinedBy === undefined || since <= joinedBy),
  );
};

/**
 * Adds what every account came to. Accounts that should have been looked into and were not are those whose executions failed:
 * neither those that left meanwhile, nor those that joined after the slices were cut, which the next pass looks into.
 */
const sumUp = async (deps: RunAccountsDeps, integration: Integration): Promise<void> => {
  const { progress } = deps;
  const done = await doneIn(deps, (account) => {
    addTo(progress, account);
  });
  const slices = await slicesLeft(deps, integration, done, progress.sync.phaseBegunAt);
  const missing = slices.reduce((sum, { accounts }) => sum + accounts, 0);
  if (missing > 0) progress.met(accountsNotLookedInto(missing));
};

const addTo = (progress: SyncProgress, account: DoneAccount): void => {
  progress.count(account.changes);
  progress.called(account);
  for (const problem of account.problems) progress.met(problem);
  progress.metMore(account.moreProblems);
};
