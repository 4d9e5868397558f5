import { beforeEach, describe, expect } from "vitest";
import type { Directory } from "../../../lambdas/core/ports/directory.ts";
import { aGroupId, aUserId } from "../../support/builders.ts";
import { contractTest } from "../../support/fakes/contract-test.ts";
import { DirectoryAttributeNames } from "../../../lambdas/core/domain/directory-attributes.ts";
import { EMPLOYEE, MANY_MEMBERS } from "../providers/organization.ts";
import { directoryEnvironments, type DirectoryWorld } from "./environments.ts";

describe.each(directoryEnvironments)("the directory on $name", (environment) => {
  const test = contractTest(environment.differences);
  let world: DirectoryWorld;
  beforeEach(async () => {
    world = await environment.open("emails.value");
  });

  const ada = () => ({ userId: world.userId("ada"), userName: "ada", enabled: true });

  test("finds a person by email", async () => {
    expect(await world.directory.userByIdentity("ada@example.com")).toEqual(ada());
    expect(await world.directory.userByIdentity("ada")).toBeUndefined();
    expect(await world.directory.userByIdentity("zzz-nobody@example.com")).toBeUndefined();
  });

  test("finds a person by user name", async () => {
    const { directory } = await environment.open("userName");
    expect(await directory.userByIdentity("ada")).toEqual(ada());
    expect(await directory.userByIdentity("ada@example.com")).toBeUndefined();
  });

  test("finds a person by external id", async () => {
    const { directory } = await environment.open("externalId");
    expect(await directory.userByIdentity("external-ada")).toEqual(ada());
    expect(await directory.userByIdentity("ada")).toBeUndefined();
  });

  test("finds nobody by an empty identity", async () => {
    expect(await world.directory.userByIdentity("")).toBeUndefined();
  });

  test("says that a person is disabled", async () => {
    expect(await world.directory.userByIdentity("dorian@example.com")).toMatchObject({ enabled: false });
    expect(await world.directory.user(world.userId("dorian"))).toMatchObject({ enabled: false });
  });

  test("finds whom a flow names, by email or user name", async () => {
    expect(await world.directory.userByName("ada")).toEqual(ada());
    expect(await world.directory.userByName("ada@example.com")).toEqual(ada());
    expect(await world.directory.userByName("zzz-nobody")).toBeUndefined();
  });

  test("finds whom one attribute names, and no other", async () => {
    const { directory } = world;
    expect(await directory.userWith("userName", "ada")).toEqual(ada());
    expect(await directory.userWith("email", "ada@example.com")).toEqual(ada());
    expect(await directory.userWith("userName", "ada@example.com")).toBeUndefined();
    expect(await directory.userWith("email", "ada")).toBeUndefined();
    expect(await directory.userWith("email", "zzz-nobody@example.com")).toBeUndefined();
    expect(await directory.userWith("userName", "")).toBeUndefined();
  });

  test("tells the attributes of a person", async () => {
    const { title, userType, preferredLanguage, locale, timezone } = EMPLOYEE.attributes;
    expect(await world.directory.attributes(world.userId("ada"))).toMatchObject({
      userName: "ada",
      email: "ada@example.com",
      displayName: "ada Ng",
      title,
      userType,
      preferredLanguage,
      locale,
      timezone,
    });
    expect(await world.directory.attributes(world.userId("bela"))).toEqual({
      userName: "bela",
      email: "bela@example.com",
      displayName: "bela Ng",
    });
    expect(await world.directory.attributes(aUserId("nobody"))).toBeUndefined();
  });

  test("tells the enterprise's attributes of a person", async () => {
    const attributes = await world.directory.attributes(world.userId("ada"));
    expect(attributes).toEqual({
      userName: "ada",
      email: "ada@example.com",
      displayName: "ada Ng",
      manager: world.userId("bela"),
      ...EMPLOYEE.attributes,
    });
    expect(Object.keys(attributes ?? {}).sort()).toEqual([...DirectoryAttributeNames].sort());
  });

  test("knows whom a manager means", async () => {
    const [id, bela, dorian] = [world.userId("ada"), world.userId("bela"), world.userId("dorian")];
    expect(await world.directory.managerOf(id)).toBe(bela);
    await world.setManager(id, "dorian");
    expect(await world.directory.managerOf(id)).toBe(dorian);
    await world.setManager(id, "bela@example.com");
    expect(await world.directory.managerOf(id)).toBe(bela);
  });

  test("has no manager where it means nobody", async () => {
    const id = world.userId("ada");
    for (const value of ["zzz-nobody", "zzz-nobody@example.com", aUserId("nobody")]) {
      await world.setManager(id, value);
      expect(await world.directory.managerOf(id)).toBeUndefined();
    }
  });

  test("has no manager where the directory names none", async () => {
    expect(await world.directory.managerOf(world.userId("bela"))).toBeUndefined();
    expect(await world.directory.managerOf(aUserId("nobody"))).toBeUndefined();
  });

  test("finds people and groups by id", async () => {
    const group = { groupId: world.groupId("contract-oncall"), displayName: "contract-oncall" };
    expect(await world.directory.user(world.userId("ada"))).toEqual(ada());
    expect(await world.directory.group(group.groupId)).toEqual(group);
    expect(await world.directory.groupByName("contract-oncall")).toEqual(group);
    expect(await world.directory.user(aUserId("nobody"))).toBeUndefined();
    expect(await world.directory.group(aGroupId("nothing"))).toBeUndefined();
    expect(await world.directory.groupByName("nothing")).toBeUndefined();
  });

  test("says which of some groups a person belongs to", async () => {
    const [oncall, empty] = [world.groupId("contract-oncall"), world.groupId("contract-empty")];
    const of = (...asked: Parameters<Directory["memberships"]>) => world.directory.memberships(...asked);
    expect(await of(world.userId("ada"), [oncall, empty])).toEqual(new Set([oncall]));
    expect(await of(world.userId("bela"), [oncall])).toEqual(new Set());
    expect(await of(world.userId("ada"), [])).toEqual(new Set());
  });

  test("is not led astray by a group that does not exist", async () => {
    const oncall = world.groupId("contract-oncall");
    expect(await world.directory.memberships(world.userId("ada"), [aGroupId("gone"), oncall])).toEqual(
      new Set([oncall]),
    );
  });

  test("counts nobody who does not exist as a member", async () => {
    expect(await world.directory.memberships(aUserId("nobody"), [world.groupId("contract-oncall")])).toEqual(
      new Set(),
    );
  });

  test("finds a membership behind a hundred others", async () => {
    const last = world.groupId("contract-group-104");
    const first = world.groupId("contract-group-000");
    expect(await world.directory.memberships(world.userId("bela"), [last, first])).toEqual(
      new Set([first, last]),
    );
    expect(await world.directory.groupsOf(world.userId("bela"))).toHaveLength(105);
  });

  test("lists the members of a group, however many", async () => {
    const members = await world.directory.members(world.groupId("contract-everyone"));
    expect([...members].sort()).toEqual(MANY_MEMBERS.map((name) => world.userId(name)).sort());
    expect(await world.directory.members(world.groupId("contract-empty"))).toEqual([]);
    expect(await world.directory.members(aGroupId("gone"))).toEqual([]);
  });

  test("has no members in a group that was deleted", async () => {
    const oncall = world.groupId("contract-oncall");
    await world.deleteGroup(oncall);
    expect(await world.directory.members(oncall)).toEqual([]);
    expect(await world.directory.memberships(world.userId("ada"), [oncall])).toEqual(new Set());
    expect(await world.directory.groupsOf(world.userId("ada"))).toEqual([]);
  });

  test("names the groups of a person", async () => {
    expect(await world.directory.groupsOf(world.userId("ada"))).toEqual([
      { groupId: world.groupId("contract-oncall"), displayName: "contract-oncall" },
    ]);
    expect(await world.directory.groupsOf(aUserId("nobody"))).toEqual([]);
  });
});
