import { documentsOf, type Documents, type Stored } from "../identity/documents.ts";
import { readWithin, type ReadRange } from "../identity/paging.ts";
import type { LocalStore } from "../store.ts";
import type { Json, JsonObject } from "../wire/json.ts";

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
  /** The enterprise extension, as SCIM names its attributes: shown to whom asks for it. */
  readonly enterprise?: JsonObject;
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

/** A membership is found by its id and, without looking at any other, by its group and user, in either order. */
const pairOf = (first: string, second: string): string => `${first}/${second}`;

const emailsOf = ({ Emails = [] }: UserRecord): string[] =>
  Emails.flatMap(({ Value }) => (Value === undefined ? [] : [Value]));

/** One space between the two: an issuer is a URL, which has none. */
const externalKey = ({ Issuer, Id }: ExternalId): string => `${Issuer} ${Id}`;

/** Records by id, each of which is found by further keys without looking at any other. */
const found = <T>(
  records: Documents<T>,
  lookups: readonly { readonly keys: Documents<string>; readonly of: (record: T) => readonly string[] }[],
) => {
  const forget = (id: string) => {
    const record = records.get(id);
    if (record === undefined) return;
    for (const { keys, of } of lookups) for (const key of of(record)) keys.delete(key);
  };
  return {
    get: records.get,
    all: records.all,
    range: records.range,
    put: (id: string, record: T) => {
      forget(id);
      records.put(id, record);
      for (const { keys, of } of lookups) for (const key of of(record)) keys.put(key, id);
    },
    delete: (id: string) => {
      forget(id);
      records.delete(id);
    },
  };
};

/** Where the directory keeps what it knows. */
export const identityStoreDocuments = (store: LocalStore) => {
  const keysOf = (kind: string) => documentsOf<string>(store, `identity-store/${kind}`);
  const [userNames, emails, userExternalIds] = [
    keysOf("user-names"),
    keysOf("user-emails"),
    keysOf("user-external-ids"),
  ];
  const [groupNames, groupExternalIds] = [keysOf("group-names"), keysOf("group-external-ids")];
  const users = found(documentsOf<UserRecord>(store, "identity-store/users"), [
    { keys: userNames, of: ({ UserName }) => [UserName] },
    { keys: emails, of: emailsOf },
    { keys: userExternalIds, of: ({ ExternalIds = [] }) => ExternalIds.map(externalKey) },
  ]);
  const groups = found(documentsOf<GroupRecord>(store, "identity-store/groups"), [
    { keys: groupNames, of: ({ DisplayName }) => [DisplayName] },
    { keys: groupExternalIds, of: ({ ExternalIds = [] }) => ExternalIds.map(externalKey) },
  ]);
  const memberships = documentsOf<MembershipRecord>(store, "identity-store/memberships");
  const ofGroups = documentsOf<string>(store, "identity-store/membership-pairs");
  const ofUsers = documentsOf<string>(store, "identity-store/memberships-of-users");

  const known = (ids: readonly Stored<string>[]): Stored<MembershipRecord>[] =>
    ids.flatMap(({ id, document }) => {
      const membership = memberships.get(document);
      return membership === undefined ? [] : [{ id, document: membership }];
    });
  const reading =
    (pairs: Documents<string>, first: string): ReadRange<MembershipRecord> =>
    (range) =>
      known(readWithin(pairs, `${first}/`)(range));

  return {
    users: {
      ...users,
      idNamed: userNames.get,
      idWithEmail: emails.get,
      idWithExternalId: (external: ExternalId) => userExternalIds.get(externalKey(external)),
    },
    groups: {
      ...groups,
      idNamed: groupNames.get,
      idWithExternalId: (external: ExternalId) => groupExternalIds.get(externalKey(external)),
    },
    memberships: {
      get: (membershipId: string) => memberships.get(membershipId),
      all: () => memberships.all(),
      between: (groupId: string, userId: string) => {
        const membershipId = ofGroups.get(pairOf(groupId, userId));
        return membershipId === undefined ? undefined : memberships.get(membershipId);
      },
      /** A group's memberships, by user. */
      inGroup: (groupId: string): ReadRange<MembershipRecord> => reading(ofGroups, groupId),
      /** A user's memberships, by group. */
      ofUser: (userId: string): ReadRange<MembershipRecord> => reading(ofUsers, userId),
      put: (membership: MembershipRecord) => {
        const { MembershipId, GroupId, UserId } = membership;
        memberships.put(MembershipId, membership);
        ofGroups.put(pairOf(GroupId, UserId), MembershipId);
        ofUsers.put(pairOf(UserId, GroupId), MembershipId);
      },
      delete: ({ MembershipId, GroupId, UserId }: MembershipRecord) => {
        memberships.delete(MembershipId);
        ofGroups.delete(pairOf(GroupId, UserId));
        ofUsers.delete(pairOf(UserId, GroupId));
      },
    },
  };
};

export type IdentityStoreDocuments = ReturnType<typeof identityStoreDocuments>;
