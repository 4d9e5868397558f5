import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  partyKey,
  type Approver,
  type FlowStep,
  type Party,
} from "../../../../lambdas/core/domain/access-flow.ts";
import type { Approval, Decision } from "../../../../lambdas/core/domain/access-request.ts";
import {
  allPartiesOf,
  isApproved,
  isPlain,
  needsOf,
  partiesOf,
  resolveSteps,
  type Approved,
  type Owners,
  type RequestApprover,
  type RequestStep,
  type ResolvedApprovers,
} from "../../../../lambdas/core/domain/approval-step.ts";
import {
  beginStep,
  currentStepIndex,
  hasDecided,
  nextEscalation,
  nextLook,
  partiesNow,
  speaksAs,
  tiersOpen,
} from "../../../../lambdas/core/domain/approval.ts";
import { secondsAfter, timestamp } from "../../../../lambdas/core/domain/ids.ts";
import { aGroupId, aPerson, aUserId } from "../../../support/builders.ts";

const MINUTE = 60;
const now = new Date("2026-01-01T00:00:00.000Z");
const after = (seconds: number) => new Date(now.getTime() + seconds * 1000);

const user = (name: string): Party => ({ type: "user", id: aUserId(name), name });
const group = (name: string): Party => ({ type: "group", id: aGroupId(name), name });
const [security, platform, leads, chiefs] = ["security", "platform", "leads", "chiefs"].map(group) as [
  Party,
  Party,
  Party,
  Party,
];

const ownersOf = (...sets: readonly (readonly Party[])[]): RequestApprover => ({
  type: "owner",
  of: sets.map((anyOf, target): Owners => ({ anyOf: [...anyOf], targets: [target], because: "a tag" })),
});
const manager = (name: string): RequestApprover => ({ type: "manager", user: user(name) });

const nobodyNow: RequestApprover = { type: "nobody", as: "owner", because: "nobody owns it" };

const anyOf = (...approvers: RequestApprover[]): RequestStep => ({ anyOf: approvers, withinSeconds: 3600 });
const allOf = (...approvers: RequestApprover[]): RequestStep => ({ allOf: approvers, withinSeconds: 3600 });
const escalating = (step: RequestStep, ...tiers: RequestApprover[][]): RequestStep => ({
  ...step,
  escalation: { afterSeconds: 30 * MINUTE, tiers },
});

const approved = (person: string, parties: readonly Party[], open = 0): Approved => ({
  person,
  as: new Set(parties.map(partyKey)),
  tiersOpen: open,
});

