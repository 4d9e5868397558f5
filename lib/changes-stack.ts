import { Stack, type Environment } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { CHANGING_SERVICES, forwardChanges, lockstepBusArn } from "./connector/forward-changes.ts";
import { connectorNames } from "./connector/names.ts";
import { templateAlone } from "./connector/template-alone.ts";
import { names } from "./names.ts";
import type { Settings } from "./settings.ts";

/** CloudTrail tells of Organizations and of IAM there alone. */
const GLOBAL_REGION = "us-east-1";

/** The stacks that forward from other regions than the one that Lockstep is deployed in, by their region. */
export const regionsElsewhere = (
  { identityCenter }: Pick<Settings, "identityCenter">,
  region: string,
): Readonly<Record<string, string>> => {
  const stacks = {
    [identityCenter.region]: names.stacks.identityCenter,
    [GLOBAL_REGION]: names.stacks.global,
  };
  return Object.fromEntries(Object.entries(stacks).filter(([elsewhere]) => elsewhere !== region));
};

export interface ChangesStackProps {
  readonly env: Environment;
  /** The region that Lockstep itself is in. */
  readonly homeRegion: string;
}

/**
 * Forwards to Lockstep's bus what CloudTrail tells of in another region of its own account: Organizations and IAM in
 * us-east-1, and Identity Center in its region.
 */
export class ChangesStack extends Stack {
  constructor(scope: Construct, id: string, { env, homeRegion }: ChangesStackProps) {
    super(scope, id, {
      env,
      description: "Lockstep: forwards changes that CloudTrail tells of in this region",
      // So that no other region has to be bootstrapped for one rule.
      synthesizer: templateAlone(),
    });
    forwardChanges(this, {
      busArn: lockstepBusArn(homeRegion, this.account),
      services: CHANGING_SERVICES.organization,
      ruleName: connectorNames.forwarding.ofOrganization,
    });
  }
}
