import type { DirectoryAttributes } from "../domain/directory-attributes.ts";
import type { AccountId, GroupId, OrganizationalUnitId, UserId } from "../domain/ids.ts";
import type { Person } from "../domain/principal.ts";

export interface DirectoryUser extends Person {
  readonly enabled: boolean;
}

/** What no two users have in common: by these a user is found in one call. */
export type UniqueAttribute = "userName" | "email";

export interface DirectoryGroup {
  readonly groupId: GroupId;
  readonly displayName: string;
}

/**
 * The identity store, always asked anew: who is who and who belongs where is decided at decision time.
 * Throws RetryableError `DirectoryUnavailable`.
 */
export interface Directory {
  /** The user that a verified token's claim value names (by the attribute that the settings say), whatever their status. */
  userByIdentity(value: string): Promise<DirectoryUser | undefined>;
  /** A user named by email or user name, as flows and requests do. Throws DomainError `ambiguous-name` when two people are meant. */
  userByName(name: string): Promise<DirectoryUser | undefined>;
  user(id: UserId): Promise<DirectoryUser | undefined>;
  /** The one user whose attribute has the value, whatever their status: two calls, and one for nobody. */
  userWith(attribute: UniqueAttribute, value: string): Promise<DirectoryUser | undefined>;
  /** What it says of the user, by name; undefined when there is no such user. One call. */
  attributes(user: UserId): Promise<DirectoryAttributes | undefined>;
  /**
   * Whom the user's `manager` means, whatever their status: a user's id, else a user name or an email, as the identity
   * provider sent it. Undefined where it means nobody, or one person by user name and another by email. Three calls at most.
   */
  managerOf(user: UserId): Promise<UserId | undefined>;
  group(id: GroupId): Promise<DirectoryGroup | undefined>;
  groupByName(displayName: string): Promise<DirectoryGroup | undefined>;
  /** Which of `groups` the user is a member of. Groups that no longer exist have no members. */
  memberships(user: UserId, groups: readonly GroupId[]): Promise<ReadonlySet<GroupId>>;
  /** All members, however many pages that takes; empty for a group that no longer exists. */
  members(group: GroupId): Promise<readonly UserId[]>;
  groupsOf(user: UserId): Promise<readonly DirectoryGroup[]>;
}

/** An account as AWS Organizations shows it now. */
export interface OrganizationAccount {
  readonly id: AccountId;
  readonly name: string;
  /** `ACTIVE`, `SUSPENDED`, `PENDING_CLOSURE`, … as AWS names it. */
  readonly state: string;
}

/** AWS Organizations, always asked anew. Throws RetryableError `DirectoryUnavailable`. */
export interface Organization {
  account(id: AccountId): Promise<OrganizationAccount | undefined>;
  /** The organizational units above the account and the root, nearest first. */
  ancestorsOf(id: AccountId): Promise<readonly OrganizationalUnitId[]>;
  /** The organizational unit at a path of names such as `/Workloads/Prod`; `/` is the root. */
  organizationalUnitAt(path: string): Promise<OrganizationalUnitId | undefined>;
}
