import { describe, expect, it } from "vitest";
import { bestOf, methodCalls } from "../../../bench/sync/methods.ts";
import type { OrganizationFile } from "../../../../local/organization-file.ts";

const account = (id: string) => ({ id, name: id, ou: "/", tags: {}, state: "ACTIVE" as const });
const user = (userName: string) => ({
  userName,
  email: `${userName}@example.com`,
  displayName: userName,
  status: "ENABLED" as const,
  externalIds: [],
});

/** Three accounts and two sets, of which one is in two accounts: 120 people have it in one of them, a group in the other. */
const organization: OrganizationFile = {
  managementAccountId: "1",
  accounts: ["1", "2", "3"].map(account),
  identityCenter: {
    region: "eu-west-1",
    users: Array.from({ length: 120 }, (_, index) => user(`u${index}`)),
    groups: [
      { displayName: "team", members: ["u0", "u1"] },
      { displayName: "idle", members: [] },
    ],
    permissionSets: ["Used", "Unused"].map((name) => ({
      name,
      sessionDuration: "PT1H",
      managedPolicies: [],
      tags: {},
    })),
    assignments: [
      ...Array.from({ length: 120 }, (_, index) => ({
        account: "2",
        permissionSet: "Used",
        user: `u${index}`,
      })),
      { account: "3", permissionSet: "Used", group: "team" },
    ],
  },
};

describe("the calls that each method takes", () => {
  const methods = methodCalls(organization);

  it("are counted by list and by page", () => {
    expect(methods).toEqual({
      floor: 2,
      pairs: 2,
      assignments: 121,
      calls: {
        // Six combinations, one of which takes two pages.
        "every-pair": 7,
        // A list for each account, then two pairs in three pages.
        "by-account": 3 + 3,
        "by-permission-set": 2 + 3,
        // Everybody takes one call: who is in the team has two assignments.
        "by-principal": 120 + 2,
      },
    });
  });

  it("count what a user has through groups, too", () => {
    const many = Array.from({ length: 100 }, (_, index) => ({
      account: String(index),
      permissionSet: "Used",
      group: "team",
    }));
    const { identityCenter } = organization;
    const larger = { ...organization, identityCenter: { ...identityCenter, assignments: many } };
    const direct = {
      ...larger,
      identityCenter: {
        ...larger.identityCenter,
        assignments: [...many, { account: "2", permissionSet: "Unused", user: "u0" }],
      },
    };
    expect(methodCalls(larger).calls["by-principal"]).toBe(122);
    expect(methodCalls(direct).calls["by-principal"]).toBe(123);
  });

  it("decide which method is best, among those that AWS answers", () => {
    const few = { ...methods, calls: { ...methods.calls, "by-principal": 1 } };
    expect(bestOf(few, true)).toBe("by-principal");
    expect(bestOf(few, false)).toBe("by-permission-set");
  });
});
