import { SHARES } from "../../../lambdas/adapters/admission.ts";
import { AT_ONCE } from "../../../lambdas/core/use-cases/sync/phases/assignment-stage.ts";
import type { AssignmentMethod } from "../../../lambdas/core/domain/sync.ts";
import type { OrganizationSize } from "../../../local/organization-generator/generate.ts";
import type { AwsUse } from "./counters.ts";
import type { MeasuredChanges } from "./measure-changes.ts";
import type { MeasuredPass } from "./measure.ts";
import { bestOf, type MethodCalls } from "./methods.ts";

/** Something that is held to a limit. */
export interface Check {
  readonly what: string;
  readonly measured: number;
  readonly atMost: number;
  readonly unit: string;
  readonly passed: boolean;
}

/** Everything that `npm run bench:sync` found out; printed as it is with `--json`. */
export interface SyncBenchReport {
  readonly passed: boolean;
  readonly organization: OrganizationSize;
  readonly inManagementAccount: boolean;
  readonly limits: boolean;
  readonly methods: MethodCalls;
  readonly best: AssignmentMethod;
  readonly first: MeasuredPass;
  readonly unchanged: MeasuredPass;
  readonly changes: MeasuredChanges;
  /** IAM and resources of the accounts: the first pass over them, and one in which nothing has changed. */
  readonly within: MeasuredPass;
  readonly withinUnchanged: MeasuredPass;
  readonly checks: readonly Check[];
}

/** The calls that find out who has what where. */
const ASSIGNMENT_CALLS: readonly string[] = [
  "sso:ListAccountAssignments",
  "sso:ListAccountAssignmentsForPrincipal",
  "sso:ListAccountsForProvisionedPermissionSet",
  "sso:ListPermissionSetsProvisionedToAccount",
];

/** The calls that read what a permission set is. */
const CONTENT_CALLS: readonly string[] = [
  "sso:DescribePermissionSet",
  "sso:GetInlinePolicyForPermissionSet",
  "sso:ListCustomerManagedPolicyReferencesInPermissionSet",
  "sso:ListManagedPoliciesInPermissionSet",
  "sso:ListTagsForResource",
];

const sumOf = ({ use }: MeasuredPass, operations: readonly string[]): number =>
  operations.reduce((sum, operation) => sum + (use.calls[operation] ?? 0), 0);

export const assignmentCalls = (pass: MeasuredPass): number => sumOf(pass, ASSIGNMENT_CALLS);

export const contentCalls = (pass: MeasuredPass): number => sumOf(pass, CONTENT_CALLS);

const factsWritten = ({ use }: MeasuredPass): number => use.tables.writes["inventory fact"] ?? 0;

/** Calls of AWS, without the bench's own. */
export const allCalls = ({ calls }: AwsUse): number =>
  Object.values(calls).reduce((sum, times) => sum + times, 0);

const MEGABYTE = 1_048_576;

/** The issue's: "within 1.1 × of the best of M1–M4 that the permissions allow". */
const RATIO_AT_MOST = 1.1;

/**
 * What finding out which method is the best takes, however small the organization: one round of five lists, and the list of the
 * management account, whose sets are listed in any case. From 60 calls on it is within the ratio.
 */
const CALLS_TO_FIND_OUT = AT_ONCE + 1;

const CONTENT_CALLS_OF_SET = 5;

/** "one or two calls a change, in the inventory within seconds of arrival". */
const CALLS_OF_CHANGE = 2;
const SLOWEST_SECONDS = 5;

/**
 * Half of what AWS allows, so that nothing is near its limit: a function's 15 minutes
 * (https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html), an execution's 25,000 events
 * (https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html), and the function's 512 MB (lib/functions/sync.ts).
 */
const LONGEST_SECONDS = 450;
const MOST_EVENTS = 12_500;
const LARGEST_HEAP_MEGABYTES = 256;

