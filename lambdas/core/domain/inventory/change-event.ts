import { canonicalJson } from "../hash.ts";
import type { RequestId, Timestamp } from "../ids.ts";
import { factId, type Fact, type FactKind, type FactOf } from "./facts.ts";

/** What an event of a change is about, by the kind of fact. That a look into an account failed is no change in AWS. */
const SUBJECTS = {
  account: "Account",
  "organizational-unit": "OrganizationalUnit",
  user: "User",
  group: "Group",
  membership: "Membership",
  "permission-set": "PermissionSet",
  provisioning: "Provisioning",
  assignment: "Assignment",
  "iam-user": "IamUser",
  "iam-group": "IamGroup",
  "iam-role": "IamRole",
  resource: "Resource",
} as const satisfies Partial<Record<FactKind, string>>;
type AnnouncedKind = keyof typeof SUBJECTS;
type AnnouncedFact = FactOf<AnnouncedKind>;

const CHANGES = ["Appeared", "Changed", "Vanished"] as const;
type Change = (typeof CHANGES)[number];
export type ChangeEventType = `${(typeof SUBJECTS)[AnnouncedKind]}${Change}`;

/** Every type of event that tells of a change. */
export const CHANGE_EVENT_TYPES: readonly ChangeEventType[] = (
  Object.keys(SUBJECTS) as AnnouncedKind[]
).flatMap((kind) => CHANGES.map((change) => `${SUBJECTS[kind]}${change}` as const));

/** What the inventory said of something at one moment. */
export interface Said {
  readonly fact: Fact;
  readonly since: Timestamp;
  readonly observedAt: Timestamp;
  readonly by?: string | undefined;
  readonly heldBy?: readonly RequestId[] | undefined;
  readonly baseline?: boolean | undefined;
}

/** What it says of something that is there no more. */
export interface SaidGone {
  readonly gone: true;
  readonly observedAt: Timestamp;
  readonly by?: string | undefined;
  readonly heldBy?: readonly RequestId[] | undefined;
  /** No integration looks at it any more: it may be there still. */
  readonly leftScope?: boolean | undefined;
}

/** A change as it is told: ids, and neither names nor what else there is of people. */
export interface ChangeEvent {
  readonly id: string;
  readonly type: ChangeEventType;
  readonly at: Timestamp;
  readonly detail: Readonly<Record<string, unknown>>;
}

/**
 * The event of a write; undefined where nothing changed, or nobody is to be told: what was there already when it was looked
 * at for the first time, and what nobody looks at any more. The same write has the same event, however often it is delivered.
 */
export const changeEventOf = (
  before: Said | SaidGone | undefined,
  after: Said | SaidGone,
): ChangeEvent | undefined => {
  const known = before === undefined || "gone" in before ? undefined : before.fact;
  if ("gone" in after)
    return after.leftScope === true
      ? undefined
      : known && eventOf("Vanished", known, after, after.observedAt);
  // Also what was seen piece by piece: an account is listed first, and its tags are read later.
  if (after.baseline === true) return undefined;
  if (known === undefined) return eventOf("Appeared", after.fact, after, after.since);
  if (canonicalJson(known) === canonicalJson(after.fact)) return undefined;
  return eventOf("Changed", after.fact, after, after.observedAt);
};

const eventOf = (
  change: Change,
  fact: Fact,
  { observedAt, by, heldBy }: Said | SaidGone,
  at: Timestamp,
): ChangeEvent | undefined => {
  if (!isAnnounced(fact)) return undefined;
  const type: ChangeEventType = `${SUBJECTS[fact.kind]}${change}`;
  return {
    id: `${type}#${factId(fact)}#${observedAt}`,
    type,
    at,
    detail: {
      version: 1,
      ...idsOf(fact),
      observedAt,
      ...(by === undefined ? {} : { by }),
      ...(heldBy === undefined ? {} : { heldBy }),
    },
  };
};

const isAnnounced = (fact: Fact): fact is AnnouncedFact => Object.hasOwn(SUBJECTS, fact.kind);

const idsOf = (fact: AnnouncedFact): Readonly<Record<string, string>> => {
  switch (fact.kind) {
    case "account":
      return { accountId: fact.id };
    case "organizational-unit":
      return { organizationalUnitId: fact.id };
    case "user":
      return { userId: fact.id };
    case "group":
      return { groupId: fact.id };
    case "membership":
      return { groupId: fact.groupId, userId: fact.userId };
    case "permission-set":
      return { permissionSetArn: fact.arn };
    case "provisioning":
      return { accountId: fact.accountId, permissionSetArn: fact.permissionSetArn };
    case "assignment":
      return {
        accountId: fact.accountId,
        permissionSetArn: fact.permissionSetArn,
        principalType: fact.principalType,
        principalId: fact.principalId,
      };
    case "iam-user":
    case "iam-group":
    case "iam-role":
      return { accountId: fact.accountId, arn: fact.arn };
    case "resource":
      return { accountId: fact.accountId, arn: fact.arn, resourceType: fact.type };
  }
};
