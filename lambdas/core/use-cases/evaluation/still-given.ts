import type { AccessRequest } from "../../domain/access-request.ts";
import { any } from "../../domain/rule.ts";
import type { StartConditions } from "../../domain/start-conditions.ts";
import { covers, type CoverageContext } from "../../domain/target-coverage.ts";
import type { AccessFlowStore } from "../../ports/stores.ts";
import { endOfFlow } from "../end-of-flow.ts";
import { locate, type LocateDependencies } from "./locate.ts";
import { neededOfTargets } from "./needed-facts.ts";

export interface StillGivenDependencies extends LocateDependencies {
  readonly flows: Pick<AccessFlowStore, "head">;
}

/**
 * Why what nobody approved, and was asked for ahead, is not its flow's to give any more: the flow serves nobody by now, or what
 * was asked for is not among its targets, as they were then. What people approved keeps what it was promised.
 */
export const whyNotGiven = async (
  dependencies: StillGivenDependencies,
  request: AccessRequest,
  { targets: given }: StartConditions,
  now: Date,
): Promise<string | undefined> => {
  const { approval, flow, entitlements } = request;
  if (approval.steps.length > 0) return undefined;
  const flowsEnd = await endOfFlow(dependencies, flow.name);
  if (flowsEnd !== undefined) return flowsEnd.why;
  if (given === undefined) return undefined;
  const targets = entitlements.map(({ entitlement }) => entitlement);
  const needed = neededOfTargets([{ targets: given, approval: {} }], [], targets);
  const accounts = await locate(dependencies, { targets, now }, needed);
  const context: CoverageContext = { ...NOTHING_ELSE, accounts };
  for (const { entitlement, accountName, permissionSetName } of entitlements) {
    const covered = any(given, (part) => covers(part, entitlement, context));
    const what = `${permissionSetName} in ${accountName}`;
    if (covered === "unmet") return `access flow ${flow.name} does not give ${what} any more`;
    if (covered === "unknown") return `whether access flow ${flow.name} still gives ${what} is not known`;
  }
  return undefined;
};

/** Bundles and access scopes are not looked up again: where a flow names some, its targets are not kept. */
const NOTHING_ELSE = { bundles: new Map(), scopes: new Map(), subjects: new Map() } as const;
