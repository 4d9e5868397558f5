import type { CfnResource } from "aws-cdk-lib";
import type { IConstruct } from "constructs";
import type { Permission } from "../permissions/permission.ts";

/**
 * Actions that cfn-lint's copy of the Service Authorization Reference lacks. A test holds every other action to that
 * reference (test/infra/connectors.test.ts).
 */
const UNLISTED: ReadonlySet<string> = new Set(["resource-explorer-2:ListResources"]);

/** Tells cfn-lint of a policy that names such an action (W3037); of any other policy it is told nothing. */
export const nameUnlistedActions = (construct: IConstruct, permissions: readonly Permission[]): void => {
  const actions = permissions.flatMap(({ statement }) => statement.actions);
  if (!actions.some((action) => UNLISTED.has(action))) return;
  const resource = construct.node.defaultChild as CfnResource;
  resource.addMetadata("cfn-lint", { config: { ignore_checks: ["W3037"] } });
};
