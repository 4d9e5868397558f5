import { beforeEach, describe, expect, it } from "vitest";
import { partiesOf, type RequestStep } from "../../../../../lambdas/core/domain/approval-step.ts";
import type { GroupId, UserId } from "../../../../../lambdas/core/domain/ids.ts";
import type { Principal } from "../../../../../lambdas/core/domain/principal.ts";
import { askedOf, staffingOf } from "../../../../../lambdas/core/use-cases/evaluation/eligible-approvers.ts";
import { aGroupId, aPerson, aUserId } from "../../../../support/builders.ts";
import { FakeDirectory } from "../../../../support/fakes/directory.ts";

const alice = aPerson("alice");

/** Remembers who and which groups were looked up. */
class ListeningDirectory extends FakeDirectory {
  readonly askedPeople: UserId[] = [];
  readonly askedGroups: GroupId[] = [];
  override user(id: UserId) {
    this.askedPeople.push(id);
    return super.user(id);
  }
  override members(group: GroupId) {
    this.askedGroups.push(group);
    return super.members(group);
  }
}

let directory: ListeningDirectory;

beforeEach(() => {
  directory = new ListeningDirectory();
  for (const name of ["alice", "bob", "carol", "dave"]) {
    directory.addUser({ userId: aUserId(name), userName: name });
  }
});

const group = (name: string, ...members: string[]) => {
  directory.addGroup({ groupId: aGroupId(name), displayName: name, members: members.map(aUserId) });
};
/** A step that any of these people may decide, or, by a name with `@` in front, any of that group's members. */
const step = (...names: string[]): RequestStep => ({
  anyOf: names.map((name) =>
    name.startsWith("@")
      ? { type: "group", id: aGroupId(name.slice(1)), name: name.slice(1) }
      : { type: "user", id: aUserId(name), name },
  ),
  withinSeconds: 3600,
});
const self: Principal = { type: "USER", id: alice.userId, name: "alice" };
const asGroup = (name: string): Principal => ({ type: "GROUP", id: aGroupId(name), name });
const staffed = async (
  steps: readonly RequestStep[],
  {
    principal = self,
    requesterCanApproveSelf = false,
  }: { principal?: Principal; requesterCanApproveSelf?: boolean } = {},
) => {
  const who = { requester: alice.userId, principal, requesterCanApproveSelf };
  const staffing = await staffingOf({ directory })(steps, who);
  if (staffing === undefined) throw new Error("Nobody has looked");
  return staffing;
};
const approvers = async (...asked: Parameters<typeof staffed>) => {
  const { eligible, unstaffed } = await staffed(...asked);
  if (unstaffed !== undefined) throw new Error(`Step ${unstaffed + 1} has nobody`);
  return askedOf(asked[0].map((one) => eligible(partiesOf(one))));
};
const people = (...names: string[]) => names.map(aUserId);
/** The step that nobody may decide, by its number, and whom it names. */
const refusal = async (...asked: Parameters<typeof staffed>) => {
  const { unstaffed } = await staffed(...asked);
  const unstaffedStep = unstaffed === undefined ? undefined : asked[0][unstaffed];
  if (unstaffed === undefined || unstaffedStep === undefined) throw new Error("It can be decided");
  const names = partiesOf(unstaffedStep).map(({ name }) => name);
  return nobodyFor(unstaffed + 1, names.join(", "));
};
const nobodyFor = (which: number, named: string) => [which, named];

describe("who may decide", () => {
  it("is whom the steps name and who is in the groups that they name, each once", async () => {
    group("leads", "bob", "carol");
    expect(await approvers([step("@leads", "bob"), step("dave", "@leads")])).toEqual(
      people("bob", "carol", "dave"),
    );
  });

  it("is nobody, of whom nobody needs to be looked up, where no step is to be decided", async () => {
    expect(await approvers([], { principal: asGroup("engineers") })).toEqual([]);
    expect([...directory.askedPeople, ...directory.askedGroups]).toEqual([]);
  });

  it("is neither the requester nor a member of the group that would get the access", async () => {
    group("leads", "alice", "bob", "carol");
    group("engineers", "carol");
    expect(await approvers([step("@leads")])).toEqual(people("bob", "carol"));
    expect(await approvers([step("@leads")], { principal: asGroup("engineers") })).toEqual(people("bob"));
  });

  it("is the requester also where they have left the group that would get the access, but not as an approver", async () => {
    group("engineers", "carol");
    expect(await refusal([step("alice")], { principal: asGroup("engineers") })).toEqual(
      nobodyFor(1, "alice"),
    );
  });

  it("is not whom the access is for, should that be somebody else than the requester", async () => {
    const principal: Principal = { type: "USER", id: aUserId("bob"), name: "bob" };
    expect(await approvers([step("alice", "bob", "carol")], { principal })).toEqual(people("carol"));
  });

  it("is the requester and the beneficiaries too, where the flow lets them, and nobody asks who those are", async () => {
    group("engineers", "alice", "carol");
    const lets = { principal: asGroup("engineers"), requesterCanApproveSelf: true };
    expect(await approvers([step("alice", "carol")], lets)).toEqual(people("alice", "carol"));
    expect(directory.askedGroups).toEqual([]);
  });

  it("is remembered for a hundred people", async () => {
    const many = Array.from({ length: 101 }, (_, index) => `person ${index}`);
    for (const name of many) directory.addUser({ userId: aUserId(name), userName: name });
    expect(await approvers([step(...many)])).toEqual(people(...many.slice(0, 100)));
  });
});

