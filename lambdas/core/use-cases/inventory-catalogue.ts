import type { AccountId } from "../domain/ids.ts";
import { factId, type AccountFact, type FactOf, type PermissionSetFact } from "../domain/inventory/facts.ts";
import type { Catalogue, CatalogueAccount, CataloguePermissionSet, LookUp } from "../ports/catalogue.ts";
import type { InventoryReader, Observed } from "../ports/inventory.ts";
import { walkScope } from "./inventory/walk.ts";

interface Dependencies {
  readonly inventory: InventoryReader;
  /**
   * Where a delegated administrator cannot manage permission sets that are provisioned there; absent when Lockstep is not
   * one, and need not know.
   */
  readonly restrictedBy?: AccountId | undefined;
}

/** Accounts that are read at a time when all of them are looked through. */
const PAGE = 1_000;

/** The names of accounts and permission sets, as the inventory has them. */
export const inventoryCatalogue = ({ inventory, restrictedBy }: Dependencies): Catalogue => {
  const named = <Kind extends "account" | "permission-set">(
    kind: Kind,
    name: string,
    how: LookUp,
  ): Promise<readonly Observed<FactOf<Kind>>[]> =>
    how === "indexed" ? inventory.named(kind, name) : lookThrough(inventory, kind, name);

  const permissionSetOf = async ({ fact }: Observed<PermissionSetFact>): Promise<CataloguePermissionSet> => {
    const { arn, name, sessionDuration } = fact;
    return { arn, name, sessionDuration, inManagementAccount: await isRestricted(fact) };
  };

  const isRestricted = async ({ arn: permissionSetArn }: PermissionSetFact): Promise<boolean> => {
    if (restrictedBy === undefined) return false;
    const id = factId({ kind: "provisioning", accountId: restrictedBy, permissionSetArn });
    return (await inventory.get("provisioning", id)) !== undefined;
  };

  return {
    account: async (id) => {
      const found = await inventory.get("account", id);
      return found === undefined ? undefined : accountOf(found);
    },
    accountsNamed: async (name, how) => (await named("account", name, how)).map(accountOf),
    permissionSet: async (arn) => {
      const found = await inventory.get("permission-set", arn);
      return found === undefined ? undefined : permissionSetOf(found);
    },
    permissionSetsNamed: async (name, how) =>
      Promise.all((await named("permission-set", name, how)).map(permissionSetOf)),
  };
};

const accountOf = ({ fact: { id, name } }: Observed<AccountFact>): CatalogueAccount => ({ id, name });

const nameOf = ({ name }: AccountFact | PermissionSetFact): string => name;

/** The table itself: its index follows within a moment, and what was found a moment ago may be missing from it. */
const lookThrough = async <Kind extends "account" | "permission-set">(
  inventory: InventoryReader,
  kind: Kind,
  name: string,
): Promise<readonly Observed<FactOf<Kind>>[]> => {
  const found: Observed<FactOf<Kind>>[] = [];
  for await (const { steps } of walkScope(inventory, { kind }, PAGE)(undefined)) {
    found.push(...steps.map(({ item }) => item).filter(({ fact }) => nameOf(fact) === name));
  }
  return found;
};
