import { inAccount, type FactKind, type FactOf } from "../../../domain/inventory/facts.ts";
import type { AccountId } from "../../../domain/ids.ts";
import { turnOf } from "../../../domain/turns.ts";
import { isListed } from "../account-slices.ts";
import type { Phase, RunPhase } from "../phase.ts";
import { eachKnownPage } from "./each-known.ts";

/** The kinds of what is within an account. */
const WITHIN_ACCOUNTS = [
  "assignment",
  "provisioning",
  "stale-account",
  "iam-user",
  "iam-group",
  "iam-role",
  "resource",
] as const satisfies readonly FactKind[];
type WithinAccount = FactOf<(typeof WITHIN_ACCOUNTS)[number]>;

/** 1 MB, DynamoDB's largest page, holds some thousands of facts. */
const PAGE = 500;

/**
 * What somebody wrote of an account while it was taken away, and after:
 *
 *     a look into the account begins, or an event's · the account is not listed any more: what is in it goes, and then the
 *     account itself · the look is written: nobody finds it by its account again
 *
 * Those who write do not look back, and need not: each pass looks through one of the kinds for facts of accounts that the
 * inventory does not know, by reading alone. Who writes of an account has found it in the inventory before; so an account
 * that is not there after its fact was read had left before the fact was written, or leaves now.
 */
export const leftAccounts: RunPhase = (phase) => {
  const kind = WITHIN_ACCOUNTS[turnOf(phase.progress.sync) % WITHIN_ACCOUNTS.length] ?? WITHIN_ACCOUNTS[0];
  return eachKnownPage(phase, kind, { total: undefined, limit: PAGE }, async (page) => {
    const seenAt = phase.look();
    const facts = page.map(({ fact }) => fact);
    const isKept = await keptOf(
      phase,
      facts.map(({ accountId }) => accountId),
    );
    const left = facts.filter((fact) => !isKept(fact));
    phase.progress.count(
      await phase.write(
        left.map((fact) => ({ change: "vanished", fact })),
        seenAt,
      ),
    );
  });
};

/**
 * Whether a fact is of an account that the inventory knows. Of the management account its permission sets are known though
 * it is excluded, and why they cannot be seen. What `left-scope` takes away, in as many passes as it needs, it takes away
 * telling nobody.
 */
const keptOf = async (
  phase: Phase,
  accountIds: readonly AccountId[],
): Promise<(fact: WithinAccount) => boolean> => {
  const { managementAccountId } = phase.integration;
  const accounts = await phase.inventory.getAll("account", [...new Set(accountIds)]);
  const known = new Map(accounts.map(({ fact }) => [fact.id, fact]));
  const unknown = [...new Set(accountIds)].filter((id) => !known.has(id));
  const leaving = new Set(
    (await phase.inventory.getAll("coverage", unknown.map(inAccount))).map(({ fact }) => fact.accountId),
  );
  return (fact) => {
    const { kind, accountId } = fact;
    const account = known.get(accountId);
    if (account !== undefined && (isListed(account) || !isSaidByOrganization(fact))) return true;
    if (kind === "provisioning" || kind === "stale-account") return accountId === managementAccountId;
    return kind !== "assignment" && leaving.has(accountId);
  };
};

/** An account that is there by an integration of its own has none of these. */
const isSaidByOrganization = (fact: WithinAccount): boolean =>
  fact.kind === "assignment" ||
  fact.kind === "provisioning" ||
  (fact.kind === "stale-account" && fact.scope === "identity");
