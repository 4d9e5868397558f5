import { isExcluded } from "../../domain/integration.ts";
import type { AccountId } from "../../domain/ids.ts";
import type { AccountFact, ExcludedAccountFact } from "../../domain/inventory/facts.ts";
import type { AccountListing } from "../../ports/sync.ts";
import { isListed } from "./account-slices.ts";
import type { Phase } from "./phase.ts";
import { differenceOf, known, type Difference } from "./reconcile.ts";

/**
 * The accounts that the integration leaves out are marked before anything of them goes, and the mark stays until, after they
 * came back, all their assignments were looked at. Whoever writes in between finds the mark (see `writeDifferences`), and
 * nobody is told:
 *
 *     the pass marks the account · its assignments go, and then the account · (a crash: the next pass finds the mark)
 *     the account is no longer excluded: it appears · its assignments appear · the mark goes with the end of that pass
 *
 * An account that leaves the organization while it is excluded takes its mark along.
 */
type Marking = Pick<Phase, "integration" | "inventory" | "write" | "look">;

/** Notes, page by page, which listed accounts are left out; `end` forgets those that are listed no more. */
export const excludedAccounts = async (
  marking: Marking,
): Promise<{
  readonly note: (page: readonly AccountListing[]) => Promise<void>;
  readonly end: () => Promise<void>;
}> => {
  const { integration, inventory, write, look } = marking;
  const seenAt = look();
  const notListed = new Map<AccountId, ExcludedAccountFact>();
  for await (const page of known(inventory, { kind: "excluded-account" }))
    for (const { fact } of page) notListed.set(fact.accountId, fact);
  return {
    note: async (page) => {
      for (const { id } of page) notListed.delete(id);
      const facts = page.filter((account) => isExcluded(integration, account)).map(markOf);
      const before = await inventory.getAll(
        "excluded-account",
        facts.map(({ accountId }) => accountId),
      );
      const beforeById = new Map(before.map((observed) => [observed.fact.accountId, observed]));
      await write(
        facts.flatMap((fact) => differenceOf(fact, beforeById.get(fact.accountId))),
        seenAt,
      );
    },
    end: async () => {
      await write(
        [...notListed.values()].map((fact) => ({ change: "vanished", fact })),
        seenAt,
      );
    },
  };
};

/** The same for one account; undefined: the organization has it no more. */
export const noteExclusionOf = async (
  { integration, inventory, write, look }: Marking,
  id: AccountId,
  listed: AccountListing | undefined,
): Promise<void> => {
  const seenAt = look();
  const before = await inventory.get("excluded-account", id);
  if (listed !== undefined && isExcluded(integration, listed))
    await write(differenceOf(markOf(listed), before), seenAt);
  else if (listed === undefined && before !== undefined)
    await write([{ change: "vanished", fact: before.fact }], seenAt);
};

/** Who is assigned what was looked at in all accounts but these: those that are back are like any other from now on. */
export const forgetReturned = async (
  { integration, inventory, write, look, progress }: Marking & Pick<Phase, "progress">,
  notSeen: ReadonlySet<AccountId>,
): Promise<void> => {
  const seenAt = look();
  for await (const page of known(inventory, { kind: "excluded-account" })) {
    const marks = page.map(({ fact }) => fact).filter(({ accountId }) => !notSeen.has(accountId));
    const accounts = await inventory.getAll(
      "account",
      marks.map(({ accountId }) => accountId),
    );
    // One that an event brought back since then has been looked at by nobody; one that is not listed is there by an
    // integration of its own.
    const back = accounts.filter(
      ({ fact, observedAt }) =>
        observedAt <= progress.sync.phaseBegunAt && isListed(fact) && !isExcluded(integration, fact),
    );
    const ids = new Set(back.map(({ fact }) => fact.id));
    await write(
      marks
        .filter(({ accountId }) => ids.has(accountId))
        .map((fact) => ({ change: "vanished", fact }) satisfies Difference),
      seenAt,
    );
  }
};

const markOf = ({ id, name }: Pick<AccountFact, "id" | "name">): ExcludedAccountFact => ({
  kind: "excluded-account",
  accountId: id,
  name,
});
