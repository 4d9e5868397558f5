import { describe, expect, it } from "vitest";
import { AccountIdSchema } from "../../../../lambdas/core/domain/ids.ts";
import type { FactKind, FactOf } from "../../../../lambdas/core/domain/inventory/facts.ts";
import type { FactPage, Inventory, Scope } from "../../../../lambdas/core/ports/inventory.ts";
import { inventoryCatalogue } from "../../../../lambdas/core/use-cases/inventory-catalogue.ts";
import { aPermissionSetArn, anAccountId } from "../../../support/builders.ts";
import { FakeInventory } from "../../../support/fakes/inventory.ts";
import { aPermissionSetFact, aProvisioningFact, anAccountFact, seen } from "../../../support/facts.ts";

const MANAGEMENT = anAccountId(1);

/** An inventory that also counts how it is looked through. */
class CountingInventory extends FakeInventory {
  pages = 0;

  override page<Kind extends FactKind>(
    scope: Scope<Kind>,
    page: Parameters<Inventory["page"]>[1],
  ): Promise<FactPage<FactOf<Kind>>> {
    this.pages += 1;
    return super.page(scope, page);
  }
}

const withPermissionSets = async () => {
  const inventory = new CountingInventory();
  for (const name of ["Operator", "Reader"]) await inventory.record(seen(aPermissionSetFact(name)));
  await inventory.record(seen(aProvisioningFact(1, "Operator")));
  await inventory.record(seen(aProvisioningFact(2, "Reader")));
  return inventory;
};

describe("the names that the inventory has", () => {
  it("tell a delegated administrator which permission sets the management account keeps from it", async () => {
    const catalogue = inventoryCatalogue({ inventory: await withPermissionSets(), restrictedBy: MANAGEMENT });
    expect(await catalogue.permissionSet(aPermissionSetArn("Operator"))).toMatchObject({
      inManagementAccount: true,
    });
    expect(await catalogue.permissionSetsNamed("Operator", "indexed")).toMatchObject([
      { inManagementAccount: true },
    ]);
    expect(await catalogue.permissionSet(aPermissionSetArn("Reader"))).toMatchObject({
      inManagementAccount: false,
    });
  });

  it("restrict nothing where Lockstep is no delegated administrator", async () => {
    const catalogue = inventoryCatalogue({ inventory: await withPermissionSets() });
    expect(await catalogue.permissionSet(aPermissionSetArn("Operator"))).toMatchObject({
      inManagementAccount: false,
    });
  });

  it("give a permission set's session as Identity Center gives it", async () => {
    const inventory = new FakeInventory();
    await inventory.record(seen(aPermissionSetFact("Operator", { sessionDuration: "PT30M" })));
    const catalogue = inventoryCatalogue({ inventory });
    expect(await catalogue.permissionSet(aPermissionSetArn("Operator"))).toEqual({
      arn: aPermissionSetArn("Operator"),
      name: "Operator",
      sessionDuration: "PT30M",
      inManagementAccount: false,
    });
  });

  it("are found by an index, and in the table itself only when that is asked for", async () => {
    const inventory = await withPermissionSets();
    const catalogue = inventoryCatalogue({ inventory });
    await catalogue.permissionSetsNamed("Reader", "indexed");
    expect(inventory.pages).toBe(0);
    await catalogue.permissionSetsNamed("Reader", "consistent");
    expect(inventory.pages).toBe(1);
  });

  it("are looked for on every page of the table", async () => {
    const inventory = new CountingInventory();
    const many = Array.from({ length: 2_001 }, (_, index) =>
      AccountIdSchema.parse(String(300_000_000_000 + index)),
    );
    for (const [index, id] of many.entries())
      await inventory.record(seen(anAccountFact(3, { id, name: index === 2_000 ? "last" : "other" })));
    const catalogue = inventoryCatalogue({ inventory });
    expect(await catalogue.accountsNamed("last", "consistent")).toEqual([{ id: many.at(-1), name: "last" }]);
    expect(inventory.pages).toBe(3);
    expect(await catalogue.accountsNamed("other", "consistent")).toHaveLength(2_000);
  });
});
