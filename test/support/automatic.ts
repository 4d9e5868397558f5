import type { AccessFlow } from "../../lambdas/core/domain/access-flow.ts";
import type { FlowName } from "../../lambdas/core/domain/ids.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";
import { inventoryCatalogue } from "../../lambdas/core/use-cases/inventory-catalogue.ts";
import {
  runAutomaticFlows,
  type AutomaticDependencies,
  type AutomaticRun,
} from "../../lambdas/core/use-cases/automatic/run-automatic-flows.ts";
import { aFlow, identityCenter } from "./builders.ts";
import { FakeTurns } from "./fakes/turns.ts";
import { anAccountFact, aPermissionSetFact, seen } from "./facts.ts";
import { noGuardrails } from "./guardrails.ts";
import { noPolicies } from "./policies.ts";

/** Payments engineers have PowerUser in account 2, eight hours at a time. */
export const anAutomaticFlow = (overrides: Partial<AccessFlow> = {}): AccessFlow =>
  aFlow({
    name: "engineers-power" as FlowName,
    trigger: "automatic",
    approval: { steps: [] },
    ...overrides,
  });

type Given = Pick<AutomaticDependencies, "requests" | "flows" | "directory" | "organization" | "workflow"> & {
  readonly clock: Clock;
};

/** The run of automatic flows over what is given; of the rest as little as there can be, which `overrides` replaces. */
export const automaticUnderTest = async (given: Given, overrides: Partial<AutomaticDependencies> = {}) => {
  const { requests: _otherThanGiven, ...policies } = noPolicies();
  const { inventory } = policies;
  await inventory.record(seen(anAccountFact(2, { name: "payments-prod" })));
  await inventory.record(seen(aPermissionSetFact("PowerUser", { sessionDuration: "PT1H" })));
  const dependencies: AutomaticDependencies = {
    ...policies,
    catalogue: inventoryCatalogue({ inventory }),
    turns: new FakeTurns(given.clock),
    identityCenter,
    protectedAccounts: [],
    guardrails: noGuardrails,
    delegatedAdministrator: false,
    ...given,
    ...overrides,
  };
  return {
    ...policies,
    dependencies,
    /** One run, which may fail in parts. */
    attempt: (): Promise<AutomaticRun | undefined> => runAutomaticFlows(dependencies)({ seconds: 240 }),
    /** One run, all of which has to succeed. */
    run: async (): Promise<AutomaticRun> => {
      const ran = await runAutomaticFlows(dependencies)({ seconds: 240 });
      if (ran === undefined) throw new Error("Another run is at it");
      if (ran.defects.length > 0) throw ran.defects[0] as Error;
      if (ran.problems.length > 0) throw new Error(ran.problems.join("; "));
      return ran;
    },
  };
};
