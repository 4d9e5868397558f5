import { SHARES } from "../../../lambdas/adapters/admission.ts";
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

/** Calls of AWS, without the bench's own. */
const allCalls = ({ calls }: AwsUse): number => Object.values(calls).reduce((sum, times) => sum + times, 0);

const MEGABYTE = 1_048_576;

/** The issue's: "within 1.1 × of the best of M1–M4 that the permissions allow". */
const RATIO_AT_MOST = 1.1;

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
  { first, unchanged, changes }: Pick<SyncBenchReport, "first" | "unchanged" | "changes">,
): readonly Check[] => {
  const passes = [first, unchanged];
  const most = (of: (pass: MeasuredPass) => number) => Math.max(...passes.map(of));
  const rows: readonly Omit<Check, "passed">[] = [
    ...passes.map((pass, index) => ({
      what: `assignment calls over the best method's, ${index === 0 ? "first" : "unchanged"} pass`,
      measured: assignmentCalls(pass) / bestCalls,
      atMost: RATIO_AT_MOST,
      unit: "×",
    })),
    {
      what: "calls for what a permission set is, each",
      measured: most(contentCalls) / permissionSets,
      atMost: CONTENT_CALLS_OF_SET,
      unit: "",
    },
    {
      what: "facts that the unchanged pass wrote",
      measured: unchanged.use.tables.writes["inventory fact"] ?? 0,
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

export const reportOf = (measured: Omit<SyncBenchReport, "passed" | "best" | "checks">): SyncBenchReport => {
  const { organization, methods, inManagementAccount } = measured;
  const best = bestOf(methods, inManagementAccount);
  const checks = checksOf(organization, methods.calls[best], measured);
  return { ...measured, best, checks, passed: checks.every(({ passed }) => passed) };
};
