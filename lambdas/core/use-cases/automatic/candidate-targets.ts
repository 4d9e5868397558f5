import {
  isResourceTarget,
  isScopeTarget,
  type AccessFlow,
  type FlowTarget,
  type ResourceTarget,
  type ScopeTarget,
} from "../../domain/access-flow.ts";
import type { AccessScope } from "../../domain/access-scope.ts";
import type { Bundle } from "../../domain/bundle.ts";
import type { AccountId, PermissionSetArn } from "../../domain/ids.ts";
import { matchingAccounts, type Grantable } from "../../domain/inventory/matching-accounts.ts";
import { parseQuery } from "../../domain/query/parse-query.ts";
import type { Verdict } from "../../domain/rule.ts";
import { targetKey, type Target, type TargetKey } from "../../domain/target-coverage.ts";

/** A permission set in each of some accounts. */
interface Candidates {
  readonly permissionSetArn: PermissionSetArn;
  readonly accounts: readonly { readonly id: AccountId }[];
}

/** What says by itself which targets a flow gives. */
type Part = ResourceTarget | ScopeTarget;

/** The flow's own, and those in its bundles. */
export const partsOf = ({ targets }: AccessFlow, bundles: readonly Bundle[]): readonly Part[] =>
  targets.flatMap((target: FlowTarget): readonly Part[] => {
    if (isResourceTarget(target) || isScopeTarget(target)) return [target];
    return bundles.find(({ name }) => name === target.bundle)?.targets ?? [];
  });

/** Whether any account of the organization may be meant. */
export const asksOfAll = (part: Part): boolean =>
  isScopeTarget(part) || part.organizationalUnits.length > 0 || (part.tags ?? []).length > 0;

/** Everything that the part may give: it gives nothing else. */
export const candidatesOf = (
  part: Part,
  scopes: readonly AccessScope[],
  known: Grantable | undefined,
): readonly Candidates[] => {
  if (isResourceTarget(part)) {
    const others = asksOfAll(part) ? (known?.accounts ?? []).map(({ fact }) => fact) : [];
    const accounts = [...part.accounts, ...others];
    return part.permissionSets.map(({ id }) => ({ permissionSetArn: id, accounts }));
  }
  const scope = scopes.find(({ name }) => name === part.accessScope);
  if (scope === undefined || known === undefined) return [];
  const wanted = part.permissionSets?.map(({ id }) => id);
  const permissionSets = known.permissionSets.filter(
    ({ fact }) => wanted === undefined || wanted.includes(fact.arn),
  );
  const query = parseQuery(scope.query, { about: "permissions on resources" });
  return [...matchingAccounts(query, { accounts: known.accounts, permissionSets })].map(
    ({ permissionSet, accounts }) => ({ permissionSetArn: permissionSet.arn, accounts }),
  );
};

/**
 * The first so many that are met. Each is made when it is come to: a hundred permission sets in ten thousand accounts are a
 * million targets, and a flow that says so by mistake must not take the memory that the others' run needs.
 */
export const firstMet = (
  candidates: readonly Candidates[],
  verdict: (target: Target) => Verdict,
  most: number,
): ReadonlyMap<TargetKey, Target> => {
  const met = new Map<TargetKey, Target>();
  for (const [permissionSetArn, parts] of Map.groupBy(candidates, (one) => one.permissionSetArn)) {
    // What several parts give is judged once. Remembered of one permission set at a time: no more than there are accounts.
    const judged = new Set<AccountId>();
    for (const { id: accountId } of parts.flatMap(({ accounts }) => accounts)) {
      if (judged.has(accountId)) continue;
      judged.add(accountId);
      const target = { accountId, permissionSetArn };
      if (verdict(target) === "met") met.set(targetKey(target), target);
      if (met.size >= most) return met;
    }
  }
  return met;
};