describe("what decides a step", () => {
  it.each<readonly [string, RequestStep, readonly Approved[], boolean]>([
    ["nobody", anyOf(security), [], false],
    ["any one of anyOf", anyOf(security, leads), [approved("bob", [leads])], true],
    ["nobody whom it does not name", anyOf(security), [approved("bob", [leads])], false],
    ["the manager", anyOf(manager("mia")), [approved("mia", [user("mia")])], true],
    ["one of allOf is not all", allOf(security, leads), [approved("bob", [leads])], false],
    [
      "each of allOf by somebody",
      allOf(security, leads),
      [approved("bob", [leads]), approved("sue", [security])],
      true,
    ],
    [
      "nobody for two of allOf, though they are in both groups",
      allOf(security, leads),
      [approved("bob", [leads, security])],
      false,
    ],
    [
      "one person whose approval is there twice, as one",
      allOf(security, leads),
      [approved("bob", [leads]), approved("bob", [security])],
      false,
    ],
    [
      "two of one group that allOf names twice",
      allOf(leads, leads),
      [approved("bob", [leads]), approved("ann", [leads])],
      true,
    ],
    [
      "whoever can be spared: bob for the leads, so that ann is left for security",
      allOf(security, leads),
      [approved("ann", [security, leads]), approved("bob", [leads])],
      true,
    ],
    [
      "the owners of one of two targets are not enough",
      anyOf(ownersOf([leads], [platform])),
      [approved("bob", [leads])],
      false,
    ],
    [
      "the owners of both targets",
      anyOf(ownersOf([leads], [platform])),
      [approved("bob", [leads]), approved("pat", [platform])],
      true,
    ],
    [
      "one person who owns both",
      anyOf(ownersOf([leads], [platform])),
      [approved("pat", [leads, platform])],
      true,
    ],
    [
      "somebody besides the owners, where anyOf lets them",
      anyOf(ownersOf([leads], [platform]), security),
      [approved("sue", [security])],
      true,
    ],
    [
      "the owner of all and another, not the owner alone who is both",
      allOf(ownersOf([leads], [platform]), security),
      [approved("pat", [leads, platform, security])],
      false,
    ],
    [
      "the owner of all and another",
      allOf(ownersOf([leads], [platform]), security),
      [approved("pat", [leads, platform, security]), approved("sue", [security])],
      true,
    ],
    [
      "two owners, one of whom is spared by the other, for the third",
      allOf(ownersOf([leads], [platform]), security),
      [approved("sue", [security, leads]), approved("pat", [leads, platform])],
      true,
    ],
    [
      "nobody of a tier that was not open",
      escalating(allOf(security, leads), [chiefs]),
      [approved("cy", [chiefs], 0)],
      false,
    ],
    [
      "anybody of a tier that was open, alone",
      escalating(allOf(security, leads), [chiefs]),
      [approved("cy", [chiefs], 1)],
      true,
    ],
    [
      "one of allOf alone only when a tier names them that was open",
      escalating(allOf(security, leads), [chiefs], [leads]),
      [approved("bob", [leads], 1)],
      false,
    ],
    [
      "the owners of one of two targets, by whose tier they decide theirs alone",
      escalating(anyOf(security), [ownersOf([leads], [platform])]),
      [approved("bob", [leads], 1)],
      false,
    ],
    [
      "the owners of both targets by their tier",
      escalating(anyOf(security), [ownersOf([leads], [platform])]),
      [approved("bob", [leads], 1), approved("pat", [platform], 1)],
      true,
    ],
    [
      "the owners of both by their tier, though one spoke before it was open",
      escalating(allOf(security, leads), [ownersOf([leads], [platform])]),
      [approved("bob", [leads], 0), approved("pat", [platform], 1)],
      true,
    ],
    [
      "no owners by a tier that was not open for any of them",
      escalating(allOf(security, leads), [ownersOf([leads], [platform])]),
      [approved("bob", [leads], 0), approved("pat", [platform], 0)],
      false,
    ],
    [
      "one alone beside the owners in a tier",
      escalating(anyOf(security), [ownersOf([leads], [platform]), chiefs]),
      [approved("cy", [chiefs], 1)],
      true,
    ],
    ["nobody for whoever is nobody, of anyOf", anyOf(nobodyNow), [approved("bob", [leads])], false],
    ["nobody for whoever is nobody, of allOf", allOf(leads, nobodyNow), [approved("bob", [leads])], false],
    ["the others where one is nobody", anyOf(nobodyNow, leads), [approved("bob", [leads])], true],
    [
      "one of allOf alone when their tier was open",
      escalating(allOf(security, leads), [chiefs], [leads]),
      [approved("bob", [leads], 2)],
      true,
    ],
  ])("%s", (_, step, approvals, decides) => {
    expect(isApproved(step, approvals)).toBe(decides);
    expect(isApproved(step, approvals.toReversed())).toBe(decides);
    const turned = "allOf" in step ? { ...step, allOf: step.allOf.toReversed() } : step;
    expect(isApproved(turned, approvals)).toBe(decides);
    expect(isApproved(turned, approvals.toReversed())).toBe(decides);
  });

  it("is found soon, however many of one group approve of what needs more of them", () => {
    const many = Array.from({ length: 40 }, (_, index) => approved(`p${String(index)}`, [leads]));
    const step = allOf(...Array.from({ length: 40 }, () => leads), security);
    expect(isApproved(step, many)).toBe(false);
    expect(isApproved(step, [...many, approved("sue", [security])])).toBe(true);
  });
});

