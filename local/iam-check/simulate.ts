import { isWildcardOnlyAction, runSimulation, runUnsafeSimulation } from "@cloud-copilot/iam-simulate";
import type { EvaluationResult, Simulation } from "@cloud-copilot/iam-simulate";
import type { PolicyDocument } from "../template/permissions.ts";
import type { ConditionKeys } from "../wire/service.ts";

/** One thing that a principal wants to do. */
export interface Question {
  /** A role session's ARN, or a service such as `events.amazonaws.com`. */
  readonly principal: string;
  readonly action: string;
  readonly resource: string;
  /** The account that the resource is taken to belong to. */
  readonly accountId: string;
  readonly context: ConditionKeys;
  readonly identityPolicies: readonly { readonly name: string; readonly document: PolicyDocument }[];
  readonly resourcePolicy?: PolicyDocument;
}

/** `ImplicitlyDenied`: nothing allows it. `NotApplicable`: IAM does not check the action against such a resource. */
export type Verdict = EvaluationResult | "NotApplicable";

const simulationOf = (question: Question, resource: string): Simulation => ({
  request: {
    principal: question.principal,
    action: question.action,
    resource: { resource, accountId: question.accountId },
    contextVariables: Object.fromEntries(
      Object.entries(question.context).map(([key, value]) => [
        key,
        typeof value === "string" ? value : [...value],
      ]),
    ),
  },
  identityPolicies: question.identityPolicies.map(({ name, document }) => ({ name, policy: document })),
  serviceControlPolicies: [],
  resourceControlPolicies: [],
  ...(question.resourcePolicy !== undefined && { resourcePolicy: question.resourcePolicy }),
});

/** Asks iam-simulate, which knows from the Service Authorization Reference what each action is checked against. */
export const verdictOn = async (question: Question): Promise<Verdict> => {
  const [service = "", action = ""] = question.action.split(":");
  const resource = (await isWildcardOnlyAction(service, action)) ? "*" : question.resource;
  const simulation = simulationOf(question, resource);
  const result = await runSimulation(simulation, {});
  if (result.resultType !== "error") return result.overallResult;
  if (result.errors.message === "no.resource.types") return "NotApplicable";
  // Two resource types whose ARNs look alike: which of them is meant makes no difference to the policies.
  if (result.errors.message === "multiple.resource.types") return runUnsafeSimulation(simulation, {});
  throw new Error(`IAM cannot decide ${question.action} on ${resource}: ${JSON.stringify(result.errors)}`);
};
