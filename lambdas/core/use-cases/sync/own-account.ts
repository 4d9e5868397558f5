import type { AccountId } from "../../domain/ids.ts";
import type { AccountFact } from "../../domain/inventory/facts.ts";
import type { Problem } from "../../domain/inventory/problem.ts";
import type { Inventory } from "../../ports/inventory.ts";
import type { AccountsConnection, AccountSource, Look } from "../../ports/sync.ts";
import { problemBehind, type AccountLook, type LookedInto } from "./look-into-account.ts";

/** The account of an account integration. No organization lists it: it is in the inventory from its first look on. */
export const ownAccount = async (inventory: Inventory, id: AccountId): Promise<AccountFact> =>
  (await inventory.get("account", id))?.fact ?? {
    kind: "account",
    id,
    name: id,
    state: "ACTIVE",
    organizationalUnits: [],
  };

interface Dependencies {
  readonly inventory: Inventory;
  readonly sources: Pick<AccountsConnection, "within">;
  readonly look: () => Look;
  readonly lookInto: (account: AccountFact) => Promise<LookedInto>;
}

/**
 * Looks into the account of an account integration. Of one that has never answered nothing is written: its id may be
 * mistyped. It was there when it answers, and nobody is told.
 */
export const lookIntoOwnAccount = async (
  { inventory, sources, look, lookInto }: Dependencies,
  account: AccountFact,
): Promise<AccountLook | { readonly unanswered: Problem }> => {
  if ((await inventory.get("account", account.id)) === undefined) {
    const unanswered = await whyUnanswered(sources.within(account.id), account.id);
    if (unanswered !== undefined) return { unanswered };
    const { observedAt } = look();
    await inventory.record({ fact: account, since: observedAt, observedAt, baseline: true });
  }
  const looked = await lookInto(account);
  const [first] = looked.problems;
  return looked.isAnswered || first === undefined ? looked : { unanswered: first };
};

/** A page of one of IAM's lists, which the member role may read, tells that somebody is let in. */
const whyUnanswered = async (source: AccountSource, accountId: AccountId): Promise<Problem | undefined> => {
  const problems: Problem[] = [];
  for (const list of [() => source.iamUsers(), () => source.iamGroups(), () => source.iamRoles()]) {
    try {
      await list()[Symbol.asyncIterator]().next();
      return undefined;
    } catch (error) {
      const problem = problemBehind(error, accountId);
      problems.push(problem);
      // Each of the others would wait for a minute in vain.
      if (problem.code === "unreachable") break;
    }
  }
  return problems[0];
};
