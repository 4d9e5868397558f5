import type { AccountId } from "../../domain/ids.ts";
import type { ExcludedAccountFact } from "../../domain/inventory/facts.ts";
import type { InventoryReader } from "../../ports/inventory.ts";
import { allOf } from "./walk.ts";

/** Ways to reach an account that have nothing to do with Identity Center's assignments, and are not listed with them. */
const NEVER_COVERED: readonly string[] = [
  "IAM users and roles of an account: GET /inventory/iam-users and GET /inventory/iam-roles list them, and which IAM users and roles may assume a role; which people use them, AWS does not say.",
  "What resource policies, and sharing between accounts, give to somebody directly.",
  "Root users of accounts.",
];

/** Excluded accounts that are named; the others are counted. */
const NAMED_AT_MOST = 5;

/** What there may be besides the access that is listed, in words. */
export const notCovered = async (
  inventory: Pick<InventoryReader, "getAll" | "page">,
): Promise<readonly string[]> => {
  const marks = (await allOf(inventory, { kind: "excluded-account" })).map(({ fact }) => fact);
  const out = await leftOut(
    inventory,
    marks.map(({ accountId }) => accountId),
  );
  const excluded = marks.filter(({ accountId }) => out.has(accountId));
  return excluded.length === 0 ? NEVER_COVERED : [sentenceOf(excluded), ...NEVER_COVERED];
};

/**
 * Those of the accounts that the integration leaves out: nothing of them is in the inventory, and no access to them can be
 * asked for. One that is back keeps its mark for a while, beside the account.
 */
export const leftOut = async (
  inventory: Pick<InventoryReader, "getAll">,
  ids: readonly AccountId[],
): Promise<ReadonlySet<AccountId>> => {
  const marks = await inventory.getAll("excluded-account", ids);
  const marked = marks.map(({ fact }) => fact.accountId);
  const back = new Set((await inventory.getAll("account", marked)).map(({ fact }) => fact.id));
  return new Set(marked.filter((id) => !back.has(id)));
};

const sentenceOf = (excluded: readonly ExcludedAccountFact[]): string => {
  const named = excluded.slice(0, NAMED_AT_MOST).map(({ accountId, name }) => `${name} (${accountId})`);
  const more = excluded.length - named.length;
  const count = excluded.length === 1 ? "1 account is" : `${excluded.length} accounts are`;
  return `${count} left out, by exclude of the integration: ${named.join(", ")}${more > 0 ? `, and ${more} more` : ""}. Who has access there is not known to Lockstep.`;
};
