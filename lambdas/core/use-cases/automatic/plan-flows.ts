import type { AccessFlow } from "../../domain/access-flow.ts";
import { planFlow, whyClosed, type Plan, type PlannedRequest } from "../../domain/automatic/plan.ts";
import type { Confirmable } from "../../domain/configuration/confirmation.ts";
import type { FlowTargets } from "./flow-targets.ts";
import { knownOfFlows, NOTHING_KNOWN, type KnowingDependencies, type KnownOfFlow } from "./known-of-flow.ts";
import type { RunTally } from "./run-tally.ts";
import type { Situated } from "./situations-of-flows.ts";

/** A request to make, with the flow as it was when it was planned. */
export interface Planned {
  readonly flow: AccessFlow;
  readonly planned: PlannedRequest;
  readonly gives: Pick<FlowTargets, "accountName" | "permissionSet">;
  /** The flow's rotas, and whatever else has to be confirmed besides its bundles and access scopes. */
  readonly dependencies: readonly Confirmable[];
}

/** What is to be done for a flow. */
export interface PlannedFlow extends Omit<Plan, "make"> {
  readonly make: readonly Planned[];
}

/** Looks at flows, one by one, and plans what is to be done for each. What is closed is not looked up. */
export const planFlows = (
  dependencies: KnowingDependencies,
  now: Date,
  /** All that a run looks at. */
  flows: readonly AccessFlow[],
  tally: RunTally,
) => {
  const lookUp = knownOfFlows(dependencies, now, flows, tally);
  return async ({ flow, requests }: Situated): Promise<PlannedFlow> => {
    const about = (known: KnownOfFlow) =>
      planFlow({
        flow,
        guardrails: dependencies.guardrails,
        people: known.people.people,
        person: known.person,
        isConfirmedFor: known.isConfirmedFor,
        targets: known.targets.targets,
        target: known.targets.verdict,
        live: requests,
        now,
      });
    if (flow === undefined || whyClosed(flow, now) !== undefined)
      return { ...about(NOTHING_KNOWN), make: [] };
    const known = await lookUp(flow, requests);
    const { make, ...plan } = about(known);
    return {
      ...plan,
      make: make.map((planned) => ({ flow, planned, gives: known.targets, dependencies: known.rotas })),
    };
  };
};
