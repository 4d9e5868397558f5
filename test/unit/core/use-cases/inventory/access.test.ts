import fc from "fast-check";
import { expect, it } from "vitest";
import { DomainError } from "../../../../../lambdas/core/domain/errors.ts";
import type { Page, PageQuery } from "../../../../../lambdas/core/ports/stores.ts";
import { accountAccess } from "../../../../../lambdas/core/use-cases/inventory/account-access.ts";
import { userAccess } from "../../../../../lambdas/core/use-cases/inventory/user-access.ts";
import { aPerson, aUserId, anAccountId } from "../../../../support/builders.ts";
import {
  aMembershipFact,
  aUserFact,
  anAccountFact,
  anAssignmentFact,
  seen,
} from "../../../../support/facts.ts";
import { FakeInventory } from "../../../../support/fakes/inventory.ts";
import { FakeEntitlementStore } from "../../../../support/fakes/stores.ts";
import { rolesHeldBy } from "../../../../support/roles.ts";

const people = ["alice", "bob", "carol", "dave"] as const;
const groups = ["payments", "platform", "auditors", "nobody's"] as const;
const accounts = [1, 2, 3] as const;

const organizations = fc.record({
  assignments: fc.array(
    fc.record({
      account: fc.constantFrom(...accounts),
      set: fc.constantFrom("PowerUser", "ReadOnly", "Admin"),
      principal: fc.oneof(
        fc.constantFrom(...people).map((user) => ({ user })),
        fc.constantFrom(...groups).map((group) => ({ group })),
      ),
    }),
    { maxLength: 25 },
  ),
  memberships: fc.array(fc.tuple(fc.constantFrom(...groups), fc.constantFrom(...people)), { maxLength: 10 }),
  limit: fc.integer({ min: 1, max: 5 }),
});

const inventoryOf = async ({ assignments, memberships }: Organization) => {
  const inventory = new FakeInventory();
  for (const person of people) await inventory.record(seen(aUserFact(person)));
  for (const account of accounts) await inventory.record(seen(anAccountFact(account)));
  for (const [group, person] of memberships) await inventory.record(seen(aMembershipFact(group, person)));
  for (const { account, set, principal } of assignments) {
    await inventory.record(seen(anAssignmentFact(account, set, principal)));
  }
  return inventory;
};
type Organization = typeof organizations extends fc.Arbitrary<infer Value> ? Value : never;

/** Everything of a list, page by page; no page is larger than asked for. */
const whole = async <Item>(
  limit: number,
  read: (page: PageQuery) => Promise<Page<Item>>,
): Promise<readonly Item[]> => {
  const found: Item[] = [];
  let cursor: string | undefined;
  do {
    const page = await read({ limit, ...(cursor === undefined ? {} : { cursor }) });
    expect(page.items.length).toBeLessThanOrEqual(limit);
    found.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return found;
};

const rolesOf = rolesHeldBy();

it("who reaches an account and what a person reaches are the same ways, each once, however they are paged", async () => {
  await fc.assert(
    fc.asyncProperty(organizations, async (organization) => {
      const inventory = await inventoryOf(organization);
      const dependencies = { inventory, entitlements: new FakeEntitlementStore(), rolesOf };
      const { limit } = organization;

      const fromAccounts: string[] = [];
      for (const account of accounts) {
        const accountId = anAccountId(account);
        const reachers = await whole(limit, async (page) => {
          const access = await accountAccess(dependencies)({ account: accountId, page });
          return access.page;
        });
        fromAccounts.push(
          ...reachers.map(({ user, permissionSet, through }) =>
            [accountId, permissionSet.arn, user.id, through?.id].join(),
          ),
        );
      }

      const fromPeople: string[] = [];
      for (const name of people) {
        const reaches = await whole(limit, async (page) => {
          const access = await userAccess(dependencies)({
            caller: aPerson(name),
            user: aUserId(name),
            page,
          });
          return access.page;
        });
        fromPeople.push(
          ...reaches.map(({ account, permissionSet, through }) =>
            [account.id, permissionSet.arn, aUserId(name), through?.id].join(),
          ),
        );
      }

      expect(fromAccounts.toSorted()).toEqual(fromPeople.toSorted());
      expect(new Set(fromAccounts).size).toBe(fromAccounts.length);
    }),
  );
});

it("tells nobody but readers whether somebody else exists", async () => {
  const inventory = await inventoryOf({ assignments: [], memberships: [], limit: 1 });
  const access = userAccess({ inventory, entitlements: new FakeEntitlementStore(), rolesOf });
  for (const user of ["bob", "nobody"].flatMap((name) => [name, aUserId(name)])) {
    const asking = access({ caller: aPerson("alice"), user, page: { limit: 1 } });
    await expect(asking).rejects.toThrow(DomainError);
    await expect(asking).rejects.toMatchObject({ code: "role-missing" });
  }
});
