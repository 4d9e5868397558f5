import type * as z from "zod/mini";
import { DirectoryRoles } from "../../core/contracts/roles.ts";
import type { MeSchema } from "../../core/contracts/http/me.ts";
import type { RequestView } from "../../core/contracts/http/requests.ts";
import {
  defaultSecondsOf,
  isResourceTarget,
  type AccessFlow,
  type FlowTarget,
} from "../../core/domain/access-flow.ts";
import type { AccessRequest } from "../../core/domain/access-request.ts";
import { durationText } from "../../core/domain/duration.ts";
import { extensionRulesOf } from "../../core/domain/extension.ts";
import { ruleWords, tagWords } from "../../core/domain/person-rule.ts";
import type { CallerDescription } from "../../core/use-cases/describe-caller.ts";
import type { RequestableAccounts } from "../../core/use-cases/requestable-accounts.ts";

/** The caller as the API tells them about themselves. */
export const meView = (
  { person, roles, groups, flows, bundles, accountsBelow, toApprove }: CallerDescription,
  view: (request: AccessRequest) => RequestView,
): z.input<typeof MeSchema> => ({
  userId: person.userId,
  userName: person.userName,
  administrator: roles.has("administrator"),
  roles: DirectoryRoles.filter((role) => roles.has(role)),
  groups: groups.map(({ groupId, displayName }) => ({ id: groupId, name: displayName })),
  mayRequest: flows.map((flow) => mayRequestView(flow, { bundles, accountsBelow })),
  toApprove: toApprove.map(view),
});

type Known = Pick<CallerDescription, "bundles" | "accountsBelow">;

const mayRequestView = (flow: AccessFlow, known: Known): z.input<typeof MeSchema>["mayRequest"][number] => {
  const { name, targets, duration, approval, breakGlass, settings } = flow;
  const { justificationRequired = true, justificationPattern, ticketPattern, mfaRequired = false } = settings;
  const { maxExtensions, longestSeconds, steps } = extensionRulesOf(flow);
  return {
    flow: name,
    ...(breakGlass === undefined ? {} : { breakGlass: true }),
    targets: targets.flatMap((target) => targetViews(target, known)),
    duration: {
      max: durationText(duration.maxSeconds),
      default: durationText(defaultSecondsOf(flow)),
    },
    requestFor: flow.requestFor ?? ["self"],
    ...(flow.timeframe === undefined ? {} : { timeframe: flow.timeframe }),
    asksFor: {
      justification: justificationRequired,
      ...(justificationPattern === undefined ? {} : { justificationPattern }),
      ...(ticketPattern === undefined ? {} : { ticketPattern }),
      mfa: mfaRequired,
    },
    approvals: approval.steps.length,
    ...(approval.automatic === undefined ? {} : { approvedAutomaticallyWhen: ruleWords(approval.automatic) }),
    extensions: { max: maxExtensions, duration: durationText(longestSeconds), approvals: steps.length },
  };
};

type TargetView = z.input<typeof MeSchema>["mayRequest"][number]["targets"][number];

/** A bundle is shown as the targets that it holds, each with its name. */
const targetViews = (target: FlowTarget, { bundles, accountsBelow }: Known): readonly TargetView[] => {
  if (!("bundle" in target)) return [targetView(target, accountsBelow)];
  const { bundle } = target;
  return (bundles.get(bundle) ?? []).map((held) => ({ bundle, ...targetView(held, accountsBelow) }));
};

const targetView = (
  target: Exclude<FlowTarget, { readonly bundle: unknown }>,
  accountsBelow: Known["accountsBelow"],
): TargetView => {
  if (!isResourceTarget(target)) {
    return {
      accessScope: target.accessScope,
      ...NO_RESOURCES,
      permissionSets: (target.permissionSets ?? []).map(permissionSetView),
    };
  }
  const { accounts, organizationalUnits, permissionSets, tags } = target;
  return {
    ...(tags === undefined ? {} : { tags: tags.map(tagWords) }),
    accounts,
    organizationalUnits,
    ...belowUnits(accountsBelow(organizationalUnits)),
    permissionSets: permissionSets.map(permissionSetView),
  };
};

const NO_RESOURCES = {
  accounts: [],
  organizationalUnits: [],
  accountsBelowUnits: [],
  moreAccountsBelowUnits: false,
};

const permissionSetView = ({ id, name }: { readonly id: string; readonly name: string }) => ({
  arn: id,
  name,
});

const belowUnits = ({ accounts, more }: RequestableAccounts) => ({
  accountsBelowUnits: [...accounts],
  moreAccountsBelowUnits: more,
});
