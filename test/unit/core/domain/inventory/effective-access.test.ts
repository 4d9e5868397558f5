import fc from "fast-check";
import { expect, it } from "vitest";
import { peopleWith, wayTo } from "../../../../../lambdas/core/domain/inventory/effective-access.ts";
import type { GroupId, UserId } from "../../../../../lambdas/core/domain/ids.ts";
import { aGroupId, aUserId } from "../../../../support/builders.ts";
import { anAssignmentFact } from "../../../../support/facts.ts";

const people = ["alice", "bob", "carol", "dave"];
const groups = ["payments", "platform", "auditors"];
const sets = ["PowerUser", "ReadOnly"];

const assignments = fc.uniqueArray(
  fc.record({
    account: fc.constantFrom(1, 2, 3),
    set: fc.constantFrom(...sets),
    principal: fc.oneof(
      fc.constantFrom(...people).map((user) => ({ user })),
      fc.constantFrom(...groups).map((group) => ({ group })),
    ),
  }),
  { selector: (one) => JSON.stringify(one), maxLength: 15 },
);
const memberships = fc.dictionary(fc.constantFrom(...groups), fc.uniqueArray(fc.constantFrom(...people)));

it("a group with two members expands to two people", () => {
  const assignment = anAssignmentFact(2, "PowerUser", { group: "payments" });
  const [alice, bob] = [aUserId("alice"), aUserId("bob")];
  expect(peopleWith(assignment, [alice, bob])).toEqual([
    { userId: alice, assignment, through: aGroupId("payments") },
    { userId: bob, assignment, through: aGroupId("payments") },
  ]);
});

it("who can use an account's assignments and what a person can use are the same, seen from two sides", () => {
  fc.assert(
    fc.property(assignments, memberships, (given, members) => {
      const facts = given.map(({ account, set, principal }) => anAssignmentFact(account, set, principal));
      const membersOf = (group: string): readonly UserId[] =>
        Object.entries(members)
          .filter(([name]) => aGroupId(name) === group)
          .flatMap(([, names]) => names.map(aUserId));
      const groupsOf = (person: string): ReadonlySet<GroupId> =>
        new Set(groups.filter((group) => members[group]?.includes(person) === true).map(aGroupId));

      const fromAccounts = facts.flatMap((fact) => peopleWith(fact, membersOf(fact.principalId)));
      const fromPeople = people.flatMap((person) =>
        facts.flatMap((fact) => wayTo(fact, aUserId(person), groupsOf(person)) ?? []),
      );
      const text = (access: object) => JSON.stringify(access);
      expect(fromAccounts.map(text).sort()).toEqual(fromPeople.map(text).sort());
      expect(new Set(fromAccounts.map(text)).size).toBe(fromAccounts.length);
    }),
  );
});
