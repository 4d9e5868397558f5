import { isResourceTarget, isScopeTarget, type AccessFlow, type FlowTarget } from "./access-flow.ts";
import { tagsNotKnown } from "./inventory/known-tags.ts";
import { NOT_KNOWN } from "./query/fields.ts";
import { leavesOf } from "./rule.ts";
import { covers, targetKey, type CoverageContext, type Target } from "./target-coverage.ts";

/** Why nobody knows whether what flows give access to includes the targets, each reason once. */
export const doubtsAbout = (
  flowTargets: readonly FlowTarget[],
  targets: readonly Target[],
  context: CoverageContext,
): readonly string[] => [
  ...new Set(
    targets.flatMap((target) => {
      const verdicts = flowTargets.map((part) => ({ part, verdict: covers(part, target, context) }));
      return verdicts.some(({ verdict }) => verdict === "met")
        ? []
        : verdicts
            .filter(({ verdict }) => verdict === "unknown")
            .flatMap(({ part }) => doubtsIn(part, target, context));
    }),
  ),
];

const doubtsIn = (part: FlowTarget, target: Target, context: CoverageContext): readonly string[] => {
  const account = `account ${target.accountId}`;
  if (isResourceTarget(part)) {
    const { organizationalUnits, tags = [], exclude, integration } = part;
    const known = context.accounts.get(target.accountId);
    const asksUnits = organizationalUnits.length + (exclude?.organizationalUnits.length ?? 0) > 0;
    const asksTags = tags.length + (exclude?.tags?.length ?? 0) > 0;
    return [
      ...(integration !== undefined && known?.integration === undefined
        ? [`the inventory does not know ${account} yet`]
        : []),
      ...(asksUnits && known?.organizationalUnits === undefined
        ? [`the organizational units above ${account} are not known`]
        : []),
      ...(asksTags && known?.tags === undefined ? [tagsNotKnown(account)] : []),
    ];
  }
  if (!isScopeTarget(part)) {
    const bundle = context.bundles.get(part.bundle);
    return bundle === undefined
      ? [`there is no bundle ${part.bundle}`]
      : doubtsAbout(bundle.targets, [target], context);
  }
  const name = `access scope ${part.accessScope}`;
  const selects = context.scopes.get(part.accessScope);
  if (selects === undefined) return [`there is no ${name}`];
  const subject = context.subjects.get(targetKey(target));
  if (subject === undefined) return [`the inventory does not know ${account} or the permission set yet`];
  if (selects(subject) !== undefined) return [`${name} does not say which permissions`];
  return [
    ...(subject.resource.tags === NOT_KNOWN ? [tagsNotKnown(account)] : []),
    ...(subject.resource.path === NOT_KNOWN ? [`the unit that ${account} is in is not known yet`] : []),
  ];
};

/** Of which of the accounts automatic approval goes by tags that are not known. */
export const doubtsAboutApproval = (
  { approval }: Pick<AccessFlow, "approval">,
  targets: readonly Target[],
  { accounts }: Pick<CoverageContext, "accounts">,
): readonly string[] => {
  const { automatic } = approval;
  if (automatic === undefined || !leavesOf(automatic).some(({ type }) => type === "target-tag")) return [];
  const ids = new Set(targets.map(({ accountId }) => accountId));
  return [...ids]
    .filter((id) => accounts.get(id)?.tags === undefined)
    .map((id) => tagsNotKnown(`account ${id}`));
};
