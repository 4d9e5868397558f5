import {
  isResourceTarget,
  isScopeTarget,
  type FlowTarget,
  type ResourceTarget,
  type ScopeTarget,
  type TagMatch,
} from "./access-flow.ts";
import type { Bundle } from "./bundle.ts";
import type { AccountId, BundleName, OrganizationalUnitId, PermissionSetArn, ScopeName } from "./ids.ts";
import type { IntegrationName } from "./integration.ts";
import type { Selects } from "./query/compile-query.ts";
import { NOT_KNOWN, type QuerySubject } from "./query/fields.ts";
import { all, any, not, verdictOf, type Verdict } from "./rule.ts";

/** What access can be to: a permission set in an account. */
export interface Target {
  readonly accountId: AccountId;
  readonly permissionSetArn: PermissionSetArn;
}

/** What tells a target from every other one. */
export type TargetKey = `${AccountId}/${PermissionSetArn}`;
export const targetKey = ({ accountId, permissionSetArn }: Target): TargetKey =>
  `${accountId}/${permissionSetArn}`;

/** What is known of an account, of what flows ask about; what is absent nobody knows. */
export interface LocatedAccount {
  /** The organizational units above it and the root. */
  readonly organizationalUnits?: readonly OrganizationalUnitId[];
  readonly tags?: Readonly<Record<string, string>> | undefined;
  readonly integration?: IntegrationName;
}

/** What flows' targets mean. */
export interface CoverageContext {
  readonly accounts: ReadonlyMap<AccountId, LocatedAccount>;
  readonly bundles: ReadonlyMap<BundleName, Bundle>;
  /** The queries of access scopes. */
  readonly scopes: ReadonlyMap<ScopeName, Selects>;
  /** What queries look at, for those of the targets that the inventory knows. */
  readonly subjects: ReadonlyMap<TargetKey, QuerySubject>;
}

/** Whether what a flow gives access to includes the permission set in the account. */
export const covers = (flowTarget: FlowTarget, target: Target, context: CoverageContext): Verdict => {
  if (isResourceTarget(flowTarget)) return resourceCovers(flowTarget, target, context);
  if (isScopeTarget(flowTarget)) return scopeCovers(flowTarget, target, context);
  const bundle = context.bundles.get(flowTarget.bundle);
  return bundle === undefined ? "unknown" : any(bundle.targets, (part) => covers(part, target, context));
};

const scopeCovers = (
  { accessScope, permissionSets }: ScopeTarget,
  target: Target,
  { scopes, subjects }: CoverageContext,
): Verdict => {
  if (permissionSets !== undefined && !permissionSets.some(({ id }) => id === target.permissionSetArn))
    return "unmet";
  const selects = scopes.get(accessScope);
  const subject = subjects.get(targetKey(target));
  if (selects === undefined || subject === undefined) return "unknown";
  if (permissionSets === undefined && selectsAnyPermission(selects, subject)) return "unknown";
  const selected = selects(subject);
  return selected === undefined ? "unknown" : verdictOf(selected);
};

/**
 * Whether it selects the resource whatever the permission is. Nobody may take such a scope whole: that would be every permission
 * set there is. Saving a scope or a flow refuses it by what the other one is at that moment; of two that are saved at the same
 * time each sees the other as it was, so that only here they meet.
 */
const selectsAnyPermission = (selects: Selects, subject: QuerySubject): boolean =>
  selects({ ...subject, permission: NOT_KNOWN }) === true;

const resourceCovers = (
  flowTarget: ResourceTarget,
  { accountId, permissionSetArn }: Target,
  { accounts }: CoverageContext,
): Verdict => {
  if (!flowTarget.permissionSets.some(({ id }) => id === permissionSetArn)) return "unmet";
  const account = accounts.get(accountId) ?? {};
  const { integration, exclude } = flowTarget;
  const isOfIntegration = (): Verdict => {
    if (integration === undefined) return "met";
    return account.integration === undefined ? "unknown" : verdictOf(account.integration === integration);
  };
  const isExcluded = (): Verdict => {
    if (exclude === undefined) return "unmet";
    if (exclude.permissionSets?.some(({ id }) => id === permissionSetArn) === true) return "met";
    return isAmong(exclude, accountId, account);
  };
  return all(
    [() => isAmong(flowTarget, accountId, account), isOfIntegration, () => not(isExcluded())],
    (part) => part(),
  );
};

/** Whether the account is named, is below a unit that is, or has a tag that is. */
const isAmong = (
  {
    accounts,
    organizationalUnits,
    tags = [],
  }: Pick<ResourceTarget, "accounts" | "organizationalUnits" | "tags">,
  accountId: AccountId,
  account: LocatedAccount,
): Verdict => {
  const isBelow = (): Verdict => {
    if (organizationalUnits.length === 0) return "unmet";
    const above = account.organizationalUnits;
    return above === undefined
      ? "unknown"
      : verdictOf(organizationalUnits.some(({ id }) => above.includes(id)));
  };
  return any(
    [
      () => verdictOf(accounts.some(({ id }) => id === accountId)),
      isBelow,
      () => any(tags, (tag) => hasTag(tag, account.tags)),
    ],
    (part) => part(),
  );
};

/** Whether the tags, if they are known, have the key, with one of the values if some are named. */
export const hasTag = (
  { key, values }: TagMatch,
  tags: Readonly<Record<string, string>> | undefined,
): Verdict => {
  if (tags === undefined) return "unknown";
  if (!Object.hasOwn(tags, key)) return "unmet";
  return verdictOf(values?.includes(tags[key] ?? "") ?? true);
};