/* Properties: few parties and few people, so that they meet. */

const anyParty = fc.constantFrom(security, platform, leads, chiefs, user("p0"), user("p1"));
const anyApprover: fc.Arbitrary<RequestApprover> = fc.oneof(
  { weight: 3, arbitrary: anyParty },
  { weight: 1, arbitrary: fc.constantFrom("p0", "p1", "p2").map(manager) },
  { weight: 1, arbitrary: fc.constant(nobodyNow) },
  {
    weight: 2,
    arbitrary: fc
      .array(fc.array(anyParty, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
      .map((sets) => ownersOf(...sets)),
  },
);
const someApprovers = fc.array(anyApprover, { minLength: 1, maxLength: 4 });
const anyStep: fc.Arbitrary<RequestStep> = fc
  .tuple(
    someApprovers,
    fc.boolean(),
    fc.array(fc.array(anyApprover, { minLength: 1, maxLength: 2 }), { maxLength: 3 }),
  )
  .map(([approvers, isAny, tiers]) => {
    const step = isAny ? anyOf(...approvers) : allOf(...approvers);
    return tiers.length === 0 ? step : escalating(step, ...tiers);
  });
const someApprovals = fc
  .uniqueArray(
    fc.tuple(
      fc.constantFrom("p0", "p1", "p2", "p3", "p4"),
      fc.subarray([security, platform, leads, chiefs]),
      fc.nat(3),
    ),
    { selector: ([person]) => person, maxLength: 5 },
  )
  .map((all) => all.map(([person, groups, open]) => approved(person, [user(person), ...groups], open)));

/** Every way in which the people can be given to the approvers, each to one of them or to none. */
const isApprovedByTrying = (step: RequestStep, approvals: readonly Approved[]): boolean => {
  const isOf = (parties: readonly Party[], { as }: Approved) =>
    parties.some((party) => as.has(partyKey(party)));
  const suffices = (approver: RequestApprover, people: readonly Approved[]) =>
    needsOf(approver).every((need) => people.some((one) => isOf(need, one)));
  const byTier = (step.escalation?.tiers ?? []).some((tier, index) =>
    tier.some(
      (approver) =>
        suffices(approver, approvals) &&
        approvals.some((one) => one.tiersOpen > index && isOf(needsOf(approver).flat(), one)),
    ),
  );
  if (byTier) return true;
  if ("anyOf" in step) return step.anyOf.some((approver) => suffices(approver, approvals));
  const places = step.allOf.length + 1;
  const ways = places ** approvals.length;
  return Array.from({ length: ways }, (_, way) => way).some((way) =>
    step.allOf.every((approver, place) =>
      suffices(
        approver,
        approvals.filter((_one, person) => Math.floor(way / places ** person) % places === place),
      ),
    ),
  );
};

describe("whether a step is approved", () => {
  it("is what trying all ways of sharing the people out says", () => {
    fc.assert(
      fc.property(anyStep, someApprovals, (step, approvals) => {
        expect(isApproved(step, approvals)).toBe(isApprovedByTrying(step, approvals));
      }),
      { numRuns: 500 },
    );
  });

  it("stays so when somebody else approves too", () => {
    fc.assert(
      fc.property(anyStep, someApprovals, fc.nat(), (step, approvals, place) => {
        const fewer = approvals.filter((_, index) => index !== place % Math.max(1, approvals.length));
        if (isApproved(step, fewer)) expect(isApproved(step, approvals)).toBe(true);
      }),
      { numRuns: 500 },
    );
  });

  it("is never so by people whom it does not name", () => {
    fc.assert(
      fc.property(anyStep, someApprovals, (step, approvals) => {
        const named = new Set(allPartiesOf(step).map(partyKey));
        const others = approvals.filter(({ as }) => [...as].every((key) => !named.has(key)));
        expect(isApproved(step, others)).toBe(false);
      }),
    );
  });

  it("needs as many people as allOf has, unless a tier is open", () => {
    fc.assert(
      fc.property(someApprovers, someApprovals, (approvers, approvals) => {
        if (isApproved(allOf(...approvers), approvals)) {
          expect(approvals.length).toBeGreaterThanOrEqual(approvers.length);
        }
      }),
    );
  });
});

describe("the steps of a request", () => {
  const flowStep = (approvers: Approver[], joiner: "anyOf" | "allOf", tiers?: Approver[][]): FlowStep => {
    const common = {
      withinSeconds: 3600,
      ...(tiers === undefined ? {} : { escalation: { afterSeconds: 1800, tiers } }),
    };
    return joiner === "anyOf" ? { anyOf: approvers, ...common } : { allOf: approvers, ...common };
  };
  const owner = { type: "owner" } as const;
  const boss = { type: "manager" } as const;
  const known: ResolvedApprovers = {
    owners: [
      { parties: [leads], because: "tag of account 1" },
      { parties: [platform, user("pat")], because: "tag of account 2" },
      { parties: [leads], because: "tag of account 3" },
    ],
    manager: { user: user("mia") },
  };
  const nobody: ResolvedApprovers = {
    owners: [{ parties: [leads], because: "tag" }, { nobody: "account 2 has no owner" }],
    manager: { nobody: "no manager" },
  };

  it("name each set of owners once, with all that is theirs and why, and the manager", () => {
    expect(resolveSteps([flowStep([owner, boss, security], "anyOf")], known)).toEqual({
      steps: [
        {
          anyOf: [
            {
              type: "owner",
              of: [
                { anyOf: [leads], targets: [0, 2], because: "tag of account 1; tag of account 3" },
                { anyOf: [platform, user("pat")], targets: [1], because: "tag of account 2" },
              ],
            },
            { type: "manager", user: user("mia") },
            security,
          ],
          withinSeconds: 3600,
        },
      ],
    });
  });

  it.each<readonly [string, FlowStep, { readonly step: number; readonly reason: string } | "resolved"]>([
    ["anyOf with somebody left", flowStep([owner, boss, security], "anyOf"), "resolved"],
    [
      "anyOf with nobody left",
      flowStep([owner, boss], "anyOf"),
      { step: 2, reason: "account 2 has no owner; no manager" },
    ],
    ["allOf without one", flowStep([security, boss], "allOf"), { step: 2, reason: "no manager" }],
    ["a tier without anybody", flowStep([security], "anyOf", [[boss], [chiefs]]), "resolved"],
    [
      "a tier is no way out of a step that nobody decides",
      flowStep([boss], "anyOf", [[chiefs]]),
      { step: 2, reason: "no manager" },
    ],
  ])("where somebody is not there: %s", (_, step, outcome) => {
    const found = resolveSteps([flowStep([leads], "anyOf"), step], nobody);
    expect("unresolved" in found ? found.unresolved : "resolved").toEqual(outcome);
  });

  it("keep the places of those who are not there: tiers open no earlier, and whoever they are later may decide", () => {
    const found = resolveSteps([flowStep([boss, security], "anyOf", [[boss], [chiefs, owner]])], nobody);
    expect(found).toEqual({
      steps: [
        {
          anyOf: [{ type: "nobody", as: "manager", because: "no manager" }, security],
          withinSeconds: 3600,
          escalation: {
            afterSeconds: 1800,
            tiers: [
              [{ type: "nobody", as: "manager", because: "no manager" }],
              [chiefs, { type: "nobody", as: "owner", because: "account 2 has no owner" }],
            ],
          },
        },
      ],
    });
  });

  it("are plain where any one person decides them", () => {
    expect(isPlain(anyOf(security, manager("mia"), ownersOf([leads])))).toBe(true);
    expect(isPlain(anyOf(security, ownersOf([leads], [platform])))).toBe(false);
    expect(isPlain(allOf(security))).toBe(false);
    expect(isPlain(escalating(anyOf(security), [chiefs]))).toBe(true);
    expect(isPlain(escalating(anyOf(security), [ownersOf([leads], [platform])]))).toBe(false);
  });
});

const said = (
  person: string,
  step: number,
  { decision = "approve", as, open }: { decision?: "approve" | "reject"; as?: Party[]; open?: number } = {},
): Decision => ({
  step,
  by: aPerson(person),
  decision,
  ...(as === undefined ? {} : { as: as.map(partyKey) }),
  ...(open === undefined ? {} : { tiersOpen: open }),
  at: timestamp(now),
});

const approvalOf = (steps: RequestStep[], overrides: Partial<Approval> = {}): Approval => ({
  steps,
  asked: [],
  requesterCanApproveSelf: false,
  decisions: [],
  ...overrides,
});

describe("the step that waits", () => {
  it.each<readonly [string, RequestStep[], Decision[], number]>([
    ["of two, at first", [anyOf(leads), anyOf(security)], [], 0],
    ["after the first is approved", [anyOf(leads), anyOf(security)], [said("bob", 0)], 1],
    ["as an earlier version kept its approval", [anyOf(leads)], [said("bob", 0)], 1],
    ["after a rejection", [anyOf(leads)], [said("bob", 0, { decision: "reject" })], 0],
    ["after one of all", [allOf(leads, security)], [said("bob", 0, { as: [leads] })], 0],
    [
      "after all of all",
      [allOf(leads, security)],
      [said("bob", 0, { as: [leads] }), said("sue", 0, { as: [security] })],
      1,
    ],
    [
      "after a tier's, when it was open",
      [escalating(allOf(leads, security), [chiefs])],
      [said("cy", 0, { as: [chiefs], open: 1 })],
      1,
    ],
    [
      "after one of all whom a later tier names",
      [escalating(allOf(leads, security), [leads])],
      [said("bob", 0, { as: [leads] })],
      0,
    ],
  ])("%s", (_, steps, decisions, index) => {
    expect(currentStepIndex(approvalOf(steps, { decisions }))).toBe(index);
  });

  it("waits for the new owner, though one of the owners before has approved", () => {
    // Bob owned one of two targets when he approved; since then both have become the platform team's.
    const bob = [said("bob", 0, { as: [leads] })];
    expect(currentStepIndex(approvalOf([anyOf(ownersOf([leads], [platform]))], { decisions: bob }))).toBe(0);
    expect(currentStepIndex(approvalOf([anyOf(ownersOf([platform]))], { decisions: bob }))).toBe(0);
  });
});

describe("who has decided", () => {
  const approval = approvalOf([anyOf(leads), anyOf(leads)], { decisions: [said("bob", 0)] });

  it("decides no other step, unless one person may decide several", () => {
    expect(hasDecided(approval, aUserId("bob"))).toBe(true);
    expect(hasDecided(approval, aUserId("ann"))).toBe(false);
    expect(hasDecided({ ...approval, sameApproverInSeveralSteps: true }, aUserId("bob"))).toBe(false);
  });

  it("never decides the same step twice", () => {
    const all = approvalOf([allOf(leads, leads)], {
      decisions: [said("bob", 0, { as: [leads] })],
      sameApproverInSeveralSteps: true,
    });
    expect(hasDecided(all, aUserId("bob"))).toBe(true);
  });
});

describe("escalation", () => {
  const step = escalating(anyOf(leads), [security], [chiefs]);
  const begun = beginStep(approvalOf([step]), now);

  it("counts from when its step began, and says nothing of one that does not escalate", () => {
    expect(begun.since).toBe(timestamp(now));
    expect(beginStep(approvalOf([anyOf(leads)], { since: timestamp(now), tiersAnnounced: 2 }), now)).toEqual(
      approvalOf([anyOf(leads)]),
    );
    const next = beginStep({ ...begun, tiersAnnounced: 2 }, after(60));
    expect(next).toEqual({ ...begun, since: timestamp(after(60)) });
  });

  it.each([
    [-1, 0, [leads]],
    [0, 0, [leads]],
    [30 * MINUTE - 1, 0, [leads]],
    [30 * MINUTE, 1, [leads, security]],
    [60 * MINUTE - 1, 1, [leads, security]],
    [60 * MINUTE, 2, [leads, security, chiefs]],
    [600 * MINUTE, 2, [leads, security, chiefs]],
  ])("after %d seconds has %d tiers open", (seconds, open, parties) => {
    expect(tiersOpen(begun, after(seconds))).toBe(open);
    expect(partiesNow(begun, after(seconds))).toEqual(parties);
  });

  it("opens no tier of a step whose beginning nobody knows, nor when nothing waits", () => {
    expect(tiersOpen(approvalOf([step]), after(600 * MINUTE))).toBe(0);
    expect(nextEscalation(approvalOf([step]))).toBeUndefined();
    const over = { ...begun, decisions: [said("bob", 0)] };
    expect(tiersOpen(over, after(600 * MINUTE))).toBe(0);
    expect(nextEscalation(over)).toBeUndefined();
  });

  it("lets people speak as members of a tier only once it is open", () => {
    const inBoth = new Set([aGroupId("leads"), aGroupId("chiefs")]);
    expect(speaksAs(begun, aUserId("cy"), inBoth, after(59 * MINUTE))).toEqual([partyKey(leads)]);
    expect(speaksAs(begun, aUserId("cy"), inBoth, after(60 * MINUTE))).toEqual([leads, chiefs].map(partyKey));
  });

  it("is looked at again when the next tier opens that nobody was told of, and at the deadline", () => {
    const deadline = secondsAfter(now, 24 * 3600);
    const look = (tiersAnnounced?: number, until = deadline) =>
      nextLook({
        approval: { ...begun, ...(tiersAnnounced === undefined ? {} : { tiersAnnounced }) },
        deadline: until,
      });
    expect(look()).toBe(secondsAfter(now, 30 * MINUTE));
    expect(look(1)).toBe(secondsAfter(now, 60 * MINUTE));
    expect(look(2)).toBe(deadline);
    expect(look(1, secondsAfter(now, 50 * MINUTE))).toBe(secondsAfter(now, 50 * MINUTE));
  });

  it("never takes anybody away, and opens a tier exactly when somebody is told to look", () => {
    fc.assert(
      fc.property(anyStep, fc.nat(200 * MINUTE), fc.nat(200 * MINUTE), (any, seconds, more) => {
        const approval = beginStep(approvalOf([any]), now);
        const before = partiesNow(approval, after(seconds)).map(partyKey);
        expect(partiesNow(approval, after(seconds + more)).map(partyKey)).toEqual(
          expect.arrayContaining(before),
        );
        expect(before).toEqual(expect.arrayContaining(partiesOf(any).map(partyKey)));
        const open = tiersOpen(approval, after(seconds));
        const next = nextEscalation(open === 0 ? approval : { ...approval, tiersAnnounced: open });
        if (next === undefined) expect(open).toBe(any.escalation?.tiers.length ?? 0);
        else {
          expect(Date.parse(next)).toBeGreaterThan(after(seconds).getTime());
          expect(tiersOpen(approval, new Date(next))).toBe(open + 1);
          expect(tiersOpen(approval, new Date(Date.parse(next) - 1))).toBe(open);
        }
      }),
    );
  });
});
