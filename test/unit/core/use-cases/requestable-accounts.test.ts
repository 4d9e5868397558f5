import { describe, expect, it } from "vitest";
import { AccountIdSchema, OrganizationalUnitIdSchema } from "../../../../lambdas/core/domain/ids.ts";
import type { AccountFact } from "../../../../lambdas/core/domain/inventory/facts.ts";
import { timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { requestableAccounts } from "../../../../lambdas/core/use-cases/requestable-accounts.ts";
import { aFlow, anAccountId } from "../../../support/builders.ts";
import { FakeInventory } from "../../../support/fakes/inventory.ts";
import { noGuardrails } from "../../../support/guardrails.ts";

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
  guardrails: Parameters<typeof requestableAccounts>[0]["guardrails"] = noGuardrails,
) => {
  const inventory = await inventoryOf(facts);
  const accountsBelow = await requestableAccounts({ inventory, protectedAccounts, guardrails })([
    flowOver(units),
  ]);
  return accountsBelow(units);
};

const inventoryOf = async (facts: readonly AccountFact[]) => {
  const inventory = new FakeInventory();
  const at = timestamp(new Date("2026-01-01T00:00:00.000Z"));
  for (const fact of facts) await inventory.record({ fact, since: at, observedAt: at });
  return inventory;
};

/** Accounts of ids in order, of which those from `from` on are below `nested`, too. */
const manyAccounts = (count: number, from: number): readonly AccountFact[] =>
  Array.from({ length: count }, (_, index) => ({
    ...anAccount(1, `account-${index}`),
    id: AccountIdSchema.parse(String(index).padStart(12, "0")),
    organizationalUnits: index < from ? [prod, root] : [nested, prod, root],
  }));

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

  it("are none into which guardrails let nothing be granted; those that they list in part are there", async () => {
    const facts = [anAccount(2, "vault"), anAccount(3, "payments-dev"), anAccount(4, "payments-prod")];
    const neverGrantable = [
      { accounts: [anAccountId(2)] },
      { accounts: [anAccountId(3)], permissionSets: ["PowerUser"] },
      { permissionSets: ["AdministratorAccess"] },
    ];
    expect((await below(facts, [{ id: root, name: "/" }], [], { neverGrantable })).accounts).toEqual([
      named(3, "payments-dev"),
      named(4, "payments-prod"),
    ]);
  });

  it.each([
    [100, false],
    [101, true],
  ])("of %i, are the first hundred, and it is said whether there are others", async (count, more) => {
    const found = await below(manyAccounts(count, 0), [{ id: root, name: "/" }]);
    expect(found.accounts).toHaveLength(100);
    expect(found.more).toBe(more);
  });

  it("are found among ten thousand, the very last one too", async () => {
    const found = await below(manyAccounts(10_000, 9_999), [{ id: nested, name: "/Prod/Nested" }]);
    expect(found).toEqual({ accounts: [{ id: "000000009999", name: "account-9999" }], more: false });
  });

  it("are not looked for any further when there are a hundred and one for every target", async () => {
    const inventory = await inventoryOf(manyAccounts(10_000, 1_950));
    const [all, some] = [[{ id: root, name: "/" }], [{ id: nested, name: "/Prod/Nested" }]];
    const accountsBelow = await requestableAccounts({
      inventory,
      protectedAccounts: [],
      guardrails: noGuardrails,
    })([flowOver(all), flowOver(some)]);
    expect(accountsBelow(some)).toMatchObject({ more: true });
    expect(accountsBelow(some).accounts[0]?.name).toBe("account-1950");
    expect(accountsBelow(all).accounts.map(({ name }) => name)).toContain("account-99");
    expect(inventory.reads).toBe(3_000);
  });

  it("are those whose id or name contains what is asked for", async () => {
    const inventory = await inventoryOf(manyAccounts(10_000, 0));
    const units = [{ id: root, name: "/" }];
    const find = async (q: string) =>
      (
        await requestableAccounts({ inventory, protectedAccounts: [], guardrails: noGuardrails })(
          [flowOver(units)],
          q,
        )
      )(units);
    expect(await find("COUNT-7777")).toEqual({
      accounts: [{ id: "000000007777", name: "account-7777" }],
      more: false,
    });
    expect((await find("000000007778")).accounts).toHaveLength(1);
    expect(await find("account-77")).toMatchObject({ accounts: { length: 100 }, more: true });
    expect(await find("nothing")).toEqual({ accounts: [], more: false });
  });

  it("are none of a target that names no unit", async () => {
    expect(await below([anAccount(2, "payments-prod")], [])).toEqual({ accounts: [], more: false });
  });
});
