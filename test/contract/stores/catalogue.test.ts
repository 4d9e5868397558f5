import { describe, expect, it } from "vitest";
import type {
  Catalogue,
  CatalogueAccount,
  CataloguePermissionSet,
} from "../../../lambdas/core/ports/catalogue.ts";
import { inventoryCatalogue } from "../../../lambdas/core/use-cases/inventory-catalogue.ts";
import { aPermissionSetArn, anAccountId } from "../../support/builders.ts";
import { FakeCatalogue } from "../../support/fakes/catalogue.ts";
import { aPermissionSetFact, afterMinutes, anAccountFact, seen } from "../../support/facts.ts";
import { describeStores } from "./describe-stores.ts";

interface Known {
  readonly accounts?: readonly CatalogueAccount[];
  readonly permissionSets?: readonly CataloguePermissionSet[];
}

/** What every catalogue does; `knowing` makes one that knows just these. */
const catalogueTests = (knowing: (known: Known) => Promise<Catalogue>): void => {
  const prod = { id: anAccountId(2), name: "payments-prod" };
  const dev = { id: anAccountId(3), name: "payments-dev" };
  const power = {
    arn: aPermissionSetArn("PowerUser"),
    name: "PowerUser",
    sessionDuration: "PT1H",
    inManagementAccount: false,
  };

  it.each(["indexed", "consistent"] as const)(
    "finds accounts and permission sets by name (%s)",
    async (how) => {
      const catalogue = await knowing({ accounts: [prod, dev], permissionSets: [power] });
      expect(await catalogue.accountsNamed("payments-dev", how)).toEqual([dev]);
      expect(await catalogue.permissionSetsNamed("PowerUser", how)).toEqual([power]);
      expect(await catalogue.accountsNamed("PowerUser", how)).toEqual([]);
      expect(await catalogue.permissionSetsNamed("payments-prod", how)).toEqual([]);
    },
  );

  it("finds accounts and permission sets by id", async () => {
    const catalogue = await knowing({ accounts: [prod, dev], permissionSets: [power] });
    expect(await catalogue.account(prod.id)).toEqual(prod);
    expect(await catalogue.permissionSet(power.arn)).toEqual(power);
    expect(await catalogue.account(anAccountId(9))).toBeUndefined();
    expect(await catalogue.permissionSet(aPermissionSetArn("ReadOnly"))).toBeUndefined();
  });

  it.each(["indexed", "consistent"] as const)(
    "shows every account of a name that several have (%s)",
    async (how) => {
      const catalogue = await knowing({ accounts: [prod, { ...dev, name: prod.name }] });
      expect((await catalogue.accountsNamed(prod.name, how)).map(({ id }) => id)).toEqual([prod.id, dev.id]);
    },
  );
};

describeStores("the catalogue over the inventory", (stores) => {
  catalogueTests(async ({ accounts = [], permissionSets = [] }) => {
    const { inventory } = stores();
    for (const [index, { id, name }] of accounts.entries())
      await inventory.record(seen(anAccountFact(index, { id, name })));
    for (const { name, sessionDuration } of permissionSets)
      await inventory.record(seen(aPermissionSetFact(name, { sessionDuration })));
    return inventoryCatalogue({ inventory });
  });

  it("says what was seen last", async () => {
    const { inventory } = stores();
    const catalogue = inventoryCatalogue({ inventory });
    await inventory.record(seen(anAccountFact(2, { name: "payments-prod" })));
    await inventory.record(seen(anAccountFact(2, { name: "renamed" }), { observedAt: afterMinutes(1) }));
    expect(await catalogue.accountsNamed("payments-prod", "indexed")).toEqual([]);
    expect(await catalogue.accountsNamed("renamed", "indexed")).toEqual([
      { id: anAccountId(2), name: "renamed" },
    ]);
    await inventory.forget({ kind: "account", id: anAccountId(2) }, { observedAt: afterMinutes(2) });
    expect(await catalogue.account(anAccountId(2))).toBeUndefined();
    expect(await catalogue.accountsNamed("renamed", "indexed")).toEqual([]);
    expect(await catalogue.accountsNamed("renamed", "consistent")).toEqual([]);
  });
});

describe("the fake catalogue", () => {
  catalogueTests(({ accounts = [], permissionSets = [] }) => {
    const catalogue = new FakeCatalogue();
    catalogue.knowsAccounts(accounts);
    catalogue.knowsPermissionSets(permissionSets);
    return Promise.resolve(catalogue);
  });
});
