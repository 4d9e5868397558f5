import { approversOf, type AccessFlow } from "../../../lambdas/core/domain/access-flow.ts";
import { groupNames } from "../cast.ts";
import type { Ledger } from "../ledger.ts";

/** Remembers a version of a flow: who had to approve is judged by the one that a request was made under. */
export const noteFlow = (ledger: Ledger, flow: AccessFlow, at: number): void => {
  const { name, version, approval, settings } = flow;
  const steps = approval.steps.map((step) => {
    const [party] = approversOf(step);
    return groupNames.get(party !== undefined && "id" in party ? party.id : "") ?? "admins";
  });
  const { extensionNeedsApproval = true, maxExtensions = 0 } = settings;
  ledger.flows.set(`${name}/${version}`, { name, steps, extensionNeedsApproval, maxExtensions, at });
};
