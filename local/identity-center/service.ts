import type { JsonObject } from "../wire/json.ts";
import type { Operation, ServiceDefinition } from "../wire/service.ts";
import { assignmentOperations } from "./assignments.ts";
import { notFound, type IdentityCenter } from "./center.ts";
import { instanceOperations } from "./instances.ts";
import { permissionSetOperations } from "./permission-sets.ts";
import { provisioningOperations } from "./provisioning.ts";

/** Operations that IAM checks against an account, by the input member that names it. */
const ACCOUNT_MEMBERS: Readonly<Record<string, string>> = {
  CreateAccountAssignment: "TargetId",
  DeleteAccountAssignment: "TargetId",
  ListAccountAssignments: "AccountId",
  ListPermissionSetsProvisionedToAccount: "AccountId",
  ProvisionPermissionSet: "TargetId",
};

/**
 * The instance, the permission set and the account that the input names
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsiamidentitycenter.html: Account, Instance and
 * PermissionSet, all required, for CreateAccountAssignment, DeleteAccountAssignment and ListAccountAssignments).
 */
const resourcesOf = (operation: string, input: JsonObject): readonly string[] => {
  const account = input[ACCOUNT_MEMBERS[operation] ?? ""];
  const arns = [
    input["InstanceArn"],
    input["PermissionSetArn"],
    typeof account === "string" ? `arn:aws:sso:::account/${account}` : undefined,
  ].filter((arn) => typeof arn === "string");
  return arns.length === 0 ? ["*"] : arns;
};

/** IAM Identity Center's API, sso-admin; `admitRequest` throws when there are too many requests a second. */
export const identityCenterService = (
  center: IdentityCenter,
  admitRequest: () => void,
): ServiceDefinition => {
  const operations: Readonly<Record<string, Operation>> = {
    ...instanceOperations(center),
    ...permissionSetOperations(center),
    ...provisioningOperations(center),
    ...assignmentOperations(center),
  };
  const guarded =
    (name: string, operation: Operation): Operation =>
    (input, caller) => {
      admitRequest();
      const instanceArn = input["InstanceArn"];
      if (typeof instanceArn === "string" && instanceArn !== center.instance.instanceArn)
        throw notFound(
          `Could not find Instance with id ${instanceArn.slice(instanceArn.lastIndexOf("/") + 1)}`,
        );
      return operation(input, caller);
    };
  return {
    signingName: "sso",
    protocol: "json-1.1",
    targetPrefix: "SWBExternalService",
    iamPrefix: "sso",
    operations: Object.fromEntries(
      Object.entries(operations).map(([name, operation]) => [name, guarded(name, operation)]),
    ),
    resourcesOf,
  };
};