/** admission.ts: what the share makes in any one second. */
const MOST_IN_ONE_SECOND = SHARES.sync.perSecond + SHARES.sync.burst - 1;

export const checksOf = (
  { permissionSets }: Pick<OrganizationSize, "permissionSets">,
  bestCalls: number,
  measured: Pick<SyncBenchReport, "first" | "unchanged" | "changes" | "within" | "withinUnchanged">,
): readonly Check[] => {
  const { first, unchanged, changes, within, withinUnchanged } = measured;
  const ofIdentity = [first, unchanged];
  const passes = [...ofIdentity, within, withinUnchanged];
  const most = (of: (pass: MeasuredPass) => number) => Math.max(...passes.map(of));
  const rows: readonly Omit<Check, "passed">[] = [
    ...ofIdentity.map((pass, index) => assignmentRow(pass, bestCalls, index === 0 ? "first" : "unchanged")),
    {
      what: "calls for what a permission set is, each",
      measured: Math.max(...ofIdentity.map(contentCalls)) / permissionSets,
      atMost: CONTENT_CALLS_OF_SET,
      unit: "",
    },
    {
      what: "facts that the unchanged passes wrote",
      measured: factsWritten(unchanged) + factsWritten(withinUnchanged),
      atMost: 0,
      unit: "",
    },
    {
      what: "calls of AWS for a change",
      measured: allCalls(changes.use) / changes.changes,
      atMost: CALLS_OF_CHANGE,
      unit: "",
    },
    {
      what: "from an event until the inventory says so",
      measured: changes.slowestSeconds,
      atMost: SLOWEST_SECONDS,
      unit: "s",
    },
    {
      what: "longest invocation",
      measured: Math.max(
        most((pass) => pass.longestSeconds),
        changes.longestSeconds,
      ),
      atMost: LONGEST_SECONDS,
      unit: "s",
    },
    {
      what: "events of the longest history",
      measured: most(({ events }) => events),
      atMost: MOST_EVENTS,
      unit: "",
    },
    {
      what: "heap of the largest function",
      measured:
        Math.max(
          most(({ heap }) => heap.peak),
          changes.heap.peak,
        ) / MEGABYTE,
      atMost: LARGEST_HEAP_MEGABYTES,
      unit: "MB",
    },
    {
      what: "calls of sso-admin in any one second",
      measured: Math.max(
        most(({ use }) => use.mostInOneSecond),
        changes.use.mostInOneSecond,
      ),
      atMost: MOST_IN_ONE_SECOND,
      unit: "",
    },
    {
      what: "calls that AWS throttled",
      measured: most(({ use }) => use.throttled) + changes.use.throttled,
      atMost: 0,
      unit: "",
    },
  ];
  return rows.map((row) => ({ ...row, passed: row.measured <= row.atMost }));
};

/** In a small organization the calls that find out which method is best outweigh the ratio: they are allowed, and said. */
const assignmentRow = (pass: MeasuredPass, bestCalls: number, which: string): Omit<Check, "passed"> => {
  const withFindingOut = (bestCalls + CALLS_TO_FIND_OUT) / bestCalls;
  const allowance =
    withFindingOut > RATIO_AT_MOST ? ` (${CALLS_TO_FIND_OUT} more to find out which is best)` : "";
  return {
    what: `assignment calls over the best method's${allowance}, ${which} pass`,
    measured: assignmentCalls(pass) / bestCalls,
    atMost: Math.max(RATIO_AT_MOST, withFindingOut),
    unit: "×",
  };
};

export const reportOf = (measured: Omit<SyncBenchReport, "passed" | "best" | "checks">): SyncBenchReport => {
  const { organization, methods, inManagementAccount } = measured;
  const best = bestOf(methods, inManagementAccount);
  const checks = checksOf(organization, methods.calls[best], measured);
  return { ...measured, best, checks, passed: checks.every(({ passed }) => passed) };
};
