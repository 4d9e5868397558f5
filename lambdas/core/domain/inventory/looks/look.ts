import type {
  AccountId,
  GroupId,
  OrganizationalUnitId,
  PermissionSetArn,
  Timestamp,
  UserId,
} from "../../ids.ts";

/** An assignment takes AWS a while: until the operation has ended, the pair looks as it did before. */
export interface AssignmentOperation {
  readonly kind: "creation" | "deletion";
  readonly requestId: string;
}

/** Whose assignment it is. */
export interface AssignedPrincipal {
  readonly principalType: "USER" | "GROUP";
  readonly principalId: string;
}

/** What has to be looked at again; but for the last line of each group, that is one or two calls. */
export type LookedAt =
  | {
      readonly look: "pair";
      readonly accountId: AccountId;
      readonly permissionSetArn: PermissionSetArn;
      /** Whom the call was about: nobody else's assignment of the pair is its doing. */
      readonly principal?: AssignedPrincipal;
      readonly operation?: AssignmentOperation;
    }
  /** Its description, policies and tags: five calls, and assignments go with it when it is gone. */
  | { readonly look: "permission-set"; readonly arn: PermissionSetArn }
  /** Which permission sets there are: a call for 100. */
  | { readonly look: "permission-sets" }
  | { readonly look: "user"; readonly id: UserId }
  | { readonly look: "group"; readonly id: GroupId }
  /** A call for 100 members; one for the user alone, where the event names one. */
  | { readonly look: "members"; readonly groupId: GroupId; readonly userId?: UserId }
  /** A membership that ended, of which the event tells nothing but its id. */
  | { readonly look: "membership"; readonly id: string }
  /** Which users and groups there are: a call for 100, without memberships. */
  | { readonly look: "directory" }
  | { readonly look: "account"; readonly id: AccountId }
  /** Which accounts there are: a call for 20. */
  | { readonly look: "accounts" }
  | { readonly look: "organizational-unit"; readonly id: OrganizationalUnitId }
  | {
      readonly look: "iam-user" | "iam-group" | "iam-role";
      readonly accountId: AccountId;
      readonly name: string;
      /** The call made it: it was not there before, whatever anybody has seen of the account. */
      readonly isMade?: true;
    }
  /** All IAM users, groups and roles of an account. */
  | { readonly look: "iam"; readonly accountId: AccountId };

/** What has to be looked at again because of a call that CloudTrail tells of. */
export type Look = LookedAt & {
  /** CloudTrail's id of the event, the same on every bus and at every delivery. */
  readonly eventId: string;
  /** When the call was made. */
  readonly at: Timestamp;
  /** The ARN of the IAM or STS principal that made the call, where there is one. */
  readonly by?: string;
};
