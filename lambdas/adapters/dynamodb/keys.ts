import type { AccessRequest } from "../../core/domain/access-request.ts";
import type { EntitlementRecord } from "../../core/domain/entitlement.ts";
import { isUnreviewed } from "../../core/domain/break-glass.ts";
import { firstLookAt } from "../../core/domain/due.ts";
import type { Day } from "../../core/domain/day.ts";
import { hashOf } from "../../core/domain/hash.ts";
import type { Subject } from "../../core/domain/configuration/subject.ts";
import type { IntegrationName } from "../../core/domain/integration.ts";
import { factId, type Fact, type FactKind, type ResourceType } from "../../core/domain/inventory/facts.ts";
import { partsOfSyncId, type SyncId, type SyncScope } from "../../core/domain/sync.ts";
import {
  RequestIdSchema,
  timestamp,
  type AccountId,
  type PermissionSetArn,
  type RequestId,
  type Timestamp,
  type UserId,
} from "../../core/domain/ids.ts";
import type { NamedKind } from "../../core/ports/inventory.ts";
import type { EntryPlace, TurnName } from "../../core/ports/stores.ts";

/** Every key, index and attribute name of every table; the tables themselves are in lib/. */

/** Names of the Access table's indexes. All of them hold keys only, and are sorted by `createdAt`. */
export const AccessIndex = {
  byRequester: { name: "byRequester", partition: "requesterId" },
  byStatus: { name: "byStatus", partition: "status" },
  byCreation: { name: "byCreation", partition: "collection" },
} as const;
export type AccessIndex = (typeof AccessIndex)[keyof typeof AccessIndex];

/** The one partition of `byCreation`. */
export const ALL_REQUESTS = "requests";

/** The partition of `byStatus` in which the places of waiting extensions are: no request has this status. */
export const WAITING_EXTENSIONS = "active, and an extension waits";

/** The partition of `byStatus` in which the places of emergencies are that nobody has reviewed: no request has this status. */
export const UNREVIEWED_BREAK_GLASS = "break-glass, and nobody has reviewed it";

/** The partition of `byStatus` in which the places of automatic flows' requests are: no request has this status. */
export const AUTOMATIC_PERIODS = "automatic, and its period goes on";

/** The partition of `byCreation` in which the places of all emergencies are. */
export const ALL_BREAK_GLASS = "break-glass";

/** The partition of `byRequester` in which the places of requests are that others made for the user: no user has this id. */
export const madeFor = (user: UserId): string => `for#${user}`;

/** What an item of the Access table is: the stream's filter lets only requests through. */
export type AccessItemKind =
  | "request"
  | "entitlement"
  | "extension-place"
  | "automatic-place"
  | "break-glass-place"
  | "beneficiary-place"
  | "turn"
  | "pace";

/** What every partition key of a request begins with: the API's role may write no others (lib/functions/api.ts). */
const REQUEST_PREFIX = "request#";

export const accessKeys = {
  request: (id: RequestId) => ({ pk: `${REQUEST_PREFIX}${id}`, sk: "request" }),
  extensionPlace: (id: RequestId) => ({ pk: `${REQUEST_PREFIX}${id}`, sk: "extension" }),
  automaticPlace: (id: RequestId) => ({ pk: `${REQUEST_PREFIX}${id}`, sk: "automatic" }),
  breakGlassPlace: (id: RequestId) => ({ pk: `${REQUEST_PREFIX}${id}`, sk: "break-glass" }),
  beneficiaryPlace: (id: RequestId) => ({ pk: `${REQUEST_PREFIX}${id}`, sk: "beneficiary" }),
  entitlement: (key: string) => ({ pk: `entitlement#${key}`, sk: "entitlement" }),
  turn: (name: TurnName) => ({ pk: `turn#${name}`, sk: "turn" }),
  pace: (name: PaceName) => ({ pk: `pace#${name}`, sk: "pace" }),
} as const;

/** The calls that all processes of one kind pace together. */
export type PaceName = "grant" | "sync";

/**
 * Finds what somebody has to look at, the longest due first: requests, and entitlements that are to be removed or compared
 * with AWS. It holds keys only, and only of items that have a `dueIn`.
 */
export const BY_DUE = { name: "byDue", partition: "dueIn", sort: "dueAt" } as const;

