import { describe, expect, it } from "vitest";
import { personNamed, roleHoldersIn } from "../../../../local/environment/people.ts";
import { aGroupId, aPerson } from "../../../support/builders.ts";
import { FakeDirectory } from "../../../support/fakes/directory.ts";

const person = (userName: string, email: string) => ({
  userId: userName,
  userName,
  displayName: userName,
  email,
  enabled: true,
});
const people = [person("alice", "alice@example.com"), person("alice@example.com", "other@example.com")];

describe("a person", () => {
  it("is found by email first, whatever its case, then by exact user name", () => {
    expect(personNamed(people, "Alice@Example.com")?.userName).toBe("alice");
    expect(personNamed(people, "alice")?.email).toBe("alice@example.com");
    expect(personNamed(people, "ALICE")).toBeUndefined();
    expect(personNamed(people, "nobody@example.com")).toBeUndefined();
  });
});

describe("who has a role", () => {
  it("is a member of one of the groups that the settings name, which need not all exist", async () => {
    const [tara, vera, alice] = [aPerson("tara"), aPerson("vera"), aPerson("alice")];
    const directory = new FakeDirectory();
    const group = (name: string, members: readonly (typeof tara)[]) => {
      directory.addGroup({
        groupId: aGroupId(name),
        displayName: name,
        members: members.map(({ userId }) => userId),
      });
    };
    group("platform-admins", [tara]);
    group("security-admins", [tara, vera]);
    group("payments-engineers", [alice]);
    const holders = await roleHoldersIn(directory, {
      administrator: ["platform-admins", "security-admins", "nobody"],
      "policy-author": ["nobody"],
      auditor: ["payments-engineers"],
    });
    expect(holders).toEqual({
      administrator: new Set([tara.userId, vera.userId]),
      "policy-author": new Set(),
      auditor: new Set([alice.userId]),
    });
  });
});
