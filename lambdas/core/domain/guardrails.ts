import { durationText } from "./duration.ts";
import type { AccountId, PermissionSetArn } from "./ids.ts";

/*
 * What no access flow can allow, whoever writes it: the deploy settings say it, and changing those takes a deployment.
 */

/** Targets that are never granted: without accounts in every account, without permission sets whichever it is. */
export type NeverGrantable =
  | { readonly accounts: readonly string[]; readonly permissionSets?: readonly string[] | undefined }
  | { readonly accounts?: undefined; readonly permissionSets: readonly string[] };

/** The deploy setting `guardrails`. */
export interface Guardrails {
  /** How long any access may last in all. */
  readonly maxDurationSeconds?: number | undefined;
  readonly neverGrantable: readonly NeverGrantable[];
}

/** What somebody would be given. */
export interface GuardedTarget {
  readonly accountId: AccountId;
  readonly permissionSetArn: PermissionSetArn;
  readonly permissionSetName: string;
}

interface Guarded {
  readonly targets: readonly GuardedTarget[];
  /** In all, extensions included. */
  readonly durationSeconds: number;
}

export type BrokenGuardrail =
  /** `target` is which of the targets. */
  | { readonly code: "never-grantable"; readonly reason: string; readonly target: number }
  | { readonly code: "duration-above-maximum"; readonly reason: string };

/** Each guardrail that stands in the way, with its reason; none when nothing does. Pure. */
export const brokenGuardrails = (
  { maxDurationSeconds, neverGrantable }: Guardrails,
  { targets, durationSeconds }: Guarded,
): readonly BrokenGuardrail[] => [
  ...targets.flatMap((target, index): readonly BrokenGuardrail[] =>
    neverGrantable.some((entry) => includes(entry, target))
      ? [{ code: "never-grantable", reason: whyNever(target), target: index }]
      : [],
  ),
  ...(maxDurationSeconds !== undefined && durationSeconds > maxDurationSeconds
    ? [{ code: "duration-above-maximum" as const, reason: whyTooLong(durationSeconds, maxDurationSeconds) }]
    : []),
];

type GuardedPermissionSet = Omit<GuardedTarget, "accountId">;

const includes = (
  { accounts, permissionSets }: NeverGrantable,
  { accountId, ...permissionSet }: GuardedTarget,
): boolean =>
  (accounts === undefined || accounts.includes(accountId)) &&
  (permissionSets === undefined || isAmong(permissionSets, permissionSet));

const isAmong = (
  permissionSets: readonly string[],
  { permissionSetArn, permissionSetName }: GuardedPermissionSet,
): boolean =>
  permissionSets.some(
    // Whoever wrote the name in another case meant this one too: a guardrail fails closed.
    (named) => named === permissionSetArn || named.toLowerCase() === permissionSetName.toLowerCase(),
  );

/** Whether the permission set is never granted, in whichever account. */
export const isNeverGranted = (
  { neverGrantable }: Pick<Guardrails, "neverGrantable">,
  permissionSet: GuardedPermissionSet,
): boolean =>
  neverGrantable.some(
    ({ accounts, permissionSets = [] }) => accounts === undefined && isAmong(permissionSets, permissionSet),
  );

const whyNever = ({ accountId, permissionSetName }: GuardedTarget): string =>
  `${permissionSetName} is never granted in account ${accountId} (deploy setting guardrails.neverGrantable)`;

const whyTooLong = (seconds: number, most: number): string =>
  `it would last ${durationText(seconds)} in all, and nothing lasts longer than ${durationText(most)} (deploy setting guardrails.maxDuration)`;
