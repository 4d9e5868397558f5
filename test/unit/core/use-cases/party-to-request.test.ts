import { beforeEach, describe, expect, it } from "vitest";
import type { AccessRequest } from "../../../../lambdas/core/domain/access-request.ts";
import { secondsAfter, timestamp, type GroupId } from "../../../../lambdas/core/domain/ids.ts";
import type { Person } from "../../../../lambdas/core/domain/principal.ts";
import {
  notFound,
  partyTo,
  relevantMemberships,
} from "../../../../lambdas/core/use-cases/party-to-request.ts";
import type { RolesOf } from "../../../../lambdas/core/use-cases/directory-roles.ts";
import {
  aGroupId,
  aPendingRequest,
  aPerson,
  aRequestId,
  anActiveRequest,
} from "../../../support/builders.ts";
import { FakeDirectory } from "../../../support/fakes/directory.ts";
import { FakeAccessRequestStore } from "../../../support/fakes/stores.ts";
import { rolesHeldBy } from "../../../support/roles.ts";

const [alice, bob, carol, root] = [aPerson("alice"), aPerson("bob"), aPerson("carol"), aPerson("root")];
const [erin, frank] = [aPerson("erin"), aPerson("frank")];
const leads = aGroupId("payments-leads");
const engineers = aGroupId("payments-engineers");
const pending = aPendingRequest();

/** Remembers which memberships were asked for. */
class ListeningDirectory extends FakeDirectory {
  readonly asked: (readonly GroupId[])[] = [];
  override memberships(...[user, groups]: Parameters<FakeDirectory["memberships"]>) {
    this.asked.push(groups);
    return super.memberships(user, groups);
  }
}

let requests: FakeAccessRequestStore;
let directory: ListeningDirectory;
let administrators: Person[];
let auditors: Person[];
let askedForRoles: Person[];

beforeEach(() => {
  requests = new FakeAccessRequestStore();
  directory = new ListeningDirectory();
  directory.addGroup({ groupId: leads, displayName: "payments-leads", members: [bob.userId] });
  directory.addGroup({ groupId: engineers, displayName: "payments-engineers", members: [carol.userId] });
  administrators = [root];
  auditors = [erin];
  askedForRoles = [];
});

const rolesOf: RolesOf = (person, among) => {
  askedForRoles.push(person);
  return rolesHeldBy({ administrator: administrators, auditor: auditors, "policy-author": [frank] })(
    person,
    among,
  );
};
const party = async (caller: Person, request: AccessRequest = pending) => {
  await requests.create(request);
  return partyTo({ requests, directory, rolesOf })(caller, request.id);
};
const byUser = ({ userId: id, userName: name }: Person) => ({
  anyOf: [{ type: "user" as const, id, name }],
  withinSeconds: 3600,
});

describe("what somebody is to a request", () => {
  it.each([
    ["requester", alice],
    ["approver", bob],
    ["administrator", root],
    ["auditor", erin],
  ] as const)("is its %s, and they see it as it is", async (role, caller) => {
    expect(await party(caller)).toEqual({ request: pending, role });
  });

  it("is its requester first, then an approver, then an administrator, then an auditor", async () => {
    administrators = [alice, bob, root];
    auditors = [alice, bob, root];
    directory.join(alice.userId, leads);
    expect((await party(alice)).role).toBe("requester");
    expect((await party(bob)).role).toBe("approver");
    expect(askedForRoles).toEqual([]);
    expect((await party(root)).role).toBe("administrator");
  });

  it("needs no look at the directory for its requester", async () => {
    await party(alice);
    expect(directory.asked).toEqual([]);
  });

  it("is an approver of any of its steps, also of one that is not its turn or was decided", async () => {
    const steps = [byUser(carol), byUser(bob)];
    const decision = { step: 0, by: carol, decision: "approve" as const, at: pending.createdAt };
    const request = { ...pending, approval: { ...pending.approval, steps, decisions: [decision] } };
    expect((await party(carol, request)).role).toBe("approver");
    expect((await party(bob, request)).role).toBe("approver");
    // Nothing of it depends on a group.
    expect(directory.asked).toEqual([]);
  });

  it("is an approver of the extension that waits", async () => {
    const active = anActiveRequest();
    const now = new Date(active.createdAt);
    const asked = {
      by: alice,
      duration: "PT1H",
      durationSeconds: 3600,
      justification: "more",
      askedAt: timestamp(now),
    };
    const approval = { ...active.approval, steps: [byUser(carol)], decisions: [] };
    const extension = { ...asked, deadline: secondsAfter(now, 60), approval };
    expect((await party(carol, { ...active, extension })).role).toBe("approver");
  });

  it.each([
    ["a stranger", aPerson("mallory"), pending],
    ["a policy author", frank, pending],
    [
      "a member of the group that would get the access",
      carol,
      aPendingRequest({ principal: { type: "GROUP", id: engineers, name: "payments-engineers" } }),
    ],
  ])(
    "is nothing to %s, who learns no more than of a request that does not exist",
    async (_, caller, request) => {
      const refusal = {
        code: "not-found",
        message: `There is no access request ${request.id} that you may see.`,
        fields: [],
      };
      await expect(partyTo({ requests, directory, rolesOf })(caller, request.id)).rejects.toMatchObject(
        refusal,
      );
      expect(askedForRoles).toEqual([]);
      await expect(party(caller, request)).rejects.toMatchObject(refusal);
      expect(askedForRoles).toEqual([caller]);
      expect(notFound(request.id)).toMatchObject(refusal);
    },
  );

  it("goes by the groups of now", async () => {
    expect((await party(bob)).role).toBe("approver");
    directory.leave(bob.userId, leads);
    await expect(party(bob)).rejects.toMatchObject({ code: "not-found" });
  });
});

describe("the memberships that matter", () => {
  it("are those in the approvers' groups and in the group that gets the access", async () => {
    directory.join(carol.userId, leads);
    directory.addGroup({ groupId: aGroupId("others"), displayName: "others", members: [carol.userId] });
    const request = aPendingRequest({
      id: aRequestId("group"),
      principal: { type: "GROUP", id: engineers, name: "payments-engineers" },
    });
    expect(await relevantMemberships(directory, request, carol)).toEqual(new Set([leads, engineers]));
    expect(await relevantMemberships(directory, request, bob)).toEqual(new Set([leads]));
    expect(directory.asked).toEqual([
      [leads, engineers],
      [leads, engineers],
    ]);
  });

  it("are none, without a look at the directory, where no group is named", async () => {
    const request = aPendingRequest({ approval: { ...pending.approval, steps: [byUser(bob)] } });
    expect(await relevantMemberships(directory, request, bob)).toEqual(new Set());
    expect(directory.asked).toEqual([]);
  });
});
