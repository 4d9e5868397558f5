import type { AccessRequest } from "../../core/domain/access-request.ts";
import { RequestIdSchema, type FlowName, type RequestId } from "../../core/domain/ids.ts";

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

/** What an item of the Access table is: the stream's filter lets only requests through. */
export type AccessItemKind = "request" | "entitlement";

const REQUEST_PREFIX = "request#";

export const accessKeys = {
  request: (id: RequestId) => ({ pk: `${REQUEST_PREFIX}${id}`, sk: "request" }),
  entitlement: (key: string) => ({ pk: `entitlement#${key}`, sk: "entitlement" }),
} as const;

/** The request whose partition key this is. */
export const requestIdOf = (pk: string): RequestId => RequestIdSchema.parse(pk.slice(REQUEST_PREFIX.length));

/** A request's attributes beside its own, for the indexes and the stream. */
export const requestAttributes = (request: AccessRequest) => ({
  ...accessKeys.request(request.id),
  kind: "request" satisfies AccessItemKind,
  requesterId: request.requester.userId,
  collection: ALL_REQUESTS,
});

/** An entitlement's attributes beside its own. */
export const entitlementAttributes = (key: string) => ({
  ...accessKeys.entitlement(key),
  kind: "entitlement" satisfies AccessItemKind,
});

export const wakeupKey = (requestId: RequestId) => ({ pk: requestId });

export const auditKey = (requestId: RequestId, sequence: number) => ({ pk: requestId, sk: sequence });

/** Finds an item of the Config table by name; an item without a `nameKey` is not in it. */
export const CONFIG_BY_NAME = { name: "byName", partition: "nameKey" } as const;

/** The partitions of the Config table. */
export const ConfigPartition = {
  accessFlows: "access-flow",
  accounts: "account",
  permissionSets: "permission-set",
} as const;

export const configKeys = {
  accessFlow: (name: FlowName) => ({ pk: ConfigPartition.accessFlows, sk: name }),
  account: (id: string) => ({ pk: ConfigPartition.accounts, sk: id }),
  permissionSet: (arn: string) => ({ pk: ConfigPartition.permissionSets, sk: arn }),
} as const;

/** A name within its partition of the catalogue. */
export const nameKey = (partition: string, name: string) => `${partition}#${name}`;

/** TTL's attribute (epoch seconds) in every table that has one. DynamoDB deletes days late: it collects garbage, nothing else. */
export const ttlAt = (moment: Date) => ({ ttl: Math.ceil(moment.getTime() / 1000) });

/** The attributes that an item has for its table's sake; what is left is the stored thing itself. */
export const withoutTableAttributes = (item: Readonly<Record<string, unknown>>): Record<string, unknown> => {
  const {
    pk: _pk,
    sk: _sk,
    kind: _kind,
    requesterId: _requesterId,
    collection: _collection,
    nameKey: _nameKey,
    ttl: _ttl,
    ...content
  } = item;
  return content;
};
