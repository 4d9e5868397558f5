import { Fn, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";
import { CONNECTOR_ROLE } from "../lambdas/core/contracts/connector-roles.ts";
import type { ConnectorSettings } from "../lambdas/core/contracts/environment.ts";
import { assumeThisConnector } from "./permissions/assume-connector.ts";
import { partitionOf, type Permission } from "./permissions/permission.ts";
import type { Settings } from "./settings.ts";

/**
 * The ExternalId of the deployment's own organization, where Lockstep lives elsewhere: the id that CloudFormation gave the
 * stack that keeps Lockstep's state. It is one of its own for each deployment, it stays, and it is there before anybody can
 * call the API, which needs the connector to tell who calls. `arn:aws:cloudformation:<region>:<account>:stack/<name>/<id>`:
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/pseudo-parameter-reference.html
 */
export const ownExternalId = (stateful: Stack): string => Fn.select(2, Fn.split("/", stateful.stackId));

/** The connector that every function asks about the organization through; undefined where none is needed. */
export const organizationConnector = (
  { organization, identityCenter }: Settings,
  stateful: Stack,
): ConnectorSettings | undefined =>
  organization.connector === true
    ? {
        roleArn: `arn:${partitionOf(identityCenter.instanceArn)}:iam::${organization.managementAccountId}:role/${CONNECTOR_ROLE}`,
        externalId: ownExternalId(stateful),
      }
    : undefined;

/** What tells a function of it. */
export const connectorEnvironment = (
  scope: Construct,
  connector: ConnectorSettings | undefined,
): { readonly CONNECTOR?: string } =>
  connector === undefined ? {} : { CONNECTOR: Stack.of(scope).toJsonString(connector) };

/**
 * What a function may do in the organization by its role: `directly`, or nothing but assuming the connector's role, whose
 * sessions may do what they are for (lambdas/adapters/assumed-roles/session-policies.ts).
 */
export const inOrganization = (
  connector: ConnectorSettings | undefined,
  directly: readonly Permission[],
): readonly Permission[] => (connector === undefined ? directly : [assumeThisConnector(connector.roleArn)]);
