import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  callsOf,
  chooseMethod,
  principalsAreCheaper,
  type AskingByPrincipal,
} from "../../../../lambdas/core/domain/assignment-method.ts";
import type { AssignmentMethod } from "../../../../lambdas/core/domain/sync.ts";

/** The two populations of aws-limits-and-reliability.md B: one and a half assignments a pair. */
const THOUSAND = { accounts: 1_000, permissionSets: 50, principals: 5_500, pairs: 5_000, assignments: 7_500 };
const TEN_THOUSAND = {
  accounts: 10_000,
  permissionSets: 200,
  principals: 22_000,
  pairs: 100_000,
  assignments: 150_000,
};

const methods: readonly AssignmentMethod[] = [
  "every-pair",
  "by-account",
  "by-permission-set",
  "by-principal",
];

describe("the calls of each method", () => {
  it("are those of the reference, for a thousand accounts", () => {
    expect(callsOf(THOUSAND)).toEqual({
      "every-pair": 50_000,
      "by-account": 6_000,
      "by-permission-set": 5_050,
      "by-principal": 5_575,
    });
  });

  it("are those of the reference, for ten thousand accounts", () => {
    expect(callsOf(TEN_THOUSAND)).toEqual({
      "every-pair": 2_000_000,
      "by-account": 110_000,
      // ⌈100,000 / 200 / 100⌉ pages for each of 200 sets.
      "by-permission-set": 101_000,
      "by-principal": 23_500,
    });
  });

  it("count a page for each list, however little is in it", () => {
    const none = { accounts: 7, permissionSets: 3, principals: 2, pairs: 0, assignments: 0 };
    expect(callsOf(none)).toEqual({
      "every-pair": 21,
      "by-account": 7,
      "by-permission-set": 3,
      "by-principal": 2,
    });
  });

  it("are none where there is nothing to list", () => {
    const nothing = { accounts: 0, permissionSets: 0, principals: 0, pairs: 0, assignments: 0 };
    expect(Object.values(callsOf(nothing))).toEqual([0, 0, 0, 0]);
  });
});

describe("the choice of the method", () => {
  it("is the permission sets for a thousand accounts, and the principals for ten thousand", () => {
    expect(chooseMethod(THOUSAND, "allowed").chosen).toBe("by-permission-set");
    expect(chooseMethod(TEN_THOUSAND, "allowed").chosen).toBe("by-principal");
  });

  it("says what it costs, and what the others would", () => {
    expect(chooseMethod(TEN_THOUSAND, "allowed").why).toBe(
      "by-principal takes about 23500 calls (by-permission-set 101000, by-account 110000, every-pair 2000000).",
    );
  });

  it("leaves the principals out where the permissions do not allow them, and says what is missing", () => {
    const { chosen, why } = chooseMethod(TEN_THOUSAND, "needs-management-account");
    expect(chosen).toBe("by-permission-set");
    expect(why).toContain("by-principal needs a role in the management account");
  });

  it("leaves the principals out where AWS refused to be asked by them, and says so", () => {
    expect(chooseMethod(TEN_THOUSAND, "refused")).toEqual({
      chosen: "by-permission-set",
      why: "by-permission-set takes about 101000 calls (by-account 110000, every-pair 2000000); AWS refused to be asked by principal in this sync (sso:ListAccountAssignmentsForPrincipal).",
    });
    const { accounts, permissionSets } = TEN_THOUSAND;
    expect(chooseMethod({ accounts, permissionSets, principals: 1 }, "refused").chosen).toBe(
      "by-permission-set",
    );
  });

  it("is every pair where every permission set is in every account", () => {
    const full = { accounts: 20, permissionSets: 10, principals: 1_000, pairs: 200, assignments: 300 };
    expect(chooseMethod(full, "allowed").chosen).toBe("every-pair");
  });

  it.each([
    [{ accounts: 100, permissionSets: 10, principals: 500 }, "by-permission-set"],
    [{ accounts: 10, permissionSets: 100, principals: 500 }, "by-account"],
    [{ accounts: 100, permissionSets: 10, principals: 5 }, "by-principal"],
  ] as const)(
    "finds the pairs in the fewest lists while nobody has counted them: %j",
    (population, expected) => {
      const { chosen, why } = chooseMethod(population, "allowed");
      expect(chosen).toBe(expected);
      expect(why).toContain(expected);
    },
  );
});

/** What a method really takes of an organization: pages of 100, and at least one of each list. */
const pagesOf = (sizes: readonly number[]): number =>
  sizes.reduce((sum, size) => sum + Math.max(1, Math.ceil(size / 100)), 0);

interface Organization {
  /** The permission sets of each account. */
  readonly places: readonly (readonly number[])[];
  readonly permissionSets: number;
  /** How many assignments each principal has. */
  readonly held: readonly number[];
}

