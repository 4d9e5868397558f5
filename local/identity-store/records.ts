import { documentsOf } from "../identity/documents.ts";
import type { LocalStore } from "../store.ts";
import type { Json } from "../wire/json.ts";

export type UserStatus = "ENABLED" | "DISABLED";

export interface ExternalId {
  readonly Issuer: string;
  readonly Id: string;
}

export interface Email {
  readonly Value?: string | undefined;
  readonly Type?: string | undefined;
  readonly Primary?: boolean | undefined;
}

/** A user, by AWS's own member names (API_User); timestamps in seconds, as the JSON protocol carries them. */
export interface UserRecord {
  readonly UserId: string;
  readonly UserName: string;
  readonly DisplayName: string;
  readonly UserStatus: UserStatus;
  readonly Emails?: readonly Email[];
  readonly ExternalIds?: readonly ExternalId[];
  readonly CreatedAt: number;
  readonly UpdatedAt: number;
  /** Name, Title, Timezone…: what nothing here looks into. */
  readonly attributes: Readonly<Record<string, Json>>;
}

export interface GroupRecord {
  readonly GroupId: string;
  readonly DisplayName: string;
  readonly Description?: string;
  readonly ExternalIds?: readonly ExternalId[];
  readonly CreatedAt: number;
  readonly UpdatedAt: number;
}

export interface MembershipRecord {
  readonly MembershipId: string;
  readonly GroupId: string;
  readonly UserId: string;
  readonly CreatedAt: number;
  readonly UpdatedAt: number;
}

/** A membership is found by its id and, without looking at any other, by its group and user. */
const pairOf = (groupId: string, userId: string): string => `${groupId}/${userId}`;

/** Where the directory keeps what it knows. */
export const identityStoreDocuments = (store: LocalStore) => {
  const memberships = documentsOf<MembershipRecord>(store, "identity-store/memberships");
  const pairs = documentsOf<string>(store, "identity-store/membership-pairs");
  return {
    users: documentsOf<UserRecord>(store, "identity-store/users"),
    groups: documentsOf<GroupRecord>(store, "identity-store/groups"),
    memberships: {
      get: (membershipId: string) => memberships.get(membershipId),
      all: () => memberships.all(),
      between: (groupId: string, userId: string) => {
        const membershipId = pairs.get(pairOf(groupId, userId));
        return membershipId === undefined ? undefined : memberships.get(membershipId);
      },
      put: (membership: MembershipRecord) => {
        memberships.put(membership.MembershipId, membership);
        pairs.put(pairOf(membership.GroupId, membership.UserId), membership.MembershipId);
      },
      delete: (membership: MembershipRecord) => {
        memberships.delete(membership.MembershipId);
        pairs.delete(pairOf(membership.GroupId, membership.UserId));
      },
    },
  };
};

export type IdentityStoreDocuments = ReturnType<typeof identityStoreDocuments>;
