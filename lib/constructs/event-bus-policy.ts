import { Aws } from "aws-cdk-lib";
import { CfnEventBusPolicy, type EventBus } from "aws-cdk-lib/aws-events";
import { AccountPrincipal, PolicyStatement, StarPrincipal } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { connectorNames } from "../connector/names.ts";

export interface ForwardingAccounts {
  readonly managementAccountId: string;
  /** Identity Center's, where it is neither Lockstep's own account nor absent. */
  readonly delegatedAdministratorAccountId?: string;
  /** `o-…`. Absent: the member accounts cannot forward IAM's changes, and the syncs alone find them. */
  readonly organizationId?: string;
}

/**
 * Lets the accounts that administer the organization forward what AWS tells of changes, and each member account IAM's, by the
 * one role that the StackSet makes. Only events of AWS's own: nobody but AWS can put events whose source begins with `aws.`, so that no
 * account can put what looks like an event of Lockstep's
 * (https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html).
 */
export const letForwardChanges = (
  scope: Construct,
  bus: EventBus,
  { managementAccountId, delegatedAdministratorAccountId, organizationId }: ForwardingAccounts,
): void => {
  const allow = (sid: string, principal: AccountPrincipal | StarPrincipal, conditions: object) =>
    new CfnEventBusPolicy(scope, sid, {
      eventBusName: bus.eventBusName,
      statementId: sid,
      statement: new PolicyStatement({
        sid,
        principals: [principal],
        actions: ["events:PutEvents"],
        resources: [bus.eventBusArn],
        conditions: { ...conditions },
      }).toStatementJson() as object,
    });

  // ForAllValues: one call may put several events (the form of AWS's own example,
  // https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-bus-example-policy-cross-account-custom-bus-source.html).
  const ofAws = { "ForAllValues:StringLike": { "events:source": "aws.*" } };
  allow("ManagementAccountForwardsChanges", new AccountPrincipal(managementAccountId), ofAws);
  if (delegatedAdministratorAccountId !== undefined) {
    const principal = new AccountPrincipal(delegatedAdministratorAccountId);
    allow("DelegatedAdministratorForwardsChanges", principal, ofAws);
  }
  if (organizationId === undefined) return;
  allow("MemberAccountsForwardIam", new StarPrincipal(), {
    StringEquals: { "aws:PrincipalOrgID": organizationId },
    ArnLike: {
      "aws:PrincipalArn": `arn:${Aws.PARTITION}:iam::*:role${connectorNames.path}${connectorNames.forwarding.ofMember}`,
    },
    "ForAllValues:StringEquals": { "events:source": "aws.iam" },
  });
};
