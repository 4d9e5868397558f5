import type { AccessFlowView } from "../../core/contracts/http/access-flows.ts";
import type { ApproverDocument } from "../../core/contracts/configuration/approval.ts";
import type {
  AutomaticApprovalDocument,
  PersonRuleDocument,
} from "../../core/contracts/configuration/rule.ts";
import type { TargetDocument } from "../../core/contracts/configuration/target.ts";
import {
  approversOf,
  isResourceTarget,
  type AccessFlow,
  type Approver,
  type AutomaticApprovalCondition,
  type FlowStep,
  type FlowTarget,
  type Party,
  type ResourceTarget,
} from "../../core/domain/access-flow.ts";
import type { DirectoryAttributeName } from "../../core/domain/directory-attributes.ts";
import { durationText } from "../../core/domain/duration.ts";
import { mapLeaves, type Rule } from "../../core/domain/rule.ts";

/** An access flow as it was written: with names, which are what people know. */
export const accessFlowView = (flow: AccessFlow): AccessFlowView => ({
  name: flow.name,
  trigger: flow.trigger ?? "self-serve",
  active: flow.active ?? true,
  requestors: ruleDocument(flow.requestors),
  targets: flow.targets.map(targetDocument),
  duration: {
    max: flow.duration.max,
    ...(flow.duration.default === undefined ? {} : { default: flow.duration.default }),
  },
  ...(flow.timeframe === undefined ? {} : { timeframe: flow.timeframe }),
  ...(flow.requestFor === undefined ? {} : { requestFor: flow.requestFor }),
  approval: approvalDocument(flow.approval),
  ...(flow.breakGlass === undefined
    ? {}
    : {
        breakGlass: {
          reviewWithin: durationText(flow.breakGlass.reviewWithinSeconds),
          watchers: flow.breakGlass.watchers.map(partyDocument),
        },
      }),
  settings: settingsDocument(flow.settings),
  version: flow.version,
  updatedAt: flow.updatedAt,
  updatedBy: flow.updatedBy,
  unconfirmedEditors: flow.unconfirmedEditors ?? [],
});

/** What an older flow does not say, said as it is meant. */
const settingsDocument = ({
  requesterCanApproveSelf,
  justificationRequired = true,
  justificationPattern,
  ticketPattern,
  approverReasonRequired,
  mfaRequired,
  maxExtensions = 0,
  extensionSeconds,
  extensionNeedsApproval = true,
  maxSessionSeconds,
  labels,
}: AccessFlow["settings"]): AccessFlowView["settings"] => ({
  requesterCanApproveSelf,
  ...(justificationRequired && justificationPattern === undefined
    ? {}
    : {
        justification: {
          required: justificationRequired,
          ...(justificationPattern === undefined ? {} : { pattern: justificationPattern }),
        },
      }),
  ...(ticketPattern === undefined ? {} : { ticket: { pattern: ticketPattern } }),
  ...(approverReasonRequired === undefined ? {} : { approverReasonRequired }),
  ...(mfaRequired === undefined ? {} : { mfaRequired }),
  maxExtensions,
  ...(extensionSeconds === undefined ? {} : { extensionDuration: durationText(extensionSeconds) }),
  extensionNeedsApproval,
  ...(maxSessionSeconds === undefined ? {} : { maxSessionDuration: durationText(maxSessionSeconds) }),
  ...(labels === undefined ? {} : { labels }),
});

const approvalDocument = ({
  steps,
  automatic,
  sameApproverInSeveralSteps,
}: AccessFlow["approval"]): AccessFlowView["approval"] => ({
  steps: steps.map(stepDocument),
  ...(automatic === undefined ? {} : { automatic: ruleDocument(automatic) }),
  ...(sameApproverInSeveralSteps === undefined ? {} : { sameApproverInSeveralSteps }),
});

const stepDocument = (step: FlowStep): AccessFlowView["approval"]["steps"][number] => {
  const approvers = approversOf(step).map(approverDocument);
  return {
    ...("anyOf" in step ? { anyOf: approvers } : { allOf: approvers }),
    within: durationText(step.withinSeconds),
    ...(step.escalation === undefined
      ? {}
      : {
          escalation: {
            after: durationText(step.escalation.afterSeconds),
            tiers: step.escalation.tiers.map((tier) => ({ anyOf: tier.map(approverDocument) })),
          },
        }),
  };
};

const approverDocument = (approver: Approver): ApproverDocument =>
  approver.type === "owner" || approver.type === "manager" ? approver.type : partyDocument(approver);

const partyDocument = ({ type, name }: Party) => (type === "group" ? { group: name } : { user: name });

/** Any rule, of which people's conditions are some: a rule about people alone becomes a document about people alone. */
const ruleDocument = (
  rule: Rule<AutomaticApprovalCondition>,
): PersonRuleDocument & AutomaticApprovalDocument =>
  mapLeaves(rule, conditionDocument) as PersonRuleDocument & AutomaticApprovalDocument;

const conditionDocument = (condition: AutomaticApprovalCondition): AutomaticApprovalDocument => {
  switch (condition.type) {
    case "user":
    case "group":
      return partyDocument(condition);
    case "attribute": {
      // Nothing is saved with another name.
      const name = condition.attribute as DirectoryAttributeName;
      return { attribute: { name, [condition.operator]: condition.values } };
    }
    case "manager-of":
      return { managerOf: partyDocument(condition.of) };
    case "on-call":
      return { onCall: condition.rota };
    case "target-tag":
      return {
        targetTag: {
          key: condition.key,
          ...(condition.values === undefined ? {} : { values: condition.values }),
        },
      };
    case "duration-below":
      return { durationBelow: durationText(condition.seconds) };
  }
};

/** A target as it was written. */
export const targetDocument = (target: FlowTarget): TargetDocument => {
  if (isResourceTarget(target)) return resourceTargetDocument(target);
  if ("bundle" in target) return { bundle: target.bundle };
  const { accessScope, permissionSets } = target;
  return {
    accessScope,
    ...(permissionSets === undefined ? {} : { permissionSets: permissionSets.map(nameOf) }),
  };
};

const resourceTargetDocument = ({
  integration,
  permissionSets,
  exclude,
  ...resources
}: ResourceTarget): TargetDocument => ({
  ...(integration === undefined ? {} : { integration }),
  ...resourcesDocument(resources),
  permissionSets: permissionSets.map(nameOf),
  ...(exclude === undefined
    ? {}
    : {
        exclude: {
          ...resourcesDocument(exclude),
          ...(exclude.permissionSets === undefined
            ? {}
            : { permissionSets: exclude.permissionSets.map(nameOf) }),
        },
      }),
});

const resourcesDocument = ({
  accounts,
  organizationalUnits,
  tags,
}: Pick<ResourceTarget, "accounts" | "organizationalUnits" | "tags">) => ({
  accounts: accounts.map(nameOf),
  organizationalUnits: organizationalUnits.map(nameOf),
  ...(tags === undefined ? {} : { tags }),
});

const nameOf = ({ name }: { readonly name: string }): string => name;
