import { beforeEach, describe, expect, it } from "vitest";
import type { GroupId } from "../../../../lambdas/core/domain/ids.ts";
import {
  isAdministrator,
  requireAdministrator,
} from "../../../../lambdas/core/use-cases/require-administrator.ts";
import { aGroupId, aPerson } from "../../../support/builders.ts";
import { FakeDirectory } from "../../../support/fakes/directory.ts";

const root = aPerson("root");
const platform = aGroupId("platform-admins");
const security = aGroupId("security-admins");
const others = aGroupId("payments-engineers");

/** Remembers which memberships were asked for. */
class ListeningDirectory extends FakeDirectory {
  readonly asked: (readonly GroupId[])[] = [];
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
  directory.addGroup({ groupId: others, displayName: "payments-engineers", members: [root.userId] });
});

const administrates = (...administratorGroups: string[]) =>
  isAdministrator({ directory, administratorGroups })(root);

describe("an administrator", () => {
  it.each([platform, security])("is a member of any of the groups that the settings name", async (group) => {
    expect(await administrates("platform-admins", "security-admins")).toBe(false);
    directory.join(root.userId, group);
    expect(await administrates("platform-admins", "security-admins")).toBe(true);
  });

  it("is one as long as they are a member, and not a moment longer", async () => {
    directory.join(root.userId, platform);
    expect(await administrates("platform-admins")).toBe(true);
    directory.leave(root.userId, platform);
    expect(await administrates("platform-admins")).toBe(false);
  });

  it("is looked for in those of the groups that exist", async () => {
    directory.join(root.userId, security);
    expect(await administrates("no-such-group", "security-admins")).toBe(true);
    expect(directory.asked).toEqual([[security]]);
  });

  it.each([[[]], [["no-such-group"]]])("is nobody where no group is there, of %j", async (names) => {
    expect(await administrates(...names)).toBe(false);
    expect(directory.asked).toEqual([]);
  });
});

describe("what only administrators may do", () => {
  it("goes on for one", async () => {
    await expect(requireAdministrator(() => Promise.resolve(true))(root)).resolves.toBeUndefined();
  });

  it("is refused to anybody else, and it is that very person who is asked about", async () => {
    const asked: unknown[] = [];
    const nobody = (person: unknown) => {
      asked.push(person);
      return Promise.resolve(false);
    };
    await expect(requireAdministrator(nobody)(root)).rejects.toMatchObject({
      code: "not-administrator",
      message: "Only administrators may do this.",
      fields: [],
    });
    expect(asked).toEqual([root]);
  });
});
