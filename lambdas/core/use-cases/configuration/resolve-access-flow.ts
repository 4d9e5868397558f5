import type { AccessFlowBody } from "../../contracts/configuration/access-flow.ts";
import type {
  ApprovalDocument,
  ApproverDocument,
  StepDocument,
} from "../../contracts/configuration/approval.ts";
import type { AccessFlow, Approver, FlowStep } from "../../domain/access-flow.ts";
import { parseDuration } from "../../domain/duration.ts";
import { namingProblems, type CatalogueStores } from "./catalogue.ts";
import { nameResolver, type NameDependencies, type NameResolver } from "./name-resolver.ts";
import { resolveAutomaticApproval, resolvePersonRule } from "./resolve-rule.ts";

/** What people write of a flow, with ids in the places of names. */
export type FlowContent = Omit<
  AccessFlow,
  "name" | "version" | "updatedAt" | "updatedBy" | "unconfirmedEditors"
>;

/**
 * The flow that a document means. Every name becomes an id now; one that is unknown or ambiguous refuses the whole flow,
 * with all such names in the error. What is said as it would be meant anyway is left out, so that a flow stays the same
 * when it is saved by a later version.
 */
export const resolveAccessFlow = async (
  dependencies: NameDependencies & CatalogueStores,
  flow: AccessFlowBody,
): Promise<FlowContent> => {
  const resolver = nameResolver(dependencies);
  const requestors = await resolvePersonRule(resolver, flow.requestors, "/requestors");
  const targets = await resolver.targets(flow.targets, "/targets");
  const approval = await approvalOf(resolver, flow.approval);
  const breakGlass =
    flow.breakGlass === undefined
      ? undefined
      : {
          reviewWithinSeconds: secondsOf(flow.breakGlass.reviewWithin),
          watchers: await resolver.parties(flow.breakGlass.watchers, "/breakGlass/watchers"),
        };
  for (const problem of await namingProblems(dependencies, "access flow", flow)) resolver.refuse(problem);
  resolver.finish();
  if (requestors === undefined) throw new Error("Requestors that mean nobody got past the resolver");
  const { trigger, active, timeframe, requestFor, duration } = flow;
  return {
    ...(trigger === "automatic" ? { trigger } : {}),
    ...(active ? {} : { active }),
    requestors,
    targets,
    duration: {
      max: duration.max,
      maxSeconds: secondsOf(duration.max),
      ...(duration.default === undefined
        ? {}
        : { default: duration.default, defaultSeconds: secondsOf(duration.default) }),
    },
    ...(timeframe === undefined ? {} : { timeframe }),
    ...(requestFor === undefined ? {} : { requestFor }),
    approval,
    ...(breakGlass === undefined ? {} : { breakGlass }),
    settings: settingsOf(flow.settings),
  };
};

const approvalOf = async (
  resolver: NameResolver,
  { steps, automatic, sameApproverInSeveralSteps = false }: ApprovalDocument,
): Promise<AccessFlow["approval"]> => {
  const resolvedSteps: FlowStep[] = [];
  for (const [index, step] of steps.entries()) {
    resolvedSteps.push(await stepOf(resolver, step, `/approval/steps/${String(index)}`));
  }
  const rule =
    automatic === undefined
      ? undefined
      : await resolveAutomaticApproval(resolver, automatic, "/approval/automatic");
  return {
    steps: resolvedSteps,
    ...(rule === undefined ? {} : { automatic: rule }),
    ...(sameApproverInSeveralSteps ? { sameApproverInSeveralSteps } : {}),
  };
};

const stepOf = async (
  resolver: NameResolver,
  { anyOf, allOf, within, escalation }: StepDocument,
  at: string,
): Promise<FlowStep> => {
  const approvers = await approversOf(
    resolver,
    anyOf ?? allOf ?? [],
    `${at}/${anyOf === undefined ? "allOf" : "anyOf"}`,
  );
  const common = { withinSeconds: secondsOf(within), ...(await escalationOf(resolver, escalation, at)) };
  return anyOf === undefined ? { allOf: approvers, ...common } : { anyOf: approvers, ...common };
};

const escalationOf = async (
  resolver: NameResolver,
  escalation: StepDocument["escalation"],
  at: string,
): Promise<Pick<FlowStep, "escalation">> => {
  if (escalation === undefined) return {};
  const tiers: Approver[][] = [];
  for (const [index, { anyOf }] of escalation.tiers.entries()) {
    tiers.push(await approversOf(resolver, anyOf, `${at}/escalation/tiers/${String(index)}/anyOf`));
  }
  return { escalation: { afterSeconds: secondsOf(escalation.after), tiers } };
};

const approversOf = (
  resolver: NameResolver,
  documents: readonly ApproverDocument[],
  pointer: string,
): Promise<Approver[]> =>
  resolver.each(documents, pointer, async (document, at): Promise<Approver> =>
    typeof document === "string" ? { type: document } : resolver.party(document, at),
  );

const settingsOf = ({
  requesterCanApproveSelf,
  justification,
  ticket,
  approverReasonRequired = false,
  mfaRequired = false,
  maxExtensions,
  extensionDuration,
  extensionNeedsApproval,
  maxSessionDuration,
  labels = [],
}: AccessFlowBody["settings"]): AccessFlow["settings"] => ({
  requesterCanApproveSelf,
  ...(justification?.required === false ? { justificationRequired: false } : {}),
  ...(justification?.pattern === undefined ? {} : { justificationPattern: justification.pattern }),
  ...(ticket === undefined ? {} : { ticketPattern: ticket.pattern }),
  ...(approverReasonRequired ? { approverReasonRequired } : {}),
  ...(mfaRequired ? { mfaRequired } : {}),
  maxExtensions,
  ...(extensionDuration === undefined ? {} : { extensionSeconds: secondsOf(extensionDuration) }),
  extensionNeedsApproval,
  ...(maxSessionDuration === undefined ? {} : { maxSessionSeconds: secondsOf(maxSessionDuration) }),
  ...(labels.length === 0 ? {} : { labels }),
});

const secondsOf = (duration: string): number => {
  const seconds = parseDuration(duration);
  if (seconds === undefined) throw new Error(`Not a duration: ${duration}`);
  return seconds;
};
