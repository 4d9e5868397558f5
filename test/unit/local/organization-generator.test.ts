import { describe, expect, it } from "vitest";
import { createIdentityServices } from "../../../local/identity/identity-services.ts";
import {
  generateOrganization,
  type OrganizationSize,
} from "../../../local/organization-generator/generate.ts";
import { openLocalStore } from "../../../local/store.ts";
import { administratorOf } from "../../support/in-process-aws.ts";
import { VirtualClock } from "../../support/virtual-clock.ts";

const SIZE: OrganizationSize = {
  accounts: 300,
  permissionSets: 30,
  setsPerAccount: 5,
  users: 1_000,
  groups: 80,
  assignments: 2_250,
  seed: 11,
};

describe("a made-up organization", () => {
  const organization = generateOrganization(SIZE);
  const { accounts, identityCenter } = organization;
  const { users, groups, permissionSets, assignments } = identityCenter;

  it("is as large as wanted", () => {
    expect(accounts).toHaveLength(300);
    expect(permissionSets).toHaveLength(30);
    expect(users).toHaveLength(1_000);
    expect(groups).toHaveLength(80);
    expect(assignments).toHaveLength(2_250);
  });

  it("is the same for the same seed, and another for another", () => {
    expect(generateOrganization(SIZE)).toEqual(organization);
    expect(generateOrganization({ ...SIZE, seed: 12 })).not.toEqual(organization);
  });

  it("has every account once, in units that are nested", () => {
    expect(new Set(accounts.map(({ id }) => id)).size).toBe(300);
    expect(accounts.every(({ id }) => /^[1-9]\d{11}$/.test(id))).toBe(true);
    expect(accounts[0]).toMatchObject({ id: organization.managementAccountId, ou: "/", state: "ACTIVE" });
    expect(Math.max(...accounts.map(({ ou }) => ou.split("/").length - 1))).toBe(4);
  });

  it("assigns exactly so many permission sets in each account, every set somewhere", () => {
    const setsOf = new Map<string, Set<string>>();
    for (const { account, permissionSet } of assignments)
      setsOf.set(account, (setsOf.get(account) ?? new Set()).add(permissionSet));
    expect(setsOf.size).toBe(300);
    expect([...setsOf.values()].every(({ size }) => size === 5)).toBe(true);
    expect(new Set(assignments.map(({ permissionSet }) => permissionSet)).size).toBe(30);
  });

  it("assigns nothing twice, mostly to groups", () => {
    expect(new Set(assignments.map((one) => JSON.stringify(one))).size).toBe(2_250);
    const toPeople = assignments.filter(({ user }) => user !== undefined);
    expect(toPeople.length).toBe(112);
  });

  it("has suspended accounts, disabled people, managers, and groups of many sizes", () => {
    expect(accounts.filter(({ state }) => state === "SUSPENDED")).toHaveLength(3);
    expect(users.filter(({ status }) => status === "DISABLED")).toHaveLength(20);
    expect(users.filter(({ manager }) => manager === undefined)).toHaveLength(1);
    const sizes = groups.map(({ members }) => members.length).toSorted((a, b) => a - b);
    expect(sizes[0]).toBeGreaterThanOrEqual(1);
    expect(sizes[40]).toBeLessThan(30);
    expect(sizes.at(-1)).toBeGreaterThan(60);
    expect(groups.every(({ members }) => new Set(members).size === members.length)).toBe(true);
  });

  it("fills the embedded AWS", async () => {
    const identity = createIdentityServices({
      clock: new VirtualClock(),
      store: openLocalStore(),
      organization,
    });
    const { account, permissionSet } = assignments[0] ?? { account: "", permissionSet: "" };
    const answer = await identity.identityCenter.operations["ListPermissionSetsProvisionedToAccount"]?.(
      { InstanceArn: identity.instanceArn, AccountId: account },
      administratorOf(identity.managementAccountId),
    );
    expect(answer?.["PermissionSets"]).toHaveLength(5);
    expect(permissionSet).toBe("Set0000");
  });

  it.each([
    ["nobody", { users: 0 }, "users is 0, expected a whole number from 1 on"],
    ["half an account", { accounts: 1.5 }, "accounts is 1.5, expected a whole number from 1 on"],
    [
      "more accounts than Organizations takes",
      { accounts: 10_001 },
      "accounts is 10001, expected at most 10000",
    ],
    [
      "more sets an account than there are",
      { setsPerAccount: 31 },
      "setsPerAccount is 31, expected at most the 30 permission sets",
    ],
    [
      "fewer assignments than sets in accounts",
      { assignments: 1_499 },
      "assignments is 1499, expected at least one for each of the 1500 permission sets in accounts",
    ],
    [
      "more assignments than principals",
      { accounts: 2, setsPerAccount: 1, users: 3, groups: 2, assignments: 11 },
      "assignments is 11, expected at most 5 for each permission set in an account",
    ],
  ])("of %s is refused in a sentence", (_, change, sentence) => {
    expect(() => generateOrganization({ ...SIZE, ...change })).toThrow(new RangeError(sentence));
  });

  it("gives every principal everything when there are that many assignments", () => {
    const full = generateOrganization({
      ...SIZE,
      accounts: 2,
      setsPerAccount: 1,
      users: 3,
      groups: 2,
      assignments: 10,
    });
    expect(full.identityCenter.assignments).toHaveLength(10);
    expect(new Set(full.identityCenter.assignments.map((one) => JSON.stringify(one))).size).toBe(10);
  });
});