describe("a step that nobody may decide", () => {
  it("is named by its number and by whom it asks", async () => {
    group("leads", "alice");
    group("nobodies");
    expect(await refusal([step("bob"), step("@leads", "@nobodies", "alice")])).toEqual(
      nobodyFor(2, "leads, nobodies, alice"),
    );
    expect(await refusal([step("@nobodies"), step("alice")])).toEqual(nobodyFor(1, "nobodies"));
  });

  it.each([
    [
      "disabled",
      () => {
        directory.setEnabled(aUserId("bob"), false);
      },
    ],
    [
      "not in the directory any more",
      () => {
        directory.deleteUser(aUserId("bob"));
      },
    ],
  ])("is one whose only approver is %s", async (_, happens) => {
    expect(await approvers([step("bob")])).toEqual(people("bob"));
    happens();
    expect(await refusal([step("bob")])).toEqual(nobodyFor(1, "bob"));
    expect(await approvers([step("bob", "carol")])).toEqual(people("bob", "carol"));
  });

  it.each([
    ["two steps of one person", [["bob"], ["bob"]], 2, "bob"],
    [
      "three steps of two people",
      [
        ["bob", "carol"],
        ["carol", "bob"],
        ["bob", "carol"],
      ],
      3,
      "bob, carol",
    ],
    ["two steps of one person among others", [["dave"], ["bob"], ["bob"]], 3, "bob"],
  ] as const)("is one that has no approver of its own: %s", async (_, steps, which, named) => {
    expect(await refusal(steps.map((names) => step(...names)))).toEqual(nobodyFor(which, named));
  });
});

describe("steps that share approvers", () => {
  it.each([
    ["one step's only approver is the first of another's", [["bob", "carol"], ["bob"]]],
    ["one has to give way to one that has to give way", [["bob", "carol"], ["carol", "dave"], ["bob"]]],
    ["the first that could give way cannot", [["bob"], ["carol", "dave"], ["bob", "carol"]]],
    ["everybody is needed", [["bob", "carol", "dave"], ["bob", "carol"], ["bob"]]],
  ] as const)("can be decided when each has one of its own: %s", async (_, steps) => {
    expect(new Set(await approvers(steps.map((names) => step(...names))))).toEqual(
      new Set(steps.flat().map(aUserId)),
    );
  });

  it("find each of them once, however often they are tried", async () => {
    await approvers([step("bob", "carol"), step("carol", "dave"), step("bob")]);
    expect(directory.askedPeople).toEqual(people("bob", "carol", "dave"));
  });

  it("look nobody up whom they do not need", async () => {
    await approvers([step("bob", "carol", "dave")]);
    expect(directory.askedPeople).toEqual(people("bob"));
  });

  it("are looked up once, however many flows they decide by", async () => {
    group("leads", "alice");
    const staff = staffingOf({ directory });
    const who = { requester: alice.userId, principal: asGroup("engineers"), requesterCanApproveSelf: false };
    group("engineers", "alice");
    for (const steps of [[step("@leads")], [step("bob", "@leads")], [step("bob")]]) await staff(steps, who);
    expect(directory.askedGroups).toEqual([aGroupId("engineers"), aGroupId("leads")]);
    expect(directory.askedPeople).toEqual(people("bob"));
  });

  it("are not known where no lookup is left that one needs", async () => {
    const staff = staffingOf({ directory });
    const who = { requester: alice.userId, principal: self, requesterCanApproveSelf: false };
    const gone = Array.from({ length: 199 }, (_, index) => `gone-${String(index)}`);
    expect(await staff([step(...gone)], who)).toMatchObject({ unstaffed: 0 });
    expect(await staff([step("bob")], who)).toMatchObject({ unstaffed: undefined });
    expect(await staff([step("carol")], who)).toBeUndefined();
    expect(await staff([step("bob", "@leads")], who)).toBeUndefined();
    expect(await staff([step("bob", "carol")], who)).toMatchObject({ unstaffed: undefined });
    expect(await staff([step("bob")], { ...who, principal: asGroup("engineers") })).toBeUndefined();
    expect([directory.askedPeople.length, directory.askedGroups.length]).toEqual([200, 0]);
  });
});
