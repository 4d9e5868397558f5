import type { JsonObject } from "../wire/json.ts";
import type { Operation, ServiceDefinition } from "../wire/service.ts";
import { assignmentOperations } from "./assignments.ts";
import { notFound, type IdentityCenter } from "./center.ts";
import { instanceOperations } from "./instances.ts";
import { permissionSetOperations } from "./permission-sets.ts";
import { provisioningOperations } from "./provisioning.ts";

/** Where tests break calls: what `before` throws happens instead of the call; what `after` throws loses its answer. */
export interface CallFaults {
  readonly before?: (operation: string, input: JsonObject) => void;
  readonly after?: (operation: string, input: JsonObject) => void;
}

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
  faults: CallFaults,
): ServiceDefinition => {
  const operations: Readonly<Record<string, Operation>> = {
    ...instanceOperations(center),
    ...permissionSetOperations(center),
    ...provisioningOperations(center),
    ...assignmentOperations(center),
  };
  const guarded =
    (name: string, operation: Operation): Operation =>
    async (input, caller) => {
      admitRequest();
      faults.before?.(name, input);
      const instanceArn = input["InstanceArn"];
      if (typeof instanceArn === "string" && instanceArn !== center.instance.instanceArn)
        throw notFound(
          `Could not find Instance with id ${instanceArn.slice(instanceArn.lastIndexOf("/") + 1)}`,
        );
      const output = await operation(input, caller);
      faults.after?.(name, input);
      return output;
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
