import {
  CreateAccountAssignmentCommand,
  DeleteAccountAssignmentCommand,
  ListAccountAssignmentsCommand,
  ListPermissionSetsCommand,
  DescribePermissionSetCommand,
  SSOAdminClient,
} from "@aws-sdk/client-sso-admin";
import type { Environment } from "../../../local/environment.ts";
import { until } from "./until.ts";

/** An assignment by the names of the shipped organization. */
export interface NamedAssignment {
  readonly accountId: string;
  readonly permissionSetArn: string;
  readonly principalId: string;
}

const clientOf = ({ clientsFor, ids }: Environment) =>
  clientsFor("home", "identity").client(SSOAdminClient, { region: ids.identityCenter.region });

/** The ARN of the permission set with this name. */
export const permissionSetArn = async (environment: Environment, name: string): Promise<string> => {
  const client = clientOf(environment);
  const { instanceArn: InstanceArn } = environment.ids.identityCenter;
  const { PermissionSets = [] } = await client.send(new ListPermissionSetsCommand({ InstanceArn }));
  for (const PermissionSetArn of PermissionSets) {
    const { PermissionSet } = await client.send(
      new DescribePermissionSetCommand({ InstanceArn, PermissionSetArn }),
    );
    if (PermissionSet?.Name === name) return PermissionSetArn;
  }
  throw new Error(`No permission set ${name}`);
};

/** Whether AWS shows the assignment. */
export const isAssigned = async (environment: Environment, assignment: NamedAssignment): Promise<boolean> => {
  const answer = await clientOf(environment).send(
    new ListAccountAssignmentsCommand({
      InstanceArn: environment.ids.identityCenter.instanceArn,
      AccountId: assignment.accountId,
      PermissionSetArn: assignment.permissionSetArn,
    }),
  );
  return (answer.AccountAssignments ?? []).some(({ PrincipalId }) => PrincipalId === assignment.principalId);
};

const requestOf = ({ ids }: Environment, assignment: NamedAssignment) => ({
  InstanceArn: ids.identityCenter.instanceArn,
  TargetType: "AWS_ACCOUNT" as const,
  TargetId: assignment.accountId,
  PermissionSetArn: assignment.permissionSetArn,
  PrincipalType: "USER" as const,
  PrincipalId: assignment.principalId,
});

/** Assigns behind Lockstep's back, as somebody in the console would. */
export const assignByHand = async (environment: Environment, assignment: NamedAssignment): Promise<void> => {
  await clientOf(environment).send(new CreateAccountAssignmentCommand(requestOf(environment, assignment)));
  await until("the assignment by hand", async () => (await isAssigned(environment, assignment)) || undefined);
};

/** Takes an assignment away behind Lockstep's back. */
export const unassignByHand = async (
  environment: Environment,
  assignment: NamedAssignment,
): Promise<void> => {
  await clientOf(environment).send(new DeleteAccountAssignmentCommand(requestOf(environment, assignment)));
  await until(
    "the end of the assignment",
    async () => !(await isAssigned(environment, assignment)) || undefined,
  );
};
