import { describe, expect, it } from "vitest";
import {
  factId,
  inAccount,
  type Fact,
  type FactKind,
  type FactOf,
} from "../../../../../lambdas/core/domain/inventory/facts.ts";
import type { FactPage, Inventory, Scope } from "../../../../../lambdas/core/ports/inventory.ts";
import { differencesWithin } from "../../../../../lambdas/core/use-cases/sync/reconcile.ts";
import { aPermissionSetArn, aUserId } from "../../../../support/builders.ts";
import {
  afterMinutes,
  anAssignmentFact,
  aProvisioningFact,
  aResourceFact,
  seen,
} from "../../../../support/facts.ts";
import { FakeInventory } from "../../../../support/fakes/inventory.ts";

const BY_INDEX = ["principalId", "permissionSetArn", "userId", "membershipId", "type"];

/** Its indexes show what was there at a moment, and nothing of what was written since; the table itself is up to date. */
class LaggingInventory extends FakeInventory {
  private then: FakeInventory | undefined;

  /** From here on the indexes show what is there now. */
  async indexesStop(): Promise<void> {
    this.then = new FakeInventory();
    for (const observed of this.all) await this.then.record(observed);
  }

  override page<Kind extends FactKind>(
    scope: Scope<Kind>,
    page: Parameters<Inventory["page"]>[1],
  ): Promise<FactPage<FactOf<Kind>>> {
    const isByIndex = BY_INDEX.some((name) => name in scope) && !("accountId" in scope);
    return isByIndex && this.then !== undefined ? this.then.page(scope, page) : super.page(scope, page);
  }
}

const inventoryWith = async (...facts: readonly Fact[]): Promise<LaggingInventory> => {
  const inventory = new LaggingInventory();
  for (const fact of facts) await inventory.record(seen(fact));
  await inventory.indexesStop();
  return inventory;
};

const written = anAssignmentFact(2, "PowerUser", { user: "alice" });
const other = anAssignmentFact(3, "PowerUser", { user: "alice" });

describe("the differences within a scope", () => {
  it.each([
    { kind: "assignment", principalId: aUserId("alice") },
    { kind: "assignment", permissionSetArn: aPermissionSetArn("PowerUser") },
  ] as const)("are none for what the index does not show yet: %j", async (scope) => {
    const inventory = await inventoryWith(other);
    await inventory.record(seen(written, { since: afterMinutes(1), by: "arn:aws:iam::1:role/Admin" }));
    expect(await differencesWithin(inventory, scope, [written, other])).toEqual([]);
  });

  it("are none for pairs that the index does not show yet", async () => {
    const pair = aProvisioningFact(2, "PowerUser");
    const inventory = await inventoryWith();
    await inventory.record(seen(pair));
    const scope = { kind: "provisioning", permissionSetArn: pair.permissionSetArn } as const;
    expect(await differencesWithin(inventory, scope, [pair])).toEqual([]);
  });

  it("are none for what the index shows still, and is gone", async () => {
    const inventory = await inventoryWith(written, other);
    await inventory.forget({ kind: "assignment", id: factId(written) }, { observedAt: afterMinutes(1) });
    const scope = { kind: "assignment", principalId: aUserId("alice") } as const;
    expect(await differencesWithin(inventory, scope, [other])).toEqual([]);
  });

  it("are from what the table says where the index shows something older", async () => {
    const older = aResourceFact(2, "s3-bucket", "logs");
    const newer = { ...older, tags: { team: "ledger" } };
    const newest = { ...older, tags: { team: "payments" } };
    const inventory = await inventoryWith(older);
    await inventory.record(seen(newer, { observedAt: afterMinutes(1) }));
    const scope = { kind: "resource", type: "s3-bucket" } as const;
    expect(await differencesWithin(inventory, scope, [newer])).toEqual([]);
    expect(await differencesWithin(inventory, scope, [newest])).toMatchObject([
      { change: "changed", fact: newest, known: { fact: newer, observedAt: afterMinutes(1) } },
    ]);
  });

  it("are what appeared, changed and vanished, by an index as by the table", async () => {
    const inventory = await inventoryWith(other);
    for (const scope of [
      { kind: "assignment", principalId: aUserId("alice") },
      { kind: "assignment" },
    ] as const) {
      expect(await differencesWithin(inventory, scope, [written])).toEqual([
        { change: "appeared", fact: written },
        { change: "vanished", fact: other },
      ]);
    }
  });

  it("are read once more only by an index, and only where something differs", async () => {
    const inventory = await inventoryWith(written);
    const reads = async (scope: Scope<"assignment">, found: readonly (typeof written)[]) => {
      const before = inventory.reads;
      await differencesWithin(inventory, scope, found);
      return inventory.reads - before;
    };
    expect(await reads({ kind: "assignment", principalId: aUserId("alice") }, [written])).toBe(0);
    expect(await reads({ kind: "assignment", principalId: aUserId("alice") }, [])).toBe(1);
    expect(await reads({ kind: "assignment", within: inAccount(written.accountId) }, [])).toBe(1);
  });
});
