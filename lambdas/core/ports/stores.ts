import type { AccessFlow } from "../domain/access-flow.ts";
import type { AccessRequest, Status } from "../domain/access-request.ts";
import type { AuditEntry } from "../domain/audit.ts";
import type { EntitlementRecord } from "../domain/entitlement.ts";
import type { FlowName, RequestId, Timestamp, UserId } from "../domain/ids.ts";

/**
 * The stores. Every write is conditional on the version that it replaces; a lost race is an answer (`"conflict"`),
 * not an error. All of them throw RetryableError `StoreUnavailable` when the table cannot be reached or is throttled.
 */
export type WriteOutcome = "written" | "conflict";

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins: opaque; absent on the last page. */
  readonly cursor?: string;
}

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

export interface AccessRequestStore {
  /** The newest version (consistent read). */
  get(id: RequestId): Promise<AccessRequest | undefined>;
  /** Writes a first version; `"conflict"` when the id exists already. */
  create(request: AccessRequest): Promise<WriteOutcome>;
  /** Replaces version `next.version - 1`, if its status is one of `from`. */
  replace(next: AccessRequest, from: readonly Status[]): Promise<WriteOutcome>;
  /** Newest first; eventually consistent, as are the other lists. Throws DomainError `invalid-cursor`. */
  listByRequester(requester: UserId, page: PageQuery): Promise<Page<AccessRequest>>;
  listByStatus(status: Status, page: PageQuery): Promise<Page<AccessRequest>>;
  list(page: PageQuery): Promise<Page<AccessRequest>>;
}

export interface EntitlementStore {
  /** The newest version (consistent read). */
  get(key: string): Promise<EntitlementRecord | undefined>;
  /** Writes version 1, or replaces version `next.version - 1`. */
  put(next: EntitlementRecord): Promise<WriteOutcome>;
}

/** One wait's token, and which wait it is: the machine may enter the state again, and retry it. */
export interface Wakeup {
  readonly requestId: RequestId;
  readonly taskToken: string;
  readonly enteredAt: Timestamp;
  readonly retryCount: number;
  readonly expiresAt: Timestamp;
}

/** Task tokens of waiting executions. Nothing but the code that wakes the workflow reads them. */
export interface WakeupStore {
  /** Keeps the token, unless the one of a later wait is there already (`"conflict"`). */
  put(wakeup: Wakeup): Promise<WriteOutcome>;
  get(requestId: RequestId): Promise<string | undefined>;
}

export interface AccessFlowStore {
  get(name: FlowName): Promise<AccessFlow | undefined>;
  /** All of them, by name. */
  list(): Promise<readonly AccessFlow[]>;
  /** Writes version 1, or replaces version `next.version - 1`. */
  put(next: AccessFlow): Promise<WriteOutcome>;
  delete(flow: AccessFlow): Promise<WriteOutcome>;
}

export interface AuditTrail {
  /** Keeps an entry; one that is there already is left as it is. */
  append(entry: AuditEntry): Promise<void>;
  /** In order. */
  list(requestId: RequestId, page: PageQuery): Promise<Page<AuditEntry>>;
}
