import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { CHANGING_SERVICES, forwardChanges, lockstepBusArn } from "./forward-changes.ts";
import { lockstepAccountId, lockstepRegion } from "./parameters.ts";
import { templateAlone } from "./template-alone.ts";

/**
 * Forwards changes of Organizations and IAM, which CloudTrail tells of in us-east-1 alone. Deployed in the management
 * account there, after `LockstepConnector`, whose role it uses; not where Identity Center itself is in us-east-1.
 */
export class ConnectorGlobalStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description: "Lockstep: forwards changes of the organization, in its management account and us-east-1",
      synthesizer: templateAlone(),
    });
    const accountId = lockstepAccountId(this).valueAsString;
    const region = lockstepRegion(this).valueAsString;
    forwardChanges(this, {
      busArn: lockstepBusArn(region, accountId),
      services: CHANGING_SERVICES.organization,
    });
  }
}
