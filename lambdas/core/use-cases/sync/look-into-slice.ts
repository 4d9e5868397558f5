import type { AccountSlice, LookIntoAccountsOutput } from "../../contracts/sync-workflow.ts";
import type { Integration } from "../../domain/integration.ts";
import type { AccountFact } from "../../domain/inventory/facts.ts";
import type { Problem } from "../../domain/inventory/problem.ts";
import { lookNeverEnded } from "../../domain/inventory/problem-words.ts";
import { timestamp, type AccountId } from "../../domain/ids.ts";
import type { SyncedAccount, SyncId } from "../../domain/sync.ts";
import type { Clock } from "../../ports/clock.ts";
import type { Inventory } from "../../ports/inventory.ts";
import type { ConnectToAccounts, IntegrationStore, Look, SyncStore } from "../../ports/sync.ts";
import { accountsOfSlice, lookedIntoBy } from "./account-slices.ts";
import { accountsProgress } from "./accounts-progress.ts";
import { lookIntoAccount, type AccountLook, type LookIntoAccountDeps } from "./look-into-account.ts";
import { markStale } from "./mark-stale.ts";
import { lookIntoOwnAccount, ownAccount } from "./own-account.ts";
import { noChanges, writeDifferences } from "./reconcile.ts";
import { WORKS_FOR_MILLISECONDS } from "./run-sync.ts";

export interface LookIntoSliceDeps {
  readonly integrations: Pick<IntegrationStore, "get" | "list">;
  readonly syncs: SyncStore;
  readonly inventory: Inventory;
  readonly connectTo: ConnectToAccounts;
  readonly clock: Pick<Clock, "now">;
}

interface SliceToLookInto {
  readonly syncId: SyncId;
  readonly slice: AccountSlice;
  /** How often in a row an invocation for the slice ended without an answer: it threw, or it was killed. */
  readonly retries?: number | undefined;
}

/** So many problems of an account are kept: those of ten thousand are read when the pass ends. */
const KEPT_PROBLEMS = 5;

/** An account that so many retries did not get through, after the first attempt, is left as it is: those behind it wait. */
export const RETRIES = 2;

const MORE: LookIntoAccountsOutput = { next: "more" };
const END: LookIntoAccountsOutput = { next: "end" };

/**
 * Looks into those accounts of a slice that the pass has not looked into yet, one after the other, and notes after each what
 * came of it; `more` when it is out of time. What is done is known by account, not by slice: a pass that is taken up cuts
 * other slices, since accounts came and went meanwhile.
 *
 * - An invocation dies within an account: the next attempt goes on with that account. What was seen of it is in the
 *   inventory, and is found to be the same.
 * - It dies again and again within the same account (10,000 buckets take longer than any function lives), or throws what
 *   nobody expected: that account is marked stale with the reason, and the others go on.
 * - A pass that was silent is taken up, and the executions of the old one come to life again: two look into the same account.
 *   Of two looks the one counts that began last, and of two notes that it is done the one that was written last: the account is counted once.
 */
export const lookIntoSlice =
  (deps: LookIntoSliceDeps) =>
  async ({ syncId, slice, retries = 0 }: SliceToLookInto): Promise<LookIntoAccountsOutput> => {
    const { integrations, syncs, inventory, connectTo, clock } = deps;
    const began = clock.now().getTime();
    const sync = await syncs.get(syncId);
    if (sync?.status !== "running") return END;
    const integration = await integrations.get(sync.integration);
    if (integration === undefined) return END;
    let left = await accountsLeft(deps, syncId, integration, slice);

    const sources = connectTo(integration, syncId);
    const look = (): Look => ({ observedAt: timestamp(clock.now()) });
    const write = writeDifferences({ inventory, integration });
    const { resourceTypes } = integration;
    const lookInto = lookIntoAccount({ inventory, sources, resourceTypes, write, look });
    const lookIntoOne = (account: AccountFact) =>
      integration.kind === "aws-account"
        ? lookIntoOwnAccount({ inventory, sources, look, lookInto }, account)
        : lookInto(account);
    const progress = accountsProgress({ syncs, clock }, syncId);
    const done = async (account: AccountFact, { changes, problems }: AccountLook): Promise<void> => {
      await syncs.putAccount(syncId, {
        status: "done",
        accountId: account.id,
        ...sources.takeTally(),
        changes,
        problems: problems.slice(0, KEPT_PROBLEMS),
        moreProblems: Math.max(0, problems.length - KEPT_PROBLEMS),
      });
      await progress.lookedInto();
    };

    const unanswered = async ({ id: accountId }: AccountFact, problem: Problem): Promise<void> => {
      await syncs.putAccount(syncId, { status: "unanswered", accountId, ...sources.takeTally(), problem });
    };

    const [first] = left;
    if (first !== undefined && retries > 0) {
      if (first.attempts === RETRIES) {
        await done(first.account, await giveUp({ inventory, write, look }, first.account));
        await progress.tell();
        // The machine's retries begin anew: the others of the slice have as many.
        return MORE;
      }
      const attempts = first.attempts + 1;
      const begun = await syncs.putAccount(syncId, {
        status: "begun",
        accountId: first.account.id,
        attempts,
      });
      // Another attempt, which was thought lost, is done with it meanwhile.
      if (begun === "conflict") left = left.slice(1);
    }
    for (const { account } of left) {
      const looked = await lookIntoOne(account);
      if ("unanswered" in looked) {
        await unanswered(account, looked.unanswered);
        return END;
      }
      await done(account, looked);
      if (clock.now().getTime() - began < WORKS_FOR_MILLISECONDS) continue;
      await progress.tell();
      return MORE;
    }
    await progress.tell();
    return END;
  };

/** An account that is not looked into yet, and how many invocations began with it in vain. */
interface Left {
  readonly account: AccountFact;
  readonly attempts: number;
}

/** What is left of the slice, as the inventory has its accounts now. */
const accountsLeft = async (
  { integrations, syncs, inventory }: LookIntoSliceDeps,
  syncId: SyncId,
  integration: Integration,
  slice: AccountSlice,
): Promise<readonly Left[]> => {
  const accounts =
    integration.kind === "aws-account"
      ? [await ownAccount(inventory, integration.accountId)]
      : await accountsOfSlice(inventory, slice, lookedIntoBy(integration, await integrations.list()));
  const [first] = accounts;
  if (first === undefined) return [];
  const noted = new Map<AccountId, SyncedAccount>();
  for await (const page of syncs.accounts(syncId, { from: first.id, through: slice.through }))
    for (const account of page) noted.set(account.accountId, account);
  return accounts.flatMap((account) => {
    const note = noted.get(account.id);
    if (note?.status === "done") return [];
    return [{ account, attempts: note?.status === "begun" ? note.attempts : 0 }];
  });
};

/** Leaves the account as it was last seen, with the reason. */
const giveUp = async (
  { look, ...writing }: Pick<LookIntoAccountDeps, "inventory" | "write" | "look">,
  { id: accountId }: AccountFact,
): Promise<AccountLook> => {
  const problem = lookNeverEnded(accountId, 1 + RETRIES);
  // An account that no organization lists is not there before AWS has let anybody look into it.
  if ((await writing.inventory.get("account", accountId)) !== undefined)
    await markStale(writing, { accountId, scope: "resources" }, problem, look());
  return { changes: noChanges, problems: [problem] };
};
