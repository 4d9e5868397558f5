import { describe, expect, it } from "vitest";
import { OrganizationalUnitIdSchema } from "../../../../lambdas/core/domain/ids.ts";
import type { AccountFact } from "../../../../lambdas/core/domain/inventory/facts.ts";
import { timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { requestableAccounts } from "../../../../lambdas/core/use-cases/requestable-accounts.ts";
import { aFlow, anAccountId } from "../../../support/builders.ts";
import { FakeInventory } from "../../../support/fakes/inventory.ts";

const root = OrganizationalUnitIdSchema.parse("r-a1b2");
const prod = OrganizationalUnitIdSchema.parse("ou-a1b2-aaaaaaaa");
const nested = OrganizationalUnitIdSchema.parse("ou-a1b2-bbbbbbbb");
const elsewhere = OrganizationalUnitIdSchema.parse("ou-a1b2-cccccccc");

const anAccount = (digit: number, name: string, rest: Partial<AccountFact> = {}): AccountFact => ({
  kind: "account",
  id: anAccountId(digit),
  name,
  state: "ACTIVE",
  organizationalUnits: [prod, root],
  tags: {},
  ...rest,
});

const flowOver = (units: readonly { readonly id: typeof prod; readonly name: string }[]) => {
  const flow = aFlow();
  const [target] = flow.targets;
  if (target === undefined) throw new Error("A flow has a target");
  return { ...flow, targets: [{ ...target, accounts: [], organizationalUnits: [...units] }] };
};

const below = async (
  facts: readonly AccountFact[],
  units: readonly { readonly id: typeof prod; readonly name: string }[],
  protectedAccounts: Parameters<typeof requestableAccounts>[0]["protectedAccounts"] = [],
) => {
  const inventory = new FakeInventory();
  const at = timestamp(new Date("2026-01-01T00:00:00.000Z"));
  for (const fact of facts) await inventory.record({ fact, since: at, observedAt: at });
  const accountsBelow = await requestableAccounts({ inventory, protectedAccounts })([flowOver(units)]);
  return accountsBelow(units);
};

const named = (digit: number, name: string) => ({ id: anAccountId(digit), name });

describe("the accounts below organizational units", () => {
  it("are named, those of nested units too", async () => {
    const facts = [
      anAccount(2, "payments-prod"),
      anAccount(3, "ledger-prod", { organizationalUnits: [nested, prod, root] }),
      anAccount(4, "sandbox", { organizationalUnits: [elsewhere, root] }),
    ];
    expect(await below(facts, [{ id: prod, name: "/Prod" }])).toEqual({
      accounts: [named(2, "payments-prod"), named(3, "ledger-prod")],
      more: false,
    });
  });

  it("leave out what nobody can be granted: accounts that are not active, and protected ones", async () => {
    const facts = [
      anAccount(2, "closed", { state: "SUSPENDED" }),
      anAccount(3, "management"),
      anAccount(4, "payments-prod"),
    ];
    const guarded = [{ id: anAccountId(3), reason: "management" as const }];
    expect((await below(facts, [{ id: root, name: "/" }], guarded)).accounts).toEqual([
      named(4, "payments-prod"),
    ]);
  });

  it("are the first hundred, and it is said that there are others", async () => {
    const facts = Array.from({ length: 101 }, (_, index) => ({
      ...anAccount(1, `account-${index}`),
      id: anAccountId(1).slice(0, 9).concat(String(index).padStart(3, "0")) as AccountFact["id"],
    }));
    const { accounts, more } = await below(facts, [{ id: root, name: "/" }]);
    expect(accounts).toHaveLength(100);
    expect(more).toBe(true);
  });

  it("are none of a target that names no unit", async () => {
    expect(await below([anAccount(2, "payments-prod")], [])).toEqual({ accounts: [], more: false });
  });
});
