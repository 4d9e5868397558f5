import { describe, expect, it } from "vitest";
import {
  AccountIdSchema,
  OrganizationalUnitIdSchema,
  timestamp,
} from "../../../../../lambdas/core/domain/ids.ts";
import {
  factId,
  type AccountFact,
  type FactKind,
  type FactOf,
} from "../../../../../lambdas/core/domain/inventory/facts.ts";
import type { FactPage, Inventory, Scope } from "../../../../../lambdas/core/ports/inventory.ts";
import {
  accountSlices,
  accountsOfSlice,
  lookedIntoBy,
} from "../../../../../lambdas/core/use-cases/sync/account-slices.ts";
import { FakeInventory } from "../../../../support/fakes/inventory.ts";
import { anAccountIntegration, home } from "../../../../support/integrations.ts";

const root = OrganizationalUnitIdSchema.parse("r-a1b2");
const excluded = OrganizationalUnitIdSchema.parse("ou-a1b2-aaaaaaaa");
const idOf = (index: number) => AccountIdSchema.parse(String(300_000_000_000 + index));
const at = timestamp(new Date("2026-01-01T00:00:00.000Z"));

const anAccount = (index: number, rest: Partial<AccountFact> = {}): AccountFact => ({
  kind: "account",
  id: idOf(index),
  name: `account-${index}`,
  state: "ACTIVE",
  organizationalUnits: [root],
  tags: {},
  ...rest,
});

/** Pages as DynamoDB does: what vanished leaves a trace, which counts into the limit and is not shown. */
class TracedInventory extends FakeInventory {
  readonly gone = new Set<string>();

  override async page<Kind extends FactKind>(
    scope: Scope<Kind>,
    wanted: Parameters<Inventory["page"]>[1],
  ): Promise<FactPage<FactOf<Kind>>> {
    const { facts, ...rest } = await super.page(scope, wanted);
    return { facts: facts.filter(({ fact }) => !this.gone.has(factId(fact))), ...rest };
  }
}

const inventoryOf = async (accounts: readonly AccountFact[]): Promise<TracedInventory> => {
  const inventory = new TracedInventory();
  for (const fact of accounts) await inventory.record({ fact, since: at, observedAt: at });
  return inventory;
};

const sixty = () => inventoryOf(Array.from({ length: 60 }, (_, index) => anAccount(index)));
const looking = { ...home, memberAccounts: true };
const everyone = lookedIntoBy(looking, [looking]);

const lookedInto = async (inventory: TracedInventory, slices: Awaited<ReturnType<typeof accountSlices>>) => {
  const ids: string[] = [];
  for (const slice of slices)
    ids.push(...(await accountsOfSlice(inventory, slice, everyone)).map(({ id }) => id));
  return ids;
};

describe("slices of accounts", () => {
  it("hold every account once, 25 at most each", async () => {
    const inventory = await sixty();
    const slices = await accountSlices(inventory, everyone);
    expect(slices.map(({ accounts }) => accounts)).toEqual([25, 25, 10]);
    expect(await lookedInto(inventory, slices)).toEqual(
      Array.from({ length: 60 }, (_, index) => idOf(index)),
    );
  });

  it("lose nobody to the trace of an account that left before they were cut", async () => {
    const inventory = await sixty();
    inventory.gone.add(idOf(3));
    const slices = await accountSlices(inventory, everyone);
    expect(slices.map(({ accounts }) => accounts)).toEqual([24, 25, 10]);
    expect(await lookedInto(inventory, slices)).toEqual(
      Array.from({ length: 60 }, (_, index) => idOf(index)).filter((id) => id !== idOf(3)),
    );
  });

  it("lose nobody to an account that joins, or leaves, after they were cut", async () => {
    const inventory = await sixty();
    const slices = await accountSlices(inventory, everyone);
    const joined = anAccount(0, { id: AccountIdSchema.parse("299999999999") });
    await inventory.record({ fact: joined, since: at, observedAt: at });
    inventory.gone.add(idOf(30));
    const ids = await lookedInto(inventory, slices);
    for (let index = 0; index < 60; index += 1)
      expect(ids.filter((id) => id === idOf(index))).toHaveLength(index === 30 ? 0 : 1);
  });

  it("leave out accounts of no organization, with integrations of their own, and excluded ones", async () => {
    const inventory = await inventoryOf([
      anAccount(1),
      anAccount(2, { organizationalUnits: [] }),
      anAccount(3),
      anAccount(4, { organizationalUnits: [excluded, root] }),
    ]);
    const integration = { ...looking, exclude: { accounts: [], organizationalUnits: [excluded] } };
    const isLookedInto = lookedIntoBy(integration, [
      integration,
      anAccountIntegration({ accountId: idOf(3) }),
    ]);
    const [slice, ...others] = await accountSlices(inventory, isLookedInto);
    if (slice === undefined) throw new Error("There is a slice");
    expect(others).toEqual([]);
    expect(slice).toEqual({ through: idOf(1), accounts: 1 });
    expect((await accountsOfSlice(inventory, slice, isLookedInto)).map(({ id }) => id)).toEqual([idOf(1)]);
  });

  it("are none where the integration looks into no account", async () => {
    expect(await accountSlices(await sixty(), lookedIntoBy(home, [home]))).toEqual([]);
  });
});
