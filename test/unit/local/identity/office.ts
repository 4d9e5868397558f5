import {
  createIdentityServices,
  type IdentityServicesDependencies,
} from "../../../../local/identity/identity-services.ts";
import { groupIdOf, permissionSetArnOf, userIdOf } from "../../../../local/identity/ids.ts";
import { openLocalStore } from "../../../../local/store.ts";
import type { JsonObject } from "../../../../local/wire/json.ts";
import type { Caller, ServiceDefinition } from "../../../../local/wire/service.ts";
import { exampleOrganization } from "../../../support/example-organization.ts";
import { administratorOf } from "../../../support/in-process-aws.ts";
import { VirtualClock } from "../../../support/virtual-clock.ts";

/** The example organization on a virtual clock, called operation by operation. */
export const openOffice = (changes: Partial<IdentityServicesDependencies> = {}) => {
  const clock = new VirtualClock();
  const identity = createIdentityServices({
    clock,
    store: openLocalStore(),
    organization: exampleOrganization(),
    ...changes,
  });
  const administrator = administratorOf(identity.managementAccountId);
  const call = async (
    service: ServiceDefinition,
    name: string,
    input: JsonObject,
    caller: Caller = administrator,
  ) => {
    const operation = service.operations[name];
    if (operation === undefined) throw new Error(`${name} is not simulated`);
    return await operation(input, caller);
  };
  const InstanceArn = identity.instanceArn;
  const assignment = (account: string, permissionSet: string, user: string) => ({
    InstanceArn,
    TargetId: account,
    TargetType: "AWS_ACCOUNT",
    PermissionSetArn: permissionSetArnOf(InstanceArn, permissionSet),
    PrincipalType: "USER",
    PrincipalId: userIdOf(user),
  });
  return {
    clock,
    identity,
    assignment,
    center: (name: string, input: JsonObject = {}, caller?: Caller) =>
      call(identity.identityCenter, name, { InstanceArn, ...input }, caller),
    directory: (name: string, input: JsonObject, caller?: Caller) =>
      call(identity.identityStore, name, { IdentityStoreId: identity.identityStoreId, ...input }, caller),
    organizations: (name: string, input: JsonObject, caller?: Caller) =>
      call(identity.organizations, name, input, caller),
    sts: (name: string, input: JsonObject, caller?: Caller) => call(identity.sts, name, input, caller),
  };
};

export type Office = ReturnType<typeof openOffice>;

export const PAYMENTS_PROD = "222222222222";
export const LEDGER_PROD = "232323232323";

interface StatusAnswer {
  readonly Status: string;
  readonly RequestId: string;
  readonly FailureReason?: string;
}

export const create = async (office: Office, input: JsonObject): Promise<StatusAnswer> =>
  (await office.center("CreateAccountAssignment", input))[
    "AccountAssignmentCreationStatus"
  ] as unknown as StatusAnswer;

export const remove = async (office: Office, input: JsonObject): Promise<StatusAnswer> =>
  (await office.center("DeleteAccountAssignment", input))[
    "AccountAssignmentDeletionStatus"
  ] as unknown as StatusAnswer;

export const creationStatus = async (office: Office, { RequestId }: StatusAnswer): Promise<StatusAnswer> => {
  const answer = await office.center("DescribeAccountAssignmentCreationStatus", {
    AccountAssignmentCreationRequestId: RequestId,
  });
  return answer["AccountAssignmentCreationStatus"] as unknown as StatusAnswer;
};

export const deletionStatus = async (office: Office, { RequestId }: StatusAnswer): Promise<StatusAnswer> => {
  const answer = await office.center("DescribeAccountAssignmentDeletionStatus", {
    AccountAssignmentDeletionRequestId: RequestId,
  });
  return answer["AccountAssignmentDeletionStatus"] as unknown as StatusAnswer;
};

/** Who may use a permission set in an account, as AWS answers it. */
export const principalsOn = async (
  office: Office,
  account: string,
  permissionSet: string,
): Promise<string[]> => {
  const answer = await office.center("ListAccountAssignments", {
    AccountId: account,
    PermissionSetArn: permissionSetArnOf(office.identity.instanceArn, permissionSet),
  });
  return (answer["AccountAssignments"] as unknown as { readonly PrincipalId: string }[]).map(
    (item) => item.PrincipalId,
  );
};

export { groupIdOf, userIdOf };
