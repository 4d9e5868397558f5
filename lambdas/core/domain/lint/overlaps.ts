import {
  isResourceTarget,
  isScopeTarget,
  takesRequests,
  type FlowStep,
  type FlowTarget,
  type PersonRule,
  type ResourceTarget,
} from "../access-flow.ts";
import { namesManager, namesOwner } from "../approval-step.ts";
import { canonicalJson } from "../hash.ts";
import type { LintedFlow } from "./configuration.ts";
import { warning, type Said } from "./finding.ts";

/*
 * A flow that another one makes useless: whoever it serves, the other serves too, and comes first: of several flows the one
 * with the fewest steps decides, of as many the first by name. One whose steps wait for an owner or a manager makes none
 * useless: where there is nobody of that kind, the next flow serves. What is compared is what the two say, not what it comes
 * to: a group within another group, or an account below a unit, is not seen.
 */
export const overshadowed = (flow: LintedFlow, flows: readonly LintedFlow[]): readonly Said[] => {
  const other = flows.find((one) => one.name !== flow.name && overshadows(one, flow));
  return other === undefined
    ? []
    : [
        warning(
          "flow-overshadowed",
          "",
          `Access flow ${other.name} lets the same people have the same for as long, and comes first (${whyFirst(other, flow)}): this flow never decides. Narrow ${other.name}, or delete this flow.`,
        ),
      ];
};

const overshadows = (wider: LintedFlow, stricter: LintedFlow): boolean =>
  takesRequests(wider) &&
  takesRequests(stricter) &&
  (wider.breakGlass === undefined) === (stricter.breakGlass === undefined) &&
  comesFirst(wider, stricter) &&
  !namesOwner(ownSteps(wider)) &&
  !namesManager(ownSteps(wider)) &&
  stricter.approval.automatic === undefined &&
  wider.duration.maxSeconds >= stricter.duration.maxSeconds &&
  (stricter.requestFor ?? ["self"]).every((one) => (wider.requestFor ?? ["self"]).includes(one)) &&
  isSameOrNothing(wider.timeframe, stricter.timeframe) &&
  asksNoMore(wider.settings, stricter.settings) &&
  includesRule(wider.requestors, stricter.requestors) &&
  stricter.targets.every((target) => wider.targets.some((other) => includesTarget(other, target)));

/** As evaluate() takes them in turn. */
const comesFirst = (a: LintedFlow, b: LintedFlow): boolean =>
  a.approval.steps.length < b.approval.steps.length ||
  (a.approval.steps.length === b.approval.steps.length && a.name < b.name);

const whyFirst = ({ approval: { steps }, ...wider }: LintedFlow, { approval }: LintedFlow): string =>
  steps.length < approval.steps.length
    ? `${String(steps.length)} instead of ${String(approval.steps.length)} steps of approval`
    : `as many steps of approval, and ${wider.name} is the first by name`;

/** Without those whom escalations add: they leave no step without anybody. */
const ownSteps = ({ approval }: LintedFlow): readonly FlowStep[] =>
  approval.steps.map(({ escalation: _escalation, ...step }) => step);

const isSameOrNothing = (a: object | string | undefined, b: object | string | undefined): boolean =>
  a === undefined || (b !== undefined && canonicalJson({ a }) === canonicalJson({ a: b }));

const asksNoMore = (wider: LintedFlow["settings"], stricter: LintedFlow["settings"]): boolean =>
  (wider.mfaRequired !== true || stricter.mfaRequired === true) &&
  (wider.justificationRequired === false || stricter.justificationRequired !== false) &&
  isSameOrNothing(wider.justificationPattern, stricter.justificationPattern) &&
  isSameOrNothing(wider.ticketPattern, stricter.ticketPattern) &&
  (wider.maxSessionSeconds === undefined ||
    (stricter.maxSessionSeconds !== undefined && wider.maxSessionSeconds >= stricter.maxSessionSeconds));

/** Whether whoever meets `narrower` meets `wider`, as far as the two say it in the same words. */
const includesRule = (wider: PersonRule, narrower: PersonRule): boolean => {
  if (canonicalJson(wider) === canonicalJson(narrower)) return true;
  if ("anyOf" in narrower) return narrower.anyOf.every((part) => includesRule(wider, part));
  if ("allOf" in wider) return wider.allOf.every((part) => includesRule(part, narrower));
  if ("anyOf" in wider && wider.anyOf.some((part) => includesRule(part, narrower))) return true;
  return "allOf" in narrower && narrower.allOf.some((part) => includesRule(wider, part));
};

const includesTarget = (wider: FlowTarget, narrower: FlowTarget): boolean => {
  if (isResourceTarget(wider)) return isResourceTarget(narrower) && includesResources(wider, narrower);
  if (isScopeTarget(wider)) {
    return (
      isScopeTarget(narrower) &&
      narrower.accessScope === wider.accessScope &&
      (wider.permissionSets === undefined ||
        (narrower.permissionSets !== undefined && isWithin(narrower.permissionSets, wider.permissionSets)))
    );
  }
  return "bundle" in narrower && narrower.bundle === wider.bundle;
};

const includesResources = (wider: ResourceTarget, narrower: ResourceTarget): boolean =>
  isSameOrNothing(wider.integration, narrower.integration) &&
  isSameOrNothing(wider.exclude, narrower.exclude) &&
  isWithin(narrower.permissionSets, wider.permissionSets) &&
  isWithin(narrower.accounts, wider.accounts) &&
  isWithin(narrower.organizationalUnits, wider.organizationalUnits) &&
  (narrower.tags ?? []).every((tag) =>
    (wider.tags ?? []).some((other) => canonicalJson(other) === canonicalJson(tag)),
  );

const isWithin = (
  items: readonly { readonly id: string }[],
  others: readonly { readonly id: string }[],
): boolean => items.every(({ id }) => others.some((other) => other.id === id));
