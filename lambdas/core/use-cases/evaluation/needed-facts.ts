import {
  isResourceTarget,
  isScopeTarget,
  partyKey,
  type AccessFlow,
  type AutomaticApprovalCondition,
  type FlowTarget,
  type Party,
  type ResourceTarget,
} from "../../domain/access-flow.ts";
import type { Bundle } from "../../domain/bundle.ts";
import type { AccountId, GroupId, PermissionSetArn, RotaName } from "../../domain/ids.ts";
import { leavesOf, sidesOf, type Rule } from "../../domain/rule.ts";
import type { Target } from "../../domain/target-coverage.ts";

/** What an evaluation of flows has to know of a person, and nothing more: each part is a call or two. */
export interface NeededOfPerson {
  readonly groups: readonly GroupId[];
  /** Groups of which "not a member" lets somebody in: whether they are there has to be known. */
  readonly groupsDenied: readonly GroupId[];
  readonly attributes: boolean;
  readonly managed: readonly Party[];
  readonly rotas: readonly RotaName[];
}

/** What these flows ask about whoever makes a request. */
export const neededOfPerson = (
  flows: readonly {
    readonly requestors: AccessFlow["requestors"];
    readonly approval: Pick<AccessFlow["approval"], "automatic">;
  }[],
): NeededOfPerson => {
  const rules: readonly Rule<AutomaticApprovalCondition>[] = flows.flatMap(({ requestors, approval }) => [
    requestors,
    ...(approval.automatic === undefined ? [] : [approval.automatic]),
  ]);
  const leaves = rules.flatMap(leavesOf);
  const groups = leaves.flatMap((leaf) => (leaf.type === "group" ? [leaf.id] : []));
  const managed = leaves.flatMap((leaf) => (leaf.type === "manager-of" ? [leaf.of] : []));
  return {
    groups: [...new Set(groups)],
    groupsDenied: [
      ...new Set(
        rules
          .flatMap((rule) => sidesOf(rule))
          .flatMap(({ leaf, denied }) => (denied && leaf.type === "group" ? [leaf.id] : [])),
      ),
    ],
    attributes: leaves.some(({ type }) => type === "attribute"),
    managed: [...new Map(managed.map((party) => [partyKey(party), party])).values()],
    rotas: [...new Set(leaves.flatMap((leaf) => (leaf.type === "on-call" ? [leaf.rota] : [])))],
  };
};

/** The bundles that are named, and the targets in them. */
const targetsOf = (
  { targets }: Pick<AccessFlow, "targets">,
  bundles: readonly Bundle[],
): readonly FlowTarget[] =>
  targets.flatMap((target) => {
    if (isResourceTarget(target) || isScopeTarget(target)) return [target];
    return bundles.find(({ name }) => name === target.bundle)?.targets ?? [];
  });

/** Whether a flow names a bundle. */
export const namesBundles = (flows: readonly AccessFlow[]): boolean =>
  flows.some(({ targets }) => targets.some((target) => "bundle" in target));

/** What these flows ask about the accounts and permission sets of a request. */
export interface NeededOfTargets {
  /** Accounts whose organizational units matter. */
  readonly located: readonly AccountId[];
  /** Accounts whose tags matter. */
  readonly tagged: readonly AccountId[];
  /** Whether queries of access scopes look at the targets. */
  readonly scopes: boolean;
}

export const neededOfTargets = (
  flows: readonly {
    readonly targets: AccessFlow["targets"];
    readonly approval: Pick<AccessFlow["approval"], "automatic">;
  }[],
  bundles: readonly Bundle[],
  asked: readonly Target[],
): NeededOfTargets => {
  const all = flows.flatMap((flow) => targetsOf(flow, bundles));
  const offering = (needs: (target: ResourceTarget) => boolean): readonly AccountId[] => {
    const offered = new Set<PermissionSetArn>(
      all
        .filter(isResourceTarget)
        .filter(needs)
        .flatMap(({ permissionSets }) => permissionSets.map(({ id }) => id)),
    );
    return [
      ...new Set(
        asked
          .filter(({ permissionSetArn }) => offered.has(permissionSetArn))
          .map(({ accountId }) => accountId),
      ),
    ];
  };
  const tagsDecide = flows.some(
    ({ approval }) =>
      approval.automatic !== undefined &&
      leavesOf(approval.automatic).some(({ type }) => type === "target-tag"),
  );
  return {
    located: offering(
      ({ organizationalUnits, exclude }) =>
        organizationalUnits.length + (exclude?.organizationalUnits.length ?? 0) > 0,
    ),
    tagged: tagsDecide
      ? [...new Set(asked.map(({ accountId }) => accountId))]
      : offering(({ tags = [], exclude }) => tags.length + (exclude?.tags?.length ?? 0) > 0),
    scopes: all.some(isScopeTarget),
  };
};

/** The accounts whose organizational units matter: some flow that offers the permission set names a unit. */
export const accountsToLocate = (
  asked: readonly Target[],
  flows: readonly AccessFlow[],
): readonly AccountId[] => neededOfTargets(flows, [], asked).located;
