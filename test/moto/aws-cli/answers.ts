import * as z from "zod/mini";

/** What the CLI answers, as far as the checks read it. */

export const Instances = z.object({
  Instances: z.array(
    z.object({ InstanceArn: z.string(), IdentityStoreId: z.string(), OwnerAccountId: z.string() }),
  ),
});

export const PermissionSets = z.object({ PermissionSets: z.array(z.string()) });
export const PermissionSet = z.object({
  PermissionSet: z.object({ Name: z.string(), PermissionSetArn: z.string(), SessionDuration: z.string() }),
});

export const Assignments = z.object({
  AccountAssignments: z.array(
    z.object({
      AccountId: z.string(),
      PermissionSetArn: z.string(),
      PrincipalType: z.enum(["USER", "GROUP"]),
      PrincipalId: z.string(),
    }),
  ),
});

const OperationStatus = z.object({
  Status: z.enum(["IN_PROGRESS", "FAILED", "SUCCEEDED"]),
  RequestId: z.string(),
  FailureReason: z.optional(z.string()),
});
export const CreationStatus = z.object({ AccountAssignmentCreationStatus: OperationStatus });
export const DeletionStatus = z.object({ AccountAssignmentDeletionStatus: OperationStatus });

export const Users = z.object({ Users: z.array(z.object({ UserId: z.string(), UserName: z.string() })) });
export const User = z.object({
  UserId: z.string(),
  UserName: z.string(),
  DisplayName: z.string(),
  Emails: z.array(z.object({ Value: z.string() })),
});
export const CreatedUser = z.object({ UserId: z.string() });
export const IamUsers = z.object({ Users: z.array(z.object({ UserName: z.string(), Arn: z.string() })) });

export const Groups = z.object({
  Groups: z.array(z.object({ GroupId: z.string(), DisplayName: z.string() })),
});
export const Membership = z.object({ MembershipId: z.string() });
export const Memberships = z.object({
  GroupMemberships: z.array(z.object({ MemberId: z.object({ UserId: z.string() }) })),
});

const Account = z.object({
  Id: z.string(),
  Name: z.string(),
  State: z.enum(["PENDING_ACTIVATION", "ACTIVE", "SUSPENDED", "PENDING_CLOSURE", "CLOSED"]),
});
export const Accounts = z.object({ Accounts: z.array(Account) });
export const DescribedAccount = z.object({ Account });

export const CallerIdentity = z.object({ UserId: z.string(), Account: z.string(), Arn: z.string() });

const ExecutionStatus = z.enum(["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]);
export const Machines = z.object({
  stateMachines: z.array(z.object({ name: z.string(), stateMachineArn: z.string() })),
});
export const Executions = z.object({
  executions: z.array(z.object({ name: z.string(), executionArn: z.string(), status: ExecutionStatus })),
});
export const Execution = z.object({ name: z.string(), status: ExecutionStatus, input: z.string() });
export const History = z.object({
  events: z.array(
    z.object({
      id: z.number(),
      type: z.string(),
      stateEnteredEventDetails: z.optional(z.object({ name: z.string() })),
    }),
  ),
});

/** DynamoDB items as they are on the wire: every attribute under its type. */
export const Items = z.object({
  Items: z.array(
    z.record(z.string(), z.looseObject({ S: z.optional(z.string()), N: z.optional(z.string()) })),
  ),
});
