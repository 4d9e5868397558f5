import type { Step } from "../history.ts";
import type { Mutant } from "./mutant.ts";

/** The same access of a group, for one and then for the other. */
const twoInTurn = (secondAfterExpiry: number): readonly Step[] => {
  const shared = {
    do: "request",
    account: "sandbox",
    permissionSets: ["ReadOnly"],
    group: "engineers",
  } as const;
  return [
    { n: 0, when: { at: 0 }, what: { ...shared, who: "alice", seconds: 600 } },
    {
      n: 1,
      when: { after: "expiry", of: 0, by: secondAfterExpiry * 1_000 },
      what: { ...shared, who: "bruno", seconds: 1_800 },
    },
  ];
};

/** Defects on the way to the end of access. */
export const removing: readonly Mutant[] = [
  {
    name: "overlap-deletes",
    breaks: "the first holder's end removes it, whoever else holds it (TEAM #279, sso-elevator, Glide)",
    expected: [3],
    patches: [
      {
        file: "lambdas/core/domain/entitlement.ts",
        find: `  const isLast = Object.keys(holders).length === 0;`,
        replace: `  const isLast = true;`,
      },
    ],
  },
  {
    name: "scan-then-delete",
    breaks:
      "what was read as nobody's is deleted although somebody has taken it since (TEAM #541, sso-elevator's sweep)",
    expected: [3],
    patches: [
      {
        file: "lambdas/core/domain/entitlement.ts",
        find: `      return { do: "wait", reason: "the same access of an earlier request is being removed" };`,
        replace: `      return { do: "write", next: { ...remembered(record), version, holders: me, state: "ours" } };`,
      },
    ],
  },
  {
    name: "unconditional-holder-write",
    breaks: "holders are written without a condition on the version that was read (sso-elevator E#47)",
    expected: [1, 3],
    patches: [
      {
        file: "lambdas/adapters/dynamodb/entitlement-store.ts",
        find: `      return access.put(item, follows(next.version));`,
        replace: `
      const always = { ...follows(1), ConditionExpression: "attribute_not_exists(#pk) OR attribute_exists(#pk)" };
      return access.put(item, always);`,
      },
    ],
  },
  {
    name: "standing-access-deleted",
    breaks: "nobody looks what was there before (TEAM, sso-elevator, Glide)",
    expected: [2],
    patches: [
      {
        file: "lambdas/core/domain/entitlement.ts",
        find: `  return { ...kept, state: observed === "present" ? "standing" : "ours" };`,
        replace: `  return { ...kept, state: "ours" };`,
      },
    ],
  },
  {
    name: "no-status-poll-of-deletions",
    breaks: "a Delete that was accepted is believed to be done (TEAM)",
    expected: [1, 3],
    patches: [
      {
        file: "lambdas/providers/identity-center-account-assignment/provider.ts",
        find: `    let last = "AWS is still deleting the assignment";`,
        replace: `    return { outcome: "done" };`,
      },
    ],
  },
  {
    name: "refused-deletion-swallowed",
    breaks: "a Delete that was refused counts as done (TEAM #513: ConflictException)",
    expected: [1, 11],
    patches: [
      {
        file: "lambdas/providers/identity-center-account-assignment/provider.ts",
        find: `          return mayTryAgain(error) ? unfinished(reason) : outcomeOfRefusal(entitlement, reason);`,
        replace: `          return { outcome: "done" };`,
      },
    ],
  },
  {
    name: "revoke-needs-eligibility",
    breaks:
      "the end is refused for whoever could not ask any more, and no sweep comes by (TEAM #255, its deleted users)",
    expected: [6],
    steps: [
      {
        n: 0,
        when: { at: 0 },
        what: { do: "request", who: "alice", account: "sandbox", permissionSets: ["ReadOnly"], seconds: 900 },
      },
      { n: 1, when: { after: "active", of: 0, by: 60_000 }, what: { fault: "deleted-user", who: "alice" } },
    ],
    patches: [
      {
        file: "lambdas/core/domain/due.ts",
        find: `  !isOver(request) && overdueFrom(request) <= timestamp(now);`,
        replace: `  beginningOf(request) !== "revoke" && overdueFrom(request) <= timestamp(now);`,
      },
      {
        file: "lambdas/providers/identity-center-account-assignment/provider.ts",
        find: `          const deleted = await ssoAdmin.delete(entitlement, before);`,
        replace: `
          if (await isGone(entitlement)) return unfinished("there is no such user");
          const deleted = await ssoAdmin.delete(entitlement, before);`,
      },
    ],
  },
  {
    name: "late-create-not-looked-for",
    breaks: "an attempt that nobody saw end is not looked for once more after the removal (Glide's orphans)",
    expected: [1],
    steps: [
      {
        n: 0,
        when: { at: 0 },
        what: { do: "request", who: "alice", account: "sandbox", permissionSets: ["ReadOnly"], seconds: 900 },
      },
      { n: 1, when: { after: "active", of: 0, by: 20_000 }, what: { do: "revoke", of: 0, who: "alice" } },
      {
        n: 2,
        when: { at: 0 },
        what: {
          fault: "runs-on",
          // With the answer of the call in hand: it has written the verdict, and is about to create the access.
          point: { function: "grant-access", of: 0, invocation: 0, call: 6 },
          seconds: 250,
        },
      },
    ],
    patches: [
      {
        file: "lambdas/core/domain/entitlement.ts",
        find: `  return uncertainUntil !== undefined && uncertainUntil > timestamp(now)`,
        replace: `  return uncertainUntil === "never"`,
      },
    ],
  },
  {
    name: "gives-up",
    breaks: "three attempts, then nothing comes by any more (TEAM, sso-elevator)",
    expected: [1, 6],
    patches: [
      {
        file: "statemachines/access-request.asl.json",
        find: `          "MaxAttempts": 200,`,
        replace: `          "MaxAttempts": 3,`,
      },
      {
        file: "lambdas/core/domain/due.ts",
        find: `  !isOver(request) && overdueFrom(request) <= timestamp(now);`,
        replace: `  request.status !== "stuck" && !isOver(request) && overdueFrom(request) <= timestamp(now);`,
      },
    ],
  },
  {
    name: "turn-without-a-fence",
    breaks: "a Delete is sent after its turn is over",
    expected: [3],
    steps: [
      ...twoInTurn(60),
      {
        n: 2,
        when: { at: 0 },
        what: {
          fault: "runs-on",
          // It has read that nobody holds the access, and is about to delete it.
          point: { function: "revoke-access", of: 0, invocation: 0, call: 5 },
          seconds: 200,
        },
      },
    ],
    patches: [
      {
        file: "lambdas/core/use-cases/remove-entitlement.ts",
        find: `    const { until } = turn;
    if (until === undefined) return progress;`,
        replace: `    const until = new Date(8.64e15);`,
      },
    ],
  },
  {
    name: "turn-given-back-too-early",
    breaks:
      "a turn is given back while a Delete may still be on its way, and the next one confirms and lets somebody take it",
    expected: [3],
    steps: [
      ...twoInTurn(2),
      {
        n: 2,
        when: { at: 0 },
        what: {
          fault: "no-answer",
          // The Delete.
          point: { function: "revoke-access", of: 0, invocation: 0, call: 7 },
          arrivesAfterSeconds: 30,
        },
      },
    ],
    patches: [
      {
        file: "lambdas/core/use-cases/remove-entitlement.ts",
        find: `      if (progress.unanswered === true) turn.letRunOut();`,
        replace: ``,
      },
    ],
  },
  {
    name: "dead-holder-by-mistake",
    breaks:
      "the sweep takes an active request's hold for a dead one (sso-elevator's sweep against a fresh grant)",
    expected: [3],
    patches: [
      {
        file: "lambdas/core/use-cases/sweep/holders.ts",
        find: `request === undefined || isOver(request);`,
        replace: `request?.status !== "granting" && request?.status !== "revoking";`,
      },
    ],
  },
];
