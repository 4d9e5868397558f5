import { describe, expect, it } from "vitest";
import type { Party } from "../../../../lambdas/core/domain/access-flow.ts";
import type { Approval, Decision } from "../../../../lambdas/core/domain/access-request.ts";
import {
  currentStep,
  groupsThatMatter,
  isApproverOf,
  openApprovalOf,
  standingOf,
  wasAsked,
} from "../../../../lambdas/core/domain/approval.ts";
import { secondsAfter, timestamp, type GroupId } from "../../../../lambdas/core/domain/ids.ts";
import { aGroupId, aPendingRequest, aPerson, anActiveRequest } from "../../../support/builders.ts";

const [alice, bob, carol, dana] = ["alice", "bob", "carol", "dana"].map(aPerson) as [
  ReturnType<typeof aPerson>,
  ReturnType<typeof aPerson>,
  ReturnType<typeof aPerson>,
  ReturnType<typeof aPerson>,
];
const leads = aGroupId("payments-leads");
const oncall = aGroupId("payments-oncall");
const now = new Date("2026-01-01T00:00:00.000Z");
const nobodys: ReadonlySet<GroupId> = new Set();

const user = ({ userId, userName }: typeof alice): Party => ({ type: "user", id: userId, name: userName });
const group = (id: GroupId): Party => ({ type: "group", id, name: "a group" });
const approvalBy = (...steps: readonly (readonly Party[])[]): Approval => ({
  steps: steps.map((anyOf) => ({ anyOf: [...anyOf], withinSeconds: 3600 })),
  asked: [],
  requesterCanApproveSelf: false,
  decisions: [],
});
const decided = (decision: Decision["decision"], step = 0, by = bob): Decision => ({
  step,
  decision,
  by,
  at: timestamp(now),
});

/** Alice's access, and more time on it that waits for carol. */
const extending = anActiveRequest({
  extension: {
    by: alice,
    duration: "PT1H",
    durationSeconds: 3600,
    justification: "not done yet",
    askedAt: secondsAfter(now, 60),
    deadline: secondsAfter(now, 600),
    approval: { ...approvalBy([user(carol), group(oncall)]), asked: [carol.userId] },
  },
});

describe("the step that waits", () => {
  const approval = approvalBy([user(bob)], [user(carol)]);

  it("follows the approvals that were given, and no rejection", () => {
    const waitsFor = (...decisions: readonly Decision[]) =>
      currentStep({ ...approval, decisions: [...decisions] });
    expect(waitsFor()).toMatchObject({ anyOf: [user(bob)] });
    expect(waitsFor(decided("approve"))).toMatchObject({ anyOf: [user(carol)] });
    expect(waitsFor(decided("reject"))).toMatchObject({ anyOf: [user(bob)] });
  });

  it("is none when all have approved", () => {
    const decisions = [decided("approve"), decided("approve", 1, carol)];
    expect(currentStep({ ...approval, decisions })).toBeUndefined();
  });
});

describe("what there is to decide", () => {
  it("is the request while it is pending", () => {
    const pending = aPendingRequest();
    expect(openApprovalOf(pending)).toEqual({
      of: "request",
      approval: pending.approval,
      deadline: pending.deadline,
    });
  });

  it("is the extension that waits, by the moment at which it was asked for", () => {
    expect(openApprovalOf(extending)).toEqual({
      of: "extension",
      approval: extending.extension?.approval,
      deadline: secondsAfter(now, 600),
      askedAt: secondsAfter(now, 60),
    });
  });

  it("is nothing of access that is active, or that is being removed with an extension still in it", () => {
    expect(openApprovalOf(anActiveRequest())).toBeUndefined();
    const { extension: _gone, ...active } = extending;
    expect(openApprovalOf({ ...active, status: "revoking", ending: { reason: "expired" } })).toBeUndefined();
  });
});

describe("the groups that matter", () => {
  it("are those of every step, of the request's and the extension's, once each", () => {
    const request = { ...extending, approval: approvalBy([group(leads), user(bob)], [group(leads)]) };
    expect(groupsThatMatter(request)).toEqual([leads, oncall]);
    expect(groupsThatMatter(aPendingRequest({ approval: approvalBy([user(bob)]) }))).toEqual([]);
  });

  it("are also the one that the access is for: its members benefit", () => {
    const principal = { type: "GROUP", id: oncall, name: "payments-oncall" } as const;
    expect(groupsThatMatter(aPendingRequest({ principal, approval: approvalBy([user(bob)]) }))).toEqual([
      oncall,
    ]);
  });
});

describe("who somebody is to a step", () => {
  const request = aPendingRequest();
  const forGroup = aPendingRequest({ principal: { type: "GROUP", id: oncall, name: "payments-oncall" } });
  const forDana = aPendingRequest({ principal: { type: "USER", id: dana.userId, name: "dana" } });
  const approval = approvalBy([user(bob), group(leads)]);

  it("is the approver whom it names, alone or by a group", () => {
    expect(standingOf(request, approval, bob.userId, nobodys, now)).toBe("approver");
    expect(standingOf(request, approval, carol.userId, new Set([leads]), now)).toBe("approver");
    expect(standingOf(request, approval, carol.userId, nobodys, now)).toBe("none");
  });

  it("is nobody once no step waits", () => {
    const over = { ...approval, decisions: [decided("approve")] };
    expect(standingOf(request, over, bob.userId, new Set([leads]), now)).toBe("none");
  });

  it("is the requester before anything else, also when the step names them", () => {
    const byAlice = approvalBy([user(alice), group(leads)]);
    expect(standingOf(request, byAlice, alice.userId, new Set([leads]), now)).toBe("requester");
    expect(standingOf(forGroup, byAlice, alice.userId, new Set([oncall]), now)).toBe("requester");
  });

  it("is a beneficiary, for a person or a group, also when the step names them", () => {
    const all = approvalBy([user(bob), user(dana), group(leads)]);
    expect(standingOf(forDana, all, dana.userId, nobodys, now)).toBe("beneficiary");
    expect(standingOf(forDana, all, bob.userId, nobodys, now)).toBe("approver");
    expect(standingOf(forGroup, all, bob.userId, new Set([oncall]), now)).toBe("beneficiary");
    expect(standingOf(forGroup, all, bob.userId, nobodys, now)).toBe("approver");
  });

  it("is the approver all the same where the flow let requesters decide, and only whom the step names", () => {
    const own = { ...approvalBy([user(alice)]), requesterCanApproveSelf: true };
    expect(standingOf(request, own, alice.userId, nobodys, now)).toBe("approver");
    expect(standingOf(request, own, bob.userId, nobodys, now)).toBe("none");
  });
});

describe("who may see a request for its approval", () => {
  it("is an approver of any step, of the request's or of its extension's", () => {
    const request = { ...extending, approval: approvalBy([user(bob)], [group(leads)]) };
    for (const person of [bob, carol]) expect(isApproverOf(request, person.userId, nobodys)).toBe(true);
    expect(isApproverOf(request, dana.userId, new Set([leads]))).toBe(true);
    expect(isApproverOf(request, dana.userId, new Set([oncall]))).toBe(true);
    expect(isApproverOf(request, dana.userId, nobodys)).toBe(false);
  });

  it("is whoever was asked, for the one or for the other", () => {
    const request = { ...extending, approval: { ...approvalBy([user(bob)]), asked: [bob.userId] } };
    for (const person of [bob, carol]) expect(wasAsked(request, person.userId)).toBe(true);
    expect(wasAsked(request, dana.userId)).toBe(false);
  });
});