/**
 * Requests are spread over so many partitions of the index: one takes 1,000 writes a second
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html), and every transition is one.
 */
const REQUEST_SHARDS = 4;

export const DuePartition = {
  requests: Array.from({ length: REQUEST_SHARDS }, (_, shard) => `request#${shard}`),
  removals: "removal",
  observations: "observation",
} as const;

const place = (dueIn: string, dueAt: Timestamp) => ({ [BY_DUE.partition]: dueIn, [BY_DUE.sort]: dueAt });

/** The request's partition of the index: always the same one, as evenly spread as ids are, which are hashes. */
const shardOf = (id: RequestId): string => {
  const partition = DuePartition.requests[(id.codePointAt(id.length - 1) ?? 0) % REQUEST_SHARDS];
  if (partition === undefined) throw new RangeError(`No partition for ${id}`);
  return partition;
};

/** Where the index shows a request that is to be looked at then. */
export const requestPlace = (id: RequestId, dueAt: Timestamp) => place(shardOf(id), dueAt);

/** On a request that the sweep has put off: such a write is none of a transition, and the stream's filter drops it. */
export const SWEPT = "swept";

/** The request whose partition key this is. */
export const requestIdOf = (pk: string): RequestId => RequestIdSchema.parse(pk.slice(REQUEST_PREFIX.length));

/** A request's attributes beside its own, for the indexes and the stream. */
export const requestAttributes = (request: AccessRequest) => ({
  ...accessKeys.request(request.id),
  kind: "request" satisfies AccessItemKind,
  requesterId: request.requester.userId,
  collection: ALL_REQUESTS,
  ...requestPlace(request.id, firstLookAt(request)),
});

/**
 * All of an item that makes `byStatus` find a request whose extension waits: the request itself is there as `active`,
 * among thousands. The index sorts by `createdAt`, which here is the deadline: what is past it need not be read.
 */
export const extensionPlace = (id: RequestId, deadline: Timestamp) => ({
  ...accessKeys.extensionPlace(id),
  kind: "extension-place" satisfies AccessItemKind,
  [AccessIndex.byStatus.partition]: WAITING_EXTENSIONS,
  createdAt: deadline,
  ...ttlAt(new Date(deadline)),
});

/**
 * All of an item that makes `byStatus` find a request of an automatic flow until its period is over, which here is its
 * `createdAt`: by status it is among all that people asked for. It is written before the request, which it needs not outlive.
 */
export const automaticPlace = (id: RequestId, until: Timestamp) => ({
  ...accessKeys.automaticPlace(id),
  kind: "automatic-place" satisfies AccessItemKind,
  [AccessIndex.byStatus.partition]: AUTOMATIC_PERIODS,
  createdAt: until,
  ...ttlAt(new Date(until)),
});

/**
 * All of an item that makes the lists of emergencies find a request, without reading everything that is over. It is written
 * before the request (adapters/dynamodb/access-request-store.ts), and stays: the trail of an emergency has no end.
 */
export const breakGlassPlace = (request: AccessRequest) => ({
  ...accessKeys.breakGlassPlace(request.id),
  kind: "break-glass-place" satisfies AccessItemKind,
  [AccessIndex.byCreation.partition]: ALL_BREAK_GLASS,
  ...(isUnreviewed(request) ? { [AccessIndex.byStatus.partition]: UNREVIEWED_BREAK_GLASS } : {}),
  createdAt: request.createdAt,
});

/**
 * All of an item that makes the list of what others asked for on a user's behalf find a request. It is written before the
 * request, and stays, as who a request is for never changes.
 */
export const beneficiaryPlace = (request: AccessRequest, beneficiary: UserId) => ({
  ...accessKeys.beneficiaryPlace(request.id),
  kind: "beneficiary-place" satisfies AccessItemKind,
  [AccessIndex.byRequester.partition]: madeFor(beneficiary),
  createdAt: request.createdAt,
});

/** An entitlement's attributes beside its own, as of a write `now`. */
export const entitlementAttributes = (key: string, record: EntitlementRecord, now: Date) => ({
  ...accessKeys.entitlement(key),
  kind: "entitlement" satisfies AccessItemKind,
  ...entitlementPlace(record, timestamp(now)),
});