const organizationArbitrary: fc.Arbitrary<Organization> = fc
  .record({ accounts: fc.integer({ min: 1, max: 60 }), permissionSets: fc.integer({ min: 1, max: 60 }) })
  .chain(({ accounts, permissionSets }) =>
    fc.record({
      permissionSets: fc.constant(permissionSets),
      places: fc.array(fc.uniqueArray(fc.integer({ min: 0, max: permissionSets - 1 })), {
        minLength: accounts,
        maxLength: accounts,
      }),
      // What somebody has on more than one page is rare: ten assignments of each on average at most.
      held: fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 300 }),
    }),
  );

const takes = ({
  places,
  permissionSets,
  held,
}: Organization): Readonly<Record<AssignmentMethod, number>> => {
  const pairs = places.reduce((sum, sets) => sum + sets.length, 0);
  const ofSet = Array.from(
    { length: permissionSets },
    (_, set) => places.filter((sets) => sets.includes(set)).length,
  );
  return {
    "every-pair": places.length * permissionSets,
    "by-account": pagesOf(places.map((sets) => sets.length)) + pairs,
    "by-permission-set": pagesOf(ofSet) + pairs,
    "by-principal": pagesOf(held),
  };
};

const populationOf = ({ places, permissionSets, held }: Organization) => ({
  accounts: places.length,
  permissionSets,
  principals: held.length,
});

const counted = (organization: Organization) => ({
  ...populationOf(organization),
  pairs: organization.places.reduce((sum, sets) => sum + sets.length, 0),
  assignments: organization.held.reduce((sum, one) => sum + one, 0),
});

const allowedMethods = (asking: AskingByPrincipal): readonly AssignmentMethod[] =>
  methods.filter((method) => asking === "allowed" || method !== "by-principal");

const askingArbitrary = fc.constantFrom<AskingByPrincipal>("allowed", "needs-management-account", "refused");

describe("over random organizations", () => {
  it("a counted choice takes at most a tenth and a call more than the best of what is allowed", () => {
    fc.assert(
      fc.property(organizationArbitrary, askingArbitrary, (organization, asking) => {
        const taken = takes(organization);
        const best = Math.min(...allowedMethods(asking).map((method) => taken[method]));
        const { chosen } = chooseMethod(counted(organization), asking);
        expect(allowedMethods(asking)).toContain(chosen);
        expect(taken[chosen]).toBeLessThanOrEqual(1.1 * best + 1);
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  /** What a pass takes that counts as it goes, and may go over to the principals. */
  const adaptively = (organization: Organization): number => {
    const taken = takes(organization);
    const population = populationOf(organization);
    const { chosen } = chooseMethod(population, "allowed");
    if (chosen === "by-principal") return taken[chosen];
    const lists =
      chosen === "by-account"
        ? organization.places.map((sets) => sets.length)
        : Array.from(
            { length: organization.permissionSets },
            (_, set) => organization.places.filter((sets) => sets.includes(set)).length,
          );
    for (let done = 0; done < lists.length; done += 5) {
      const looked = lists.slice(0, done + 5);
      const pairs = looked.reduce((sum, size) => sum + size, 0);
      const listsLeft = lists.length - looked.length;
      if (principalsAreCheaper({ pairs, listsLeft }, population))
        return pagesOf(looked) + taken["by-principal"];
    }
    return taken[chosen];
  };

  it("a pass that has to count first takes no more than that and its lists", () => {
    fc.assert(
      fc.property(organizationArbitrary, (organization) => {
        const taken = takes(organization);
        const best = Math.min(taken["by-account"], taken["by-permission-set"], taken["by-principal"]);
        const lists = Math.min(organization.places.length, organization.permissionSets);
        expect(adaptively(organization)).toBeLessThanOrEqual(1.1 * best + lists + 1);
      }),
      { numRuns: 300, seed: 4 },
    );
  });

  it("a pass that has to count ten thousand accounts first takes a hundredth more than the best", () => {
    const places = Array.from({ length: 10_000 }, (_, account) =>
      Array.from({ length: 10 }, (_each, more) => (account * 7 + more * 19) % 200),
    );
    const held = Array.from({ length: 22_000 }, (_, principal) => (principal % 20 === 0 ? 130 : 1));
    const organization = { places, permissionSets: 200, held };
    expect(adaptively(organization)).toBeLessThanOrEqual(1.02 * takes(organization)["by-principal"]);
  });
});

describe("going over to the principals", () => {
  it("waits until what is left by pairs is more than asking every principal", () => {
    const population = { principals: 1_000 };
    expect(principalsAreCheaper({ pairs: 900, listsLeft: 50 }, population)).toBe(false);
    expect(principalsAreCheaper({ pairs: 1_000, listsLeft: 10 }, population)).toBe(false);
    expect(principalsAreCheaper({ pairs: 1_000, listsLeft: 50 }, population)).toBe(true);
  });
});
