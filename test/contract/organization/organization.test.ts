import { beforeEach, describe, expect } from "vitest";
import { anAccountId } from "../../support/builders.ts";
import { contractTest } from "../../support/fakes/contract-test.ts";
import { organizationEnvironments, type OrganizationWorld } from "./environments.ts";

describe.each(organizationEnvironments)("the organization on $name", (environment) => {
  const test = contractTest(environment.differences);
  let world: OrganizationWorld;
  beforeEach(async () => {
    world = await environment.open();
  });

  const unitAt = (path: string) => world.organization.organizationalUnitAt(path);

  test("shows an account with its state", async () => {
    const id = world.accountId("contract-prod");
    expect(await world.organization.account(id)).toEqual({ id, name: "contract-prod", state: "ACTIVE" });
    expect(await world.organization.account(world.accountId("contract-old"))).toMatchObject({
      state: "SUSPENDED",
    });
    expect(await world.organization.account(anAccountId(9))).toBeUndefined();
  });

  test("finds a unit by its path of names", async () => {
    const [root, contract, prod] = [
      await unitAt("/"),
      await unitAt("/Contract"),
      await unitAt("/Contract/Prod"),
    ];
    expect(root).toMatch(/^r-/);
    expect(contract).toMatch(/^ou-/);
    expect(prod).toMatch(/^ou-/);
    expect(prod).not.toBe(contract);
  });

  test("finds a unit on a later page", async () => {
    expect(await unitAt("/ContractMany/unit-021")).toMatch(/^ou-/);
  });

  test("finds no unit at any other path", async () => {
    for (const path of ["/Nothing", "/Contract/Nothing", "/Prod", "Workloads", "", "//", "/Contract/"]) {
      expect(await unitAt(path), path).toBeUndefined();
    }
  });

  test("names everything above an account, nearest first, up to the root", async () => {
    expect(await world.organization.ancestorsOf(world.accountId("contract-prod"))).toEqual([
      await unitAt("/Contract/Prod"),
      await unitAt("/Contract"),
      await unitAt("/"),
    ]);
    expect(await world.organization.ancestorsOf(anAccountId(9))).toEqual([]);
  });
});
