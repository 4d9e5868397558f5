import { Aws, CfnCondition, CfnOutput, CfnParameter, CfnRule, Fn, Stack } from "aws-cdk-lib";
import { Policy, type CfnPolicy, type Role } from "aws-cdk-lib/aws-iam";
import type { Construct } from "constructs";
import { CONNECTOR_ROLE, probeOf } from "../../lambdas/core/contracts/connector-roles.ts";
import { acknowledgeWildcards } from "../constructs/acknowledge.ts";
import type { Permission } from "../permissions/permission.ts";
import type { Settings } from "../settings.ts";
import {
  MANAGEMENT_ACCOUNT_ASSIGNMENTS,
  MANAGING,
  READING,
  READING_RESOURCES,
  UPDATING_SAML_PROVIDER,
} from "./connector-actions.ts";
import { permissionsFor } from "./connector-policies.ts";
import { connectedRole } from "./connected-role.ts";
import { CHANGING_SERVICES, forwardChanges, lockstepBusArn } from "./forward-changes.ts";
import { connectorNames, trustedRoles } from "./names.ts";
import {
  defaultUnlessExample,
  externalId,
  lockstepAccountId,
  lockstepRegion,
  yesOrNo,
} from "./parameters.ts";
import { functionRoleArn, trusting } from "./trust.ts";
import { templateAlone } from "./template-alone.ts";

/**
 * Connects an organization: deployed in its management account, in the region of Identity Center. The role reads, and with
 * the profile `manage` also grants and revokes; it trusts Lockstep's own functions' roles and nobody else.
 */
export class ConnectorStack extends Stack {
  constructor(scope: Construct, id: string, { identityCenter }: Pick<Settings, "identityCenter">) {
    super(scope, id, {
      description:
        "Lockstep: connects an organization, in its management account and the region of Identity Center",
      synthesizer: templateAlone(),
    });
    const lockstepAccount = lockstepAccountId(this).valueAsString;
    const region = lockstepRegion(this).valueAsString;
    const saidExternalId = externalId(this).valueAsString;
    const profile = new CfnParameter(this, "Profile", {
      description: "read-only looks at everything; manage also grants and revokes",
      allowedValues: ["read-only", "manage"],
      default: "read-only",
    });
    const managementAccount = yesOrNo(
      this,
      "ManagementAccountAssignments",
      "Grants and revokes in the management account itself, too (needs the profile manage)",
    );
    const samlProvider = yesOrNo(
      this,
      "UpdateSamlProvider",
      "Lets Identity Center renew its SAML provider in the management account by Lockstep's grants (rarely needed)",
    );
    const instanceId = new CfnParameter(this, "IdentityCenterInstanceId", {
      description:
        "The one instance of Identity Center that the role reaches: what its ARN says after instance/",
      ...defaultUnlessExample(identityCenter.instanceArn.split("/")[1]),
      allowedPattern: "(sso)?ins-[0-9a-zA-Z.-]{16}",
      constraintDescription: "An instance's id is written like ssoins-0123456789abcdef.",
    });
    const identityStoreId = new CfnParameter(this, "IdentityStoreId", {
      description: "The identity store of that instance (aws sso-admin list-instances shows both)",
      ...defaultUnlessExample(identityCenter.identityStoreId),
      allowedPattern: "d-[0-9a-z]{10}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
      constraintDescription: "An identity store's id is written like d-0123456789.",
    });

    const manages = new CfnCondition(this, "Manages", {
      expression: Fn.conditionEquals(profile.valueAsString, "manage"),
    });
    const assignsInManagementAccount = new CfnCondition(this, "AssignsInManagementAccount", {
      expression: Fn.conditionAnd(manages, Fn.conditionEquals(managementAccount.valueAsString, "yes")),
    });
    const updatesSamlProvider = new CfnCondition(this, "UpdatesSamlProvider", {
      expression: Fn.conditionAnd(
        assignsInManagementAccount,
        Fn.conditionEquals(samlProvider.valueAsString, "yes"),
      ),
    });
    needs(this, managementAccount, [profile, "manage"]);
    needs(this, samlProvider, [managementAccount, "yes"]);

    const arnsOf = (roles: readonly string[]) => roles.map((role) => functionRoleArn(lockstepAccount, role));
    const roleArns = Fn.conditionIf(
      manages.logicalId,
      arnsOf([...trustedRoles.readers, ...trustedRoles.managers]),
      arnsOf(trustedRoles.readers),
    );
    const connected = {
      instanceId: instanceId.valueAsString,
      identityStoreId: identityStoreId.valueAsString,
    };
    const role = connectedRole(this, "ConnectorRole", {
      pathAndName: CONNECTOR_ROLE,
      description: "What Lockstep may do in this organization",
      assumedBy: trusting({ lockstepAccountId: lockstepAccount, roleArns, externalId: saidExternalId }),
      permissions: permissionsFor([...READING, ...READING_RESOURCES], connected),
    });
    connectedRole(this, "ConnectorProbeRole", {
      pathAndName: probeOf(CONNECTOR_ROLE),
      description: "May do nothing: tells Lockstep an ExternalId that is refused from a role that is missing",
      assumedBy: trusting({ lockstepAccountId: lockstepAccount, roleArns }),
      permissions: [],
    });
    onlyIf(manages, "Manage", role, permissionsFor(MANAGING, connected));
    onlyIf(
      assignsInManagementAccount,
      "AssignInManagementAccount",
      role,
      permissionsFor(MANAGEMENT_ACCOUNT_ASSIGNMENTS),
    );
    onlyIf(updatesSamlProvider, "UpdateSamlProviderPolicy", role, permissionsFor(UPDATING_SAML_PROVIDER));

    forwardChanges(this, {
      busArn: lockstepBusArn(region, lockstepAccount),
      services: CHANGING_SERVICES.organization,
      ruleName: connectorNames.forwarding.ofOrganization,
    });

    new CfnOutput(this, "RoleArn", {
      value: role.roleArn,
      description: "The integration's connector.roleArn",
    });
    new CfnOutput(this, "ExternalIdOfTheRole", {
      value: saidExternalId,
      description: "Must be the integration's externalId",
    });
    new CfnOutput(this, "ManagementAccountId", {
      value: Aws.ACCOUNT_ID,
      description: "The integration's managementAccountId",
    });
    new CfnOutput(this, "IdentityCenterRegion", {
      value: Aws.REGION,
      description: "The integration's identityCenterRegion",
    });
  }
}

/** Refuses `yes` before anything is deployed, unless the other parameter has that value. */
function needs(stack: Stack, answer: CfnParameter, [other, value]: readonly [CfnParameter, string]): void {
  new CfnRule(stack, `${answer.node.id}Needs${other.node.id}`, {
    ruleCondition: Fn.conditionEquals(answer.valueAsString, "yes"),
    assertions: [
      {
        assert: Fn.conditionEquals(other.valueAsString, value),
        assertDescription: `${answer.node.id} = yes needs ${other.node.id} = ${value}.`,
      },
    ],
  });
}

/** Attaches the permissions to the role where the condition holds. */
function onlyIf(condition: CfnCondition, id: string, role: Role, permissions: readonly Permission[]): void {
  const policy = new Policy(role.stack, id, {
    policyName: id,
    roles: [role],
    statements: permissions.map(({ statement }) => statement),
  });
  (policy.node.defaultChild as CfnPolicy).cfnOptions.condition = condition;
  acknowledgeWildcards(policy, permissions);
}