/** What nobody has to look at is in no place. */
const entitlementPlace = (record: EntitlementRecord, now: Timestamp) => {
  switch (record.state) {
    case "removing":
      return place(DuePartition.removals, record.leaseUntil ?? record.since ?? now);
    case "verifying":
      return place(DuePartition.removals, record.until);
    case "standing":
    case "ours":
    case "observing":
      return place(DuePartition.observations, record.verifiedAt ?? now);
    case "absent":
      return record.watchedUntil === undefined
        ? {}
        : place(DuePartition.observations, record.verifiedAt ?? now);
  }
};

export const wakeupKey = (requestId: RequestId) => ({ pk: requestId });

/** A chain is a request's, by its id, or one of configuration (domain/configuration/subject.ts). */
export const auditKey = (chain: string, sequence: number) => ({ pk: chain, sk: sequence });

/**
 * Finds the entries of the Audit table that were recorded on a day (UTC), by chain. It holds their keys and hashes: what
 * an entry says stays in the table. A day is one partition, which takes 1,000 entries a second.
 */
export const AUDIT_BY_DAY = { name: "byDay", partition: "recordedOn", included: ["hash"] } as const;

/** An audit entry's attributes beside its own. */
export const auditAttributes = (chain: string, sequence: number, recordedOn: Day) => ({
  ...auditKey(chain, sequence),
  [AUDIT_BY_DAY.partition]: recordedOn,
});

/** Each kind of configuration has a partition of the Config table, of its name. */
export const configKey = ({ kind, name }: Subject) => ({ pk: kind, sk: name });

/** What every partition key of the items begins with that keep entries of configuration: none of a kind of configuration. */
const CONFIGURATION_ENTRY_PREFIX = "entry#";

/** An entry of configuration in the Config table. No kind, name or hash has a `#`. */
export const configurationEntryKey = ({ subject, sequence, hash }: EntryPlace) => ({
  pk: `${CONFIGURATION_ENTRY_PREFIX}${subject.kind}`,
  sk: `${subject.name}#${String(sequence)}#${hash}`,
});

/** Where the Config table keeps which findings of lint were told: none of a kind of configuration. */
export const TOLD_FINDINGS_KEY = { pk: "lint#told", sk: "told" } as const;

/** What an item of the Inventory table is: the stream's filter lets only facts through. */
export type InventoryItemKind = "fact" | "sync" | "synced-account";

/**
 * Finds assignments by the user or group that has them, and memberships by the user. As the other indexes of the
 * Inventory table it holds whole items, and only those that have its keys.
 */
export const INVENTORY_BY_PRINCIPAL = { name: "byPrincipal", partition: "principal", sort: "sk" } as const;

/** Finds the assignments of a permission set, the oldest first, and the accounts that it is provisioned in. */
export const INVENTORY_BY_PERMISSION_SET = {
  name: "byPermissionSet",
  partition: "permissionSet",
  sort: "order",
} as const;

/** Finds what people name by its name, resources by their type, and memberships by their id. */
export const INVENTORY_BY_NAME = { name: "byName", partition: "nameKey", sort: "sk" } as const;

/**
 * Facts are in a partition by kind, under their ids: whatever contains them is a prefix. DynamoDB splits a partition that
 * gets more than a partition's share, by sort key too, for a table without local indexes
 * (https://aws.amazon.com/blogs/database/part-2-scaling-dynamodb-how-partitions-hot-keys-and-split-for-heat-impact-performance/);
 * a sync writes no faster than the few calls a second that AWS lets it make.
 */
export const inventoryKeys = {
  fact: (kind: FactKind, id: string) => ({ pk: kind, sk: id }),
  sync: (id: SyncId) => {
    const { integration, scope } = partsOfSyncId(id);
    return { pk: syncPartition(integration, scope), sk: id };
  },
  syncedAccount: (id: SyncId, accountId: AccountId) => ({ pk: syncedAccountPartition(id), sk: accountId }),
} as const;

/** Where the passes of an integration are, by when they were begun. */
export const syncPartition = (integration: IntegrationName, scope: SyncScope): string =>
  `sync#${integration}#${scope}`;

