import type { AccountId } from "../../domain/ids.ts";
import type { Fact } from "../../domain/inventory/facts.ts";
import type { InventoryReader } from "../../ports/inventory.ts";

/** Whether a fact is of an account that an integration leaves out, or left out when its assignments were last looked at. */
export const ofExcludedAccounts = async (
  inventory: Pick<InventoryReader, "getAll">,
  facts: readonly Fact[],
): Promise<(fact: Fact) => boolean> => {
  const ids = new Set(facts.flatMap((fact) => accountIn(fact) ?? []));
  if (ids.size === 0) return () => false;
  const marks = await inventory.getAll("excluded-account", [...ids]);
  const excluded = new Set(marks.map(({ fact }) => fact.accountId));
  return (fact) => {
    const id = accountIn(fact);
    return id !== undefined && excluded.has(id);
  };
};

/** The account that a fact which is told is about; undefined for what is told to nobody, or within no account. */
const accountIn = (fact: Fact): AccountId | undefined => {
  switch (fact.kind) {
    case "account":
      return fact.id;
    case "assignment":
    case "provisioning":
    case "iam-user":
    case "iam-group":
    case "iam-role":
    case "resource":
      return fact.accountId;
    default:
      return undefined;
  }
};
