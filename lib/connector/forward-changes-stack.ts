import { Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { CHANGING_SERVICES, forwardChanges, lockstepBusArn } from "./forward-changes.ts";
import { connectorNames } from "./names.ts";
import { lockstepAccountId, lockstepRegion } from "./parameters.ts";
import { templateAlone } from "./template-alone.ts";

/**
 * Forwards changes from an account that administers an organization, and from one of its regions: the management account's
 * us-east-1, where CloudTrail tells of Organizations and IAM alone (Identity Center's region there is the stack
 * `LockstepConnector`'s), and both regions of the account that Identity Center's administration is delegated to. CloudTrail
 * records a call in the account that it was made in, and EventBridge hears of it in that account's region.
 */
export class ForwardChangesStack extends Stack {
  constructor(scope: Construct, id: string) {
    super(scope, id, {
      description:
        "Lockstep: forwards changes of identities and access that CloudTrail tells of in this account and region",
      synthesizer: templateAlone(),
    });
    const accountId = lockstepAccountId(this).valueAsString;
    const region = lockstepRegion(this).valueAsString;
    forwardChanges(this, {
      busArn: lockstepBusArn(region, accountId),
      services: CHANGING_SERVICES.organization,
      ruleName: connectorNames.forwarding.ofOrganization,
    });
  }
}
