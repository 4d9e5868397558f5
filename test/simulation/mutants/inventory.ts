import type { PersonName } from "../cast.ts";
import { NO_STEP, type Step } from "../history.ts";
import type { Mutant } from "./mutant.ts";

const MINUTE = 60_000;

/** A minute of access, and a look at it that stands still behind one of its calls until it is long over. */
const lookedAtTooEarly = (
  point: { readonly function: "sync" | "inventory-events"; readonly call: number },
  syncAt: number,
): readonly Step[] => [
  {
    n: 0,
    when: { at: 0 },
    what: { do: "request", who: "alice", account: "sandbox", permissionSets: ["ReadOnly"], seconds: 61 },
  },
  { n: 1, when: { at: syncAt }, what: { do: "sync", who: "tara" } },
  {
    n: 2,
    when: { at: 0 },
    what: {
      fault: "runs-on",
      point: { ...point, of: NO_STEP, invocation: 0 },
      seconds: 120,
    },
  },
];

/** Somebody gets access from an administrator, of which CloudTrail tells. */
const byHand = (n: number, at: number, user: PersonName): Step => ({
  n,
  when: { at },
  what: {
    do: "add-by-hand",
    entitlement: { account: "staging", permissionSet: "ReadOnly", principal: { user } },
  },
});

/** Defects of what keeps the inventory. */
export const inventory: readonly Mutant[] = [
  {
    name: "own-doing-not-asked-about",
    breaks: "what a sync finds of assignments is written as it was seen, whatever Lockstep itself is doing",
    expected: [11],
    patches: [
      {
        file: "lambdas/core/use-cases/sync/write-assignments.ts",
        find: `      if (entitlement.version === 0) untouched.push(difference);`,
        replace: `      if (entitlement.version >= 0) untouched.push(difference);`,
      },
    ],
  },
  {
    name: "unsettled-counts-as-settled",
    breaks: "what Lockstep is granting or removing at this moment is taken for what it is",
    expected: [11],
    patches: [
      {
        file: "lambdas/core/use-cases/sync/entitlement-watch.ts",
        find: `      if (!(await isSettled(dependencies, record))) return "unsettled";`,
        replace: `      if (!(await isSettled(dependencies, record))) return { version: record.version, heldBy: [] };`,
      },
    ],
  },
  {
    name: "holder-without-its-access",
    breaks: "access is taken for a holder's before its Create is through, and told to be taken away",
    expected: [11],
    steps: [
      {
        n: 0,
        when: { at: 0 },
        what: { do: "request", who: "alice", account: "sandbox", permissionSets: ["ReadOnly"], seconds: 900 },
      },
      { n: 1, when: { after: "active", of: 0, by: 6 * MINUTE }, what: { do: "sync", who: "tara" } },
      {
        n: 2,
        when: { after: "over", of: 0, by: 0 },
        what: { fault: "slow-operations", seconds: 120, takesSeconds: 60 },
      },
      {
        n: 3,
        when: { after: "over", of: 0, by: 0 },
        what: { do: "request", who: "alice", account: "sandbox", permissionSets: ["ReadOnly"], seconds: 900 },
      },
      { n: 4, when: { after: "granting", of: 3, by: 3_000 }, what: { do: "sync", who: "tara" } },
    ],
    patches: [
      {
        file: "lambdas/core/use-cases/sync/entitlement-watch.ts",
        find: `if ((await requests.get(id))?.status === "active") return true;`,
        replace: `if ((await requests.get(id)) !== undefined) return true;`,
      },
    ],
  },
  {
    name: "confirmed-by-the-first-look",
    breaks:
      "what is doubtful is not looked at once more: the listing that is older than a grant or a revoke counts",
    expected: [11],
    // It has listed who has the permission set in the account.
    steps: lookedAtTooEarly({ function: "sync", call: 82 }, 20_000),
    patches: [
      {
        file: "lambdas/core/use-cases/sync/write-assignments.ts",
        find: `        if (isThere !== (difference.change !== "vanished")) continue;`,
        replace: `        if (!isThere && isThere) continue;`,
      },
    ],
  },
  {
    name: "confirmed-behind-its-back",
    breaks: "a record that changed between its two readings counts as one that did not",
    expected: [11],
    // It has listed that once more. A pass is begun anew meanwhile, and its older look then counts no more.
    steps: lookedAtTooEarly({ function: "inventory-events", call: 19 }, 20 * MINUTE),
    patches: [
      {
        file: "lambdas/core/use-cases/sync/write-assignments.ts",
        find: `        if (entitlement === "unsettled" || entitlement.version !== version) continue;`,
        replace: `        if (entitlement === "unsettled" || version < 0) continue;`,
      },
    ],
  },
  {
    name: "last-writer-wins",
    breaks: "an older look that is written later replaces what a later look saw",
    expected: [11],
    patches: [
      {
        file: "lambdas/adapters/dynamodb/inventory.ts",
        find: `    "attribute_not_exists(#pk) OR #observedAt < :observedAt OR (#observedAt = :observedAt AND #gone = :gone)",`,
        replace: `    "attribute_not_exists(#pk) OR #observedAt <> :observedAt OR (#observedAt = :observedAt AND #gone = :gone)",`,
      },
      {
        file: "lambdas/adapters/dynamodb/inventory.ts",
        find: `    ConditionExpression: "attribute_not_exists(#pk) OR #observedAt < :observedAt",`,
        replace: `    ConditionExpression: "attribute_not_exists(#pk) OR #observedAt <> :observedAt",`,
      },
    ],
  },
  {
    name: "unread-means-empty",
    breaks: "a pair whose listing failed counts as one that nobody has: its assignments vanish",
    expected: [11],
    steps: [
      byHand(0, 0, "alice"),
      { n: 1, when: { at: 6 * MINUTE }, what: { do: "sync", who: "tara" } },
      {
        n: 2,
        when: { at: 20 * MINUTE },
        what: { fault: "throttling", service: "sso-admin", seconds: 7_200, share: 1 },
      },
      byHand(3, 20 * MINUTE + 1_000, "bruno"),
      byHand(4, 21 * MINUTE, "chidi"),
    ],
    patches: [
      {
        file: "lambdas/core/use-cases/sync/clear.ts",
        find: `  const found = await phase.sources.assignments.assignmentsOf(pair);`,
        replace: `  const found = await phase.sources.assignments.assignmentsOf(pair).catch(() => []);`,
      },
    ],
  },
  {
    name: "nothing-vanishes",
    breaks: "what a listing does not show any more stays in the inventory",
    expected: [12],
    patches: [
      {
        file: "lambdas/core/use-cases/sync/reconcile.ts",
        find: `    ...vanished.map(({ fact }) => ({ change: "vanished" as const, fact })),
  ];`,
        replace: `    ...vanished.slice(vanished.length).map(({ fact }) => ({ change: "vanished" as const, fact })),
  ];`,
      },
    ],
  },
];