/** Where the accounts are that a pass has looked into. */
export const syncedAccountPartition = (id: SyncId): string => `synced-account#${id}`;

/** A name within its kind. */
const nameKey = (kind: NamedKind | "resource" | "membership", name: string) => `${kind}#${name}`;

/** The partitions of the Inventory table's indexes. */
export const InventoryPartition = {
  principal: (kind: "assignment" | "membership", id: string) => `${kind}#${id}`,
  permissionSet: (kind: "assignment" | "provisioning", arn: PermissionSetArn) => `${kind}#${arn}`,
  /** A name too long for a key is there by its hash, among which whoever looks for it compares names anyway. */
  name: (kind: NamedKind, name: string) =>
    nameKey(kind, Buffer.byteLength(name) > LONGEST_NAME ? hashOf({ name }) : name),
  resources: (type: ResourceType) => nameKey("resource", type),
  /** At most 47 characters: https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_GroupMembership.html */
  membership: (membershipId: string) => nameKey("membership", membershipId),
} as const;

/**
 * In bytes. A partition key has at most 2,048
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html), and a group's name up to 1,024
 * characters of up to four bytes (https://docs.aws.amazon.com/singlesignon/latest/IdentityStoreAPIReference/API_Group.html).
 */
const LONGEST_NAME = 1_024;

/** A fact's attributes beside its own, for the indexes and the stream. */
export const factAttributes = (fact: Fact, since: Timestamp) => ({
  ...inventoryKeys.fact(fact.kind, factId(fact)),
  kind: "fact" satisfies InventoryItemKind,
  ...factPlaces(fact, since),
});

/** The attributes that put a fact into indexes; what has vanished has none of them. */
export const FACT_PLACES = [
  INVENTORY_BY_PRINCIPAL.partition,
  INVENTORY_BY_PERMISSION_SET.partition,
  INVENTORY_BY_PERMISSION_SET.sort,
  INVENTORY_BY_NAME.partition,
] as const;

const factPlaces = (
  fact: Fact,
  since: Timestamp,
): { readonly [Place in (typeof FACT_PLACES)[number]]?: string } => {
  switch (fact.kind) {
    case "assignment":
      return {
        principal: InventoryPartition.principal(fact.kind, fact.principalId),
        permissionSet: InventoryPartition.permissionSet(fact.kind, fact.permissionSetArn),
        order: `${since}#${factId(fact)}`,
      };
    case "provisioning":
      return {
        permissionSet: InventoryPartition.permissionSet(fact.kind, fact.permissionSetArn),
        order: fact.accountId,
      };
    case "membership":
      return {
        principal: InventoryPartition.principal(fact.kind, fact.userId),
        ...(fact.membershipId === undefined
          ? {}
          : { nameKey: InventoryPartition.membership(fact.membershipId) }),
      };
    case "account":
    case "permission-set":
      return { nameKey: InventoryPartition.name(fact.kind, fact.name) };
    case "user":
      return { nameKey: InventoryPartition.name(fact.kind, fact.userName) };
    case "group":
      return { nameKey: InventoryPartition.name(fact.kind, fact.displayName) };
    case "resource":
      return { nameKey: InventoryPartition.resources(fact.type) };
    case "organizational-unit":
    case "iam-user":
    case "iam-group":
    case "iam-role":
    case "stale-account":
    case "coverage":
    case "excluded-account":
      return {};
  }
};

/** TTL's attribute (epoch seconds) in every table that has one. DynamoDB deletes days late: it collects garbage, nothing else. */
export const ttlAt = (moment: Date) => ({ ttl: Math.ceil(moment.getTime() / 1000) });

/** Tells a write from everybody else's: whoever saw no answer finds out by it whether it was done. */
export const WRITE = "write";

/** The attributes that an item has for its table's sake; what is left is the stored thing itself. */
export const withoutTableAttributes = (item: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const {
    pk: _pk,
    sk: _sk,
    kind: _kind,
    requesterId: _requesterId,
    collection: _collection,
    nameKey: _nameKey,
    recordedOn: _recordedOn,
    [BY_DUE.partition]: _dueIn,
    [BY_DUE.sort]: _dueAt,
    [SWEPT]: _swept,
    [WRITE]: _write,
    ttl: _ttl,
    ...content
  } = item;
  return content;
};
