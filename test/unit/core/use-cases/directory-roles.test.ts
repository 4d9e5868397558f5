import { beforeEach, describe, expect, it } from "vitest";
import { DirectoryRoles, type DirectoryRole } from "../../../../lambdas/core/contracts/roles.ts";
import type { GroupId } from "../../../../lambdas/core/domain/ids.ts";
import { directoryRoles, requireOneOf } from "../../../../lambdas/core/use-cases/directory-roles.ts";
import { aGroupId, aPerson } from "../../../support/builders.ts";
import { FakeDirectory } from "../../../support/fakes/directory.ts";
import { rolesHeldBy } from "../../../support/roles.ts";

const root = aPerson("root");
const platform = aGroupId("platform-admins");
const security = aGroupId("security-admins");
const compliance = aGroupId("compliance");
const others = aGroupId("payments-engineers");

/** Remembers what was asked. */
class ListeningDirectory extends FakeDirectory {
  readonly named: string[] = [];
  readonly asked: (readonly GroupId[])[] = [];
  override groupByName(name: string) {
    this.named.push(name);
    return super.groupByName(name);
  }
  override memberships(...[user, groups]: Parameters<FakeDirectory["memberships"]>) {
    this.asked.push(groups);
    return super.memberships(user, groups);
  }
}

let directory: ListeningDirectory;

beforeEach(() => {
  directory = new ListeningDirectory();
  directory.addGroup({ groupId: platform, displayName: "platform-admins" });
  directory.addGroup({ groupId: security, displayName: "security-admins" });
  directory.addGroup({ groupId: compliance, displayName: "compliance" });
  directory.addGroup({ groupId: others, displayName: "payments-engineers", members: [root.userId] });
});

const groupsOfRoles = {
  administrator: ["platform-admins", "security-admins"],
  "policy-author": ["security-admins"],
  auditor: ["no-such-group", "compliance"],
};
const rolesAmong = async (
  among: readonly DirectoryRole[] = DirectoryRoles,
  roleGroups: Readonly<Record<DirectoryRole, readonly string[]>> = groupsOfRoles,
) => [...(await directoryRoles({ directory, roleGroups })(root, among))];

describe("a role", () => {
  it.each([
    [platform, ["administrator"]],
    // One group may give several.
    [security, ["administrator", "policy-author"]],
    [compliance, ["auditor"]],
  ])("comes by any of the groups that the settings name: %s", async (group, roles) => {
    expect(await rolesAmong()).toEqual([]);
    directory.join(root.userId, group);
    expect(await rolesAmong()).toEqual(roles);
  });

  it("is one's own as long as one is a member, and not a moment longer", async () => {
    directory.join(root.userId, platform);
    expect(await rolesAmong()).toEqual(["administrator"]);
    directory.leave(root.userId, platform);
    expect(await rolesAmong()).toEqual([]);
  });

  it("is looked for in those of the groups that exist, once for all roles", async () => {
    directory.join(root.userId, security);
    await rolesAmong();
    expect(directory.named).toEqual(["platform-admins", "security-admins", "no-such-group", "compliance"]);
    expect(directory.asked).toEqual([[platform, security, compliance]]);
  });

  it("that nobody asks for costs no look at its groups, and is not told", async () => {
    directory.join(root.userId, platform);
    directory.join(root.userId, compliance);
    expect(await rolesAmong(["auditor"])).toEqual(["auditor"]);
    expect(directory.named).toEqual(["no-such-group", "compliance"]);
    expect(directory.asked).toEqual([[compliance]]);
  });

  it.each([[[]], [["no-such-group"]]])("is nobody's where no group is there, of %j", async (names) => {
    const none = { administrator: names, "policy-author": names, auditor: names };
    expect(await rolesAmong(DirectoryRoles, none)).toEqual([]);
    expect(directory.asked).toEqual([]);
  });
});

describe("what needs a role", () => {
  const need = (roles: readonly DirectoryRole[], holders: Parameters<typeof rolesHeldBy>[0] = {}) =>
    requireOneOf(rolesHeldBy(holders))(root, roles);

  it("goes on for somebody who has one of those that will do", async () => {
    await expect(need(["administrator"], { administrator: [root] })).resolves.toBeUndefined();
    await expect(need(["auditor", "administrator"], { auditor: [root] })).resolves.toBeUndefined();
  });

  it("is refused to anybody else", async () => {
    for (const holders of [{}, { auditor: [root] }, { administrator: [aPerson("alice")] }]) {
      await expect(need(["administrator"], holders)).rejects.toMatchObject({
        code: "not-administrator",
        message: "Only administrators may do this.",
        fields: [],
      });
    }
  });

  it("says which roles would do, and which deploy settings give them", async () => {
    await expect(need(["policy-author", "administrator"], { auditor: [root] })).rejects.toMatchObject({
      code: "role-missing",
      message:
        "This needs the role policy-author (deploy setting policyAuthorGroups) or administrator (deploy setting administratorGroups), and no group that you are in gives you one of them.",
    });
  });
});
