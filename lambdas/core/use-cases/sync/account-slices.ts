import type { AccountSlice } from "../../contracts/sync-workflow.ts";
import { isExcluded, type Integration } from "../../domain/integration.ts";
import type { AccountId, Timestamp } from "../../domain/ids.ts";
import type { AccountFact } from "../../domain/inventory/facts.ts";
import type { InventoryReader } from "../../ports/inventory.ts";

/**
 * Accounts of a slice. Three listings of IAM and eleven types of resources take an account some ten seconds; 25 accounts are
 * about four minutes, one invocation of those that work for five, and 10,000 accounts are 400 executions.
 */
const ACCOUNTS_OF_SLICE = 25;

/** Whether an organization lists the account; any other is there by an integration of its own. */
export const isListed = ({ organizationalUnits }: AccountFact): boolean => organizationalUnits.length > 0;

/** The accounts with integrations of their own. */
export const ownAccountsOf = (all: readonly Integration[]): ReadonlySet<AccountId> =>
  new Set(all.flatMap((one) => (one.kind === "aws-account" ? [one.accountId] : [])));

/** Which of the accounts in the inventory a pass looks into. */
export type IsLookedInto = (account: AccountFact) => boolean;

/**
 * The organization's own accounts: those with integrations of their own are looked into by roles of their own, with other
 * ExternalIds.
 */
export const lookedIntoBy = (integration: Integration, all: readonly Integration[]): IsLookedInto => {
  if (integration.kind === "aws-account") return ({ id }) => id === integration.accountId;
  if (!integration.memberAccounts) return () => false;
  const ownAccounts = ownAccountsOf(all);
  return (account) => isListed(account) && !ownAccounts.has(account.id) && !isExcluded(integration, account);
};

/** Cuts these accounts into slices, in the order of their ids; `since`: the inventory has known the account from then on. */
export const accountSlices = async (
  inventory: InventoryReader,
  isLeft: (account: AccountFact, since: Timestamp) => boolean,
): Promise<readonly AccountSlice[]> => {
  const slices: AccountSlice[] = [];
  let from: string | undefined;
  do {
    const start = from === undefined ? {} : { from };
    const page = await inventory.page({ kind: "account" }, { limit: ACCOUNTS_OF_SLICE, ...start });
    const accounts = page.facts.filter(({ fact, since }) => isLeft(fact, since));
    const last = accounts.at(-1)?.fact;
    if (last !== undefined) slices.push({ ...start, through: last.id, accounts: accounts.length });
    from = page.next;
  } while (from !== undefined);
  return slices;
};

/** The accounts of a slice as the inventory has them now. */
export const accountsOfSlice = async (
  inventory: InventoryReader,
  { from: start, through }: AccountSlice,
  isLookedInto: IsLookedInto,
): Promise<readonly AccountFact[]> => {
  const accounts: AccountFact[] = [];
  let from = start;
  for (;;) {
    // A page may hold fewer than asked for: what vanished leaves traces among them.
    const page = await inventory.page(
      { kind: "account" },
      { limit: ACCOUNTS_OF_SLICE, ...(from === undefined ? {} : { from }) },
    );
    const within = page.facts.map(({ fact }) => fact).filter(({ id }) => id <= through);
    accounts.push(...within.filter(isLookedInto));
    from = page.next;
    if (from === undefined || within.length < page.facts.length) return accounts;
  }
};
