import {
  DescribeAccountAssignmentCreationStatusCommand,
  DescribeAccountAssignmentDeletionStatusCommand,
  ListAccountAssignmentsCommand,
  ListAccountAssignmentsForPrincipalCommand,
  ListAccountsForProvisionedPermissionSetCommand,
  ListPermissionSetsProvisionedToAccountCommand,
  SSOAdminClient,
  type AccountAssignment,
} from "@aws-sdk/client-sso-admin";
import { AccountIdSchema, PermissionSetArnSchema } from "../../core/domain/ids.ts";
import { AssignmentFactSchema, type AssignmentFact } from "../../core/domain/inventory/facts.ts";
import type { AssignmentSource } from "../../core/ports/sync.ts";
import type { AwsClients } from "../aws-clients.ts";
import { unlessGone, untilGone } from "../sync/gone.ts";
import { allOf, pagesOf } from "../sync/pages.ts";
import type { PatientCall } from "../sync/patient-calls.ts";

/** The largest page that these lists give. */
const PAGE = 100;

const GONE = ["ResourceNotFoundException"];

/** The account assignments of one instance of Identity Center. */
export const assignmentSource = ({
  clients,
  call,
  region,
  instanceArn: InstanceArn,
  fromManagementAccount,
}: {
  readonly clients: AwsClients;
  readonly call: PatientCall;
  readonly region: string;
  readonly instanceArn: string;
  /** Whether the clients are those of the management account: AWS tells a principal's assignments to no other. */
  readonly fromManagementAccount: boolean;
}): AssignmentSource => {
  const client = clients.client(SSOAdminClient, { region });

  const assignmentsOfPrincipal: AssignmentSource["assignmentsOfPrincipal"] = async (principal) => {
    const listed = await unlessGone(GONE, () =>
      allOf(
        pagesOf((NextToken) =>
          call("sso:ListAccountAssignmentsForPrincipal", () =>
            client.send(
              new ListAccountAssignmentsForPrincipalCommand({
                InstanceArn,
                PrincipalType: principal.principalType,
                PrincipalId: principal.principalId,
                MaxResults: PAGE,
                NextToken,
              }),
            ),
          ),
        ),
        ({ AccountAssignments = [] }) => AccountAssignments,
      ),
    );
    // What "the principal has access to" may include what a user has through groups; each group is asked for itself
    // (https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_ListAccountAssignmentsForPrincipal.html).
    return (listed ?? []).filter(({ PrincipalId }) => PrincipalId === principal.principalId).map(factOf);
  };

  const statusOf = {
    creation: (AccountAssignmentCreationRequestId: string) =>
      call("sso:DescribeAccountAssignmentCreationStatus", async () => {
        const answer = await client.send(
          new DescribeAccountAssignmentCreationStatusCommand({
            InstanceArn,
            AccountAssignmentCreationRequestId,
          }),
        );
        return answer.AccountAssignmentCreationStatus?.Status;
      }),
    deletion: (AccountAssignmentDeletionRequestId: string) =>
      call("sso:DescribeAccountAssignmentDeletionStatus", async () => {
        const answer = await client.send(
          new DescribeAccountAssignmentDeletionStatusCommand({
            InstanceArn,
            AccountAssignmentDeletionRequestId,
          }),
        );
        return answer.AccountAssignmentDeletionStatus?.Status;
      }),
  } as const;

  return {
    accountsOf: async function* (arn) {
      const pages = untilGone(
        GONE,
        pagesOf((NextToken) =>
          call("sso:ListAccountsForProvisionedPermissionSet", () =>
            client.send(
              new ListAccountsForProvisionedPermissionSetCommand({
                InstanceArn,
                PermissionSetArn: arn,
                MaxResults: PAGE,
                NextToken,
              }),
            ),
          ),
        ),
      );
      for await (const { AccountIds = [] } of pages) yield AccountIds.map((id) => AccountIdSchema.parse(id));
    },

    permissionSetsIn: async function* (id) {
      const pages = untilGone(
        GONE,
        pagesOf((NextToken) =>
          call("sso:ListPermissionSetsProvisionedToAccount", () =>
            client.send(
              new ListPermissionSetsProvisionedToAccountCommand({
                InstanceArn,
                AccountId: id,
                MaxResults: PAGE,
                NextToken,
              }),
            ),
          ),
        ),
      );
      for await (const { PermissionSets = [] } of pages)
        yield PermissionSets.map((arn) => PermissionSetArnSchema.parse(arn));
    },

    assignmentsOf: async ({ accountId, permissionSetArn }) => {
      const listed = await unlessGone(GONE, () =>
        allOf(
          pagesOf((NextToken) =>
            call("sso:ListAccountAssignments", () =>
              client.send(
                new ListAccountAssignmentsCommand({
                  InstanceArn,
                  AccountId: accountId,
                  PermissionSetArn: permissionSetArn,
                  MaxResults: PAGE,
                  NextToken,
                }),
              ),
            ),
          ),
          ({ AccountAssignments = [] }) => AccountAssignments,
        ),
      );
      return (listed ?? []).map(factOf);
    },

    isInProgress: async ({ kind, requestId }) => {
      const status = await unlessGone(GONE, () => statusOf[kind](requestId));
      return status === "IN_PROGRESS";
    },

    ...(fromManagementAccount ? { assignmentsOfPrincipal } : {}),
  };
};

const factOf = (assignment: AccountAssignment): AssignmentFact =>
  AssignmentFactSchema.parse({
    kind: "assignment",
    accountId: assignment.AccountId,
    permissionSetArn: assignment.PermissionSetArn,
    principalType: assignment.PrincipalType,
    principalId: assignment.PrincipalId,
  });
