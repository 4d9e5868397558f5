import type { Step } from "../history.ts";
import type { ApproverTerm, FlowTerms } from "../policy.ts";
import type { Mutant } from "./mutant.ts";

const MINUTE = 60_000;

/** A flow for staging, and somebody who asks by it once it is in effect. */
const askedBy = (
  terms: Omit<FlowTerms, "extensionNeedsApproval">,
  request: {
    readonly who: "farid" | "bruno" | "alice" | "chidi";
    readonly forWhom?: "farid";
    readonly alsoIn?: "sandbox";
  },
): readonly Step[] => [
  {
    n: 0,
    when: { at: 0 },
    what: {
      do: "change-flow",
      who: "tara",
      flow: "staging",
      terms: { extensionNeedsApproval: true, ...terms },
    },
  },
  {
    n: 1,
    when: { at: MINUTE },
    what: { do: "request", account: "staging", permissionSets: ["ReadOnly"], seconds: 900, ...request },
  },
];

const anyOf = (...approvers: readonly ApproverTerm[]) => ({ needs: "any" as const, approvers });

const decides = (n: number, who: "farid" | "grace", by: number): Step => ({
  n,
  when: { after: "made", of: 1, by },
  what: { do: "decide", of: 1, who, decision: "approve" },
});

/** Defects of who may ask, and who has to agree. */
export const deciding: readonly Mutant[] = [
  {
    name: "all-of-is-any-of",
    breaks: "one of several who all have to agree is enough",
    expected: [4],
    patches: [
      {
        file: "lambdas/core/domain/approval-step.ts",
        find: `    : canBeShared(step.allOf, approvals));`,
        replace: `    : step.allOf.some((approver) => isGiven(approver, approvals)));`,
      },
    ],
  },
  {
    name: "one-owner-for-all",
    breaks: "the owner of one of the accounts agrees to access to the others",
    expected: [4],
    steps: [
      {
        n: 3,
        when: { at: 0 },
        what: {
          do: "change-named",
          who: "tara",
          content: {
            kind: "bundle",
            name: "staging",
            accounts: ["staging", "sandbox"],
            permissionSets: ["ReadOnly"],
          },
        },
      },
      ...askedBy({ steps: [anyOf("owner")], targetsBy: "bundle" }, { who: "alice", alsoIn: "sandbox" }),
      decides(2, "grace", 20_000),
    ],
    patches: [
      {
        file: "lambdas/core/domain/approval-step.ts",
        find: `  needsOf(approver).every((need) =>`,
        replace: `  needsOf(approver).some((need) =>`,
      },
    ],
  },
  {
    name: "one-person-agrees-for-all",
    breaks: "somebody who is two of those who all have to agree agrees for both",
    expected: [4],
    patches: [
      {
        file: "lambdas/core/domain/sharing.ts",
        find: `  return needs.every((_need, place) => find(place, new Set()));`,
        replace: `  return needs.every((need, place) => need.size > 0 || find(place, new Set()));`,
      },
    ],
  },
  {
    name: "one-approval-counts-twice",
    breaks: "what was said on a step counts for the next one, too",
    expected: [4],
    patches: [
      {
        file: "lambdas/core/domain/approval.ts",
        find: `  decisions.filter((decision) => decision.step === step);`,
        replace: `  decisions.filter((decision) => decision.step <= step);`,
      },
    ],
  },
  {
    name: "one-person-decides-every-step",
    breaks: "whoever is an approver of two steps decides both, whatever the flow says",
    expected: [4],
    patches: [
      {
        file: "lambdas/core/domain/approval.ts",
        find: `      (approval.sameApproverInSeveralSteps !== true || decision.step === step),`,
        replace: `      decision.step === step,`,
      },
    ],
  },
  {
    name: "decides-what-was-not-seen",
    breaks: "whoever decides what they have looked at a while ago decides the step that has come since",
    expected: [4],
    steps: [
      ...askedBy({ steps: [anyOf({ group: "leads" }), anyOf({ group: "leads" })] }, { who: "alice" }),
      {
        n: 2,
        when: { after: "made", of: 1, by: 10_000 },
        what: { do: "decide", of: 1, who: "hiro", decision: "approve", thinksFor: 300 },
      },
      decides(3, "grace", MINUTE),
    ],
    patches: [
      {
        file: "lambdas/core/use-cases/may-decide.ts",
        find: `  if (named === waits) return;`,
        replace: `  if (named <= waits) return;`,
      },
    ],
  },
  {
    name: "escalation-opens-at-once",
    breaks: "the people of a tier decide without waiting for anybody",
    expected: [4],
    patches: [
      {
        file: "lambdas/core/domain/approval.ts",
        find: `Math.floor(passed / escalation.afterSeconds)`,
        replace: `Math.floor(passed / escalation.afterSeconds) + 1`,
      },
    ],
  },
  {
    name: "tier-takes-earlier-words",
    breaks: "one of several who all have to agree decides alone, being of a tier that is not open yet",
    expected: [4],
    patches: [
      {
        file: "lambdas/core/domain/approval.ts",
        find: `      tiersOpen: open,`,
        replace: `      tiersOpen: open + 5,`,
      },
    ],
  },
  {
    name: "owner-approves-own-request",
    breaks: "whoever owns what they ask for agrees to it themselves",
    expected: [4],
    steps: [...askedBy({ steps: [anyOf("owner")] }, { who: "farid" }), decides(2, "farid", 20_000)],
    patches: [
      {
        file: "lambdas/core/domain/approval.ts",
        find: `  if (requester.userId === person) return "requester";`,
        replace: `  if (named && JSON.stringify(currentStep(approval)).includes('"owner"')) return "approver";`,
      },
      {
        file: "lambdas/core/use-cases/may-decide.ts",
        find: `  if (request.requester.userId === caller.userId && !approval.requesterCanApproveSelf) {`,
        replace: `  if (memberships.size < 0) {`,
      },
    ],
  },
  {
    name: "beneficiary-approves",
    breaks: "whoever gets what another asked for agrees to it",
    expected: [4],
    steps: [
      ...askedBy({ steps: [anyOf({ group: "leads" })], forOthers: true }, { who: "bruno", forWhom: "farid" }),
      decides(2, "farid", 20_000),
    ],
    patches: [
      {
        file: "lambdas/core/domain/approval.ts",
        find: `principal.type === "USER" ? principal.id === person :`,
        replace: `principal.type === "USER" ? false :`,
      },
    ],
  },
  {
    name: "manager-of-yesterday",
    breaks: "who managed or owned what when it was asked for decides, and not who does now",
    expected: [4],
    steps: [
      ...askedBy({ steps: [anyOf("manager")] }, { who: "alice" }),
      {
        n: 2,
        when: { after: "made", of: 1, by: MINUTE },
        what: { do: "change-manager", who: "alice", manager: "zoe" },
      },
      decides(3, "grace", 2 * MINUTE),
    ],
    patches: [
      {
        file: "lambdas/core/use-cases/evaluation/fresh-approvers.ts",
        find: `  if (waiting === undefined) return approval;`,
        replace: `  if (waiting === undefined || index >= 0) return approval;`,
      },
    ],
  },
  {
    name: "automatic-up-to-the-limit",
    breaks: "access as long as the limit of what needs no approval needs none either",
    expected: [4],
    patches: [
      {
        file: "lambdas/core/domain/automatic-approval.ts",
        find: `verdictOf(seconds < condition.seconds)`,
        replace: `verdictOf(seconds <= condition.seconds)`,
      },
    ],
  },
  {
    name: "no-second-administrator",
    breaks:
      "an administrator asks by what they have just written themselves (the four-eyes rule that peers lack)",
    expected: [14],
    patches: [
      {
        file: "lambdas/core/domain/configuration/confirmation.ts",
        find: `): boolean => !secondAdministrator || !unconfirmedEditors.includes(userId);`,
        replace: `): boolean => !secondAdministrator || unconfirmedEditors.length < 9 || userId === "";`,
      },
    ],
  },
  {
    name: "inactive-flows-serve",
    breaks: "people ask by a flow that was taken out of service",
    expected: [14],
    patches: [
      {
        file: "lambdas/core/domain/flow-conditions.ts",
        find: `    check: ({ active }) => verdictOf(active ?? true),`,
        replace: `    check: () => verdictOf(true),`,
      },
    ],
  },
  {
    name: "waits-without-its-flow",
    breaks: "what waits under a flow that was taken out of service waits on until its deadline",
    expected: [17],
    steps: [
      ...askedBy({ steps: [anyOf({ group: "leads" })] }, { who: "alice" }),
      {
        n: 2,
        when: { after: "made", of: 1, by: MINUTE },
        what: {
          do: "change-flow",
          who: "tara",
          flow: "staging",
          terms: { steps: [anyOf({ group: "leads" })], extensionNeedsApproval: true, inactive: true },
        },
      },
    ],
    patches: [
      {
        file: "lambdas/core/use-cases/sweep/requests-without-flow.ts",
        find: `!serving.has(request.flow.name) ||`,
        replace: `(!serving.has(request.flow.name) && serving.size > 99) ||`,
      },
    ],
  },
  {
    name: "beneficiary-s-own-flow",
    breaks: "somebody else asks for an administrator by what that one has just written",
    expected: [14],
    steps: [
      {
        n: 0,
        when: { at: 0 },
        what: {
          do: "change-flow",
          who: "chidi",
          flow: "staging",
          terms: { steps: [], extensionNeedsApproval: true, forOthers: true },
        },
      },
      {
        n: 1,
        when: { at: MINUTE },
        what: {
          do: "request",
          who: "alice",
          forWhom: "chidi",
          account: "staging",
          permissionSets: ["ReadOnly"],
          seconds: 900,
        },
      },
    ],
    patches: [
      {
        file: "lambdas/core/domain/vouched-for.ts",
        find: `[ask.requester, ask.beneficiary ?? ask.requester]`,
        replace: `[ask.requester]`,
      },
    ],
  },
  {
    name: "colleague-asks-for-the-group",
    breaks:
      "a colleague asks, as ever, for a group that an administrator is in who has just changed the flow",
    expected: [14],
    steps: [
      {
        n: 0,
        when: { at: 0 },
        what: {
          do: "change-flow",
          who: "chidi",
          flow: "staging",
          terms: { steps: [], extensionNeedsApproval: true },
        },
      },
      {
        n: 1,
        when: { at: MINUTE },
        what: {
          do: "request",
          who: "alice",
          group: "engineers",
          account: "staging",
          permissionSets: ["ReadOnly"],
          seconds: 900,
        },
      },
    ],
    patches: [
      {
        file: "lambdas/core/domain/vouched-for.ts",
        find: `verdictOf(!isMember);`,
        replace: `verdictOf(true);`,
      },
    ],
  },
  {
    name: "asked-ahead-is-asked-once",
    breaks: "what somebody asked for ahead begins although they have left whom it is for",
    expected: [14],
    steps: [
      {
        n: 0,
        when: { at: 0 },
        what: {
          do: "request",
          who: "chidi",
          account: "sandbox",
          permissionSets: ["ReadOnly"],
          seconds: 900,
          startInSeconds: 1_800,
        },
      },
      { n: 1, when: { at: 10 * MINUTE }, what: { do: "leave-group", who: "chidi", group: "engineers" } },
    ],
    patches: [
      {
        file: "lambdas/core/use-cases/evaluation/judge-at-start.ts",
        find: `    if (atStart === undefined) return undefined;`,
        replace: `    if (atStart === undefined || flow.version < 99) return undefined;`,
      },
    ],
  },
  {
    name: "short-again-and-again",
    breaks: "who asks for a short while again and again never needs anybody",
    expected: [4],
    steps: [
      ...askedBy({ steps: [anyOf({ group: "leads" })], automaticBelowMinutes: 16 }, { who: "alice" }),
      {
        n: 2,
        when: { after: "expiry", of: 1, by: MINUTE },
        what: {
          do: "request",
          who: "alice",
          account: "staging",
          permissionSets: ["ReadOnly"],
          seconds: 900,
        },
      },
    ],
    patches: [
      {
        file: "lambdas/core/domain/how-long.ts",
        find: `  return stretchSeconds({ from: since, until }, around);`,
        replace: `  return stretchSeconds({ from: since, until }, around.slice(0, 0));`,
      },
    ],
  },
  {
    name: "rule-and-decision",
    breaks: "an administrator writes who decides, and decides by it before anybody has vouched for that",
    expected: [4],
    steps: [
      ...askedBy({ steps: [anyOf({ group: "admins" })] }, { who: "alice" }),
      {
        n: 2,
        when: { after: "made", of: 1, by: MINUTE },
        what: { do: "decide", of: 1, who: "tara", decision: "approve" },
      },
    ],
    patches: [
      {
        file: "lambdas/core/domain/approval.ts",
        find: `approval.unconfirmedEditors?.includes(person) === true`,
        replace: `approval.unconfirmedEditors?.includes(person) === null`,
      },
    ],
  },
  {
    name: "one-owner-by-tier",
    breaks: "of a tier that asks the owners one decides for all of them",
    expected: [4],
    steps: [
      {
        n: 3,
        when: { at: 0 },
        what: {
          do: "change-named",
          who: "tara",
          content: {
            kind: "bundle",
            name: "staging",
            accounts: ["staging", "sandbox"],
            permissionSets: ["ReadOnly"],
          },
        },
      },
      ...askedBy(
        {
          steps: [{ ...anyOf({ user: "hiro" }), escalation: { afterMinutes: 5, tiers: [["owner"]] } }],
          targetsBy: "bundle",
        },
        { who: "alice", alsoIn: "sandbox" },
      ),
      decides(2, "grace", 6 * MINUTE),
    ],
    patches: [
      {
        file: "lambdas/core/domain/approval-step.ts",
        find: `isGiven(approver, approvals) && isTouched(approver, since)`,
        replace: `isTouched(approver, since)`,
      },
    ],
  },
  {
    name: "approval-outlives-its-flow",
    breaks: "what is approved under a flow that is gone is granted, until somebody looks at what waits",
    expected: [17],
    steps: [
      ...askedBy({ steps: [anyOf({ group: "leads" })] }, { who: "alice" }),
      {
        n: 3,
        when: { after: "made", of: 1, by: MINUTE },
        what: {
          do: "change-flow",
          who: "tara",
          flow: "staging",
          terms: { steps: [anyOf({ group: "leads" })], extensionNeedsApproval: true, inactive: true },
        },
      },
      decides(2, "grace", 3 * MINUTE),
    ],
    patches: [
      {
        file: "lambdas/core/use-cases/decide-request.ts",
        find: `      look.withdrawal = await whyNothingIsGiven(dependencies, request, input);`,
        replace: `      await whyNothingIsGiven(dependencies, request, input);`,
      },
    ],
  },
  {
    name: "tiers-of-more-time-untold",
    breaks: "nobody looks whether more time that waits is to be put before more people",
    expected: [18],
    steps: [
      ...askedBy(
        {
          steps: [
            { ...anyOf({ group: "leads" }), escalation: { afterMinutes: 5, tiers: [[{ user: "hiro" }]] } },
          ],
        },
        { who: "alice" },
      ),
      decides(2, "grace", MINUTE),
      {
        n: 3,
        when: { after: "active", of: 1, by: MINUTE },
        what: { do: "extend", of: 1, who: "alice", seconds: 900 },
      },
    ],
    patches: [
      {
        file: "lambdas/core/use-cases/sweep/requests-without-flow.ts",
        find: ` || isToBeTold(request, now),`,
        replace: ` || (request.version > 99 && isToBeTold(request, now)),`,
      },
    ],
  },
  {
    name: "tiers-untold",
    breaks: "a request's own execution does not wake when it is to be put before more people",
    expected: [18],
    steps: askedBy(
      {
        steps: [
          { ...anyOf({ group: "leads" }), escalation: { afterMinutes: 5, tiers: [[{ user: "hiro" }]] } },
        ],
      },
      { who: "alice" },
    ),
    patches: [
      {
        file: "lambdas/core/domain/approval.ts",
        find: `return escalates !== undefined && escalates < deadline ? escalates : deadline;`,
        replace: `return escalates !== undefined && escalates < deadline.slice(0, 0) ? escalates : deadline;`,
      },
    ],
  },
  {
    name: "any-hour",
    breaks: "access begins outside of the flow's hours",
    expected: [14],
    patches: [
      {
        file: "lambdas/core/domain/flow-conditions.ts",
        find: `    check: ({ timeframe }, ask) => verdictOf(timeframe === undefined || isWithin(timeframe, ask.start)),`,
        replace: `    check: () => verdictOf(true),`,
      },
    ],
  },
];
