import type * as z from "zod/mini";
import { DirectoryRoles } from "../../core/contracts/roles.ts";
import type { MeSchema } from "../../core/contracts/http/me.ts";
import type { RequestView } from "../../core/contracts/http/requests.ts";
import { isResourceTarget, type AccessFlow, type FlowTarget } from "../../core/domain/access-flow.ts";
import type { AccessRequest } from "../../core/domain/access-request.ts";
import { durationText } from "../../core/domain/duration.ts";
import { extensionRulesOf } from "../../core/domain/extension.ts";
import { tagWords } from "../../core/domain/person-rule.ts";
import type { CallerDescription } from "../../core/use-cases/describe-caller.ts";
import type { RequestableAccounts } from "../../core/use-cases/requestable-accounts.ts";

/** The caller as the API tells them about themselves. */
export const meView = (
  { person, roles, groups, flows, accountsBelow, toApprove }: CallerDescription,
  view: (request: AccessRequest) => RequestView,
): z.input<typeof MeSchema> => ({
  userId: person.userId,
  userName: person.userName,
  administrator: roles.has("administrator"),
  roles: DirectoryRoles.filter((role) => roles.has(role)),
  groups: groups.map(({ groupId, displayName }) => ({ id: groupId, name: displayName })),
  mayRequest: flows.map((flow) => mayRequestView(flow, accountsBelow)),
  toApprove: toApprove.map(view),
});

const mayRequestView = (
  flow: AccessFlow,
  accountsBelow: CallerDescription["accountsBelow"],
): z.input<typeof MeSchema>["mayRequest"][number] => {
  const { name, targets, duration, approval, breakGlass } = flow;
  const { maxExtensions, longestSeconds, steps } = extensionRulesOf(flow);
  return {
    flow: name,
    ...(breakGlass === undefined ? {} : { breakGlass: true }),
    targets: targets.map((target) => targetView(target, accountsBelow)),
    duration: {
      max: durationText(duration.maxSeconds),
      ...(duration.defaultSeconds === undefined ? {} : { default: durationText(duration.defaultSeconds) }),
    },
    approvals: approval.steps.length,
    extensions: { max: maxExtensions, duration: durationText(longestSeconds), approvals: steps.length },
  };
};

type TargetView = z.input<typeof MeSchema>["mayRequest"][number]["targets"][number];

const targetView = (target: FlowTarget, accountsBelow: CallerDescription["accountsBelow"]): TargetView => {
  if (!isResourceTarget(target)) {
    return {
      ...("bundle" in target ? { bundle: target.bundle } : { accessScope: target.accessScope }),
      ...NO_RESOURCES,
      permissionSets: "bundle" in target ? [] : (target.permissionSets ?? []).map(permissionSetView),
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
