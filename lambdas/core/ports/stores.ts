import type { AccessFlow } from "../domain/access-flow.ts";
import type { AccessScope } from "../domain/access-scope.ts";
import type { Bundle } from "../domain/bundle.ts";
import type { Rota } from "../domain/rota.ts";
import type { AccessRequest, Status } from "../domain/access-request.ts";
import type { AuditEntry } from "../domain/audit.ts";
import type { ChangeMark, ConfigurationEntry } from "../domain/configuration/entry.ts";
import type { ConfigurationKind, Subject } from "../domain/configuration/subject.ts";
import type { EntitlementRecord } from "../domain/entitlement.ts";
import type { RequestId, Timestamp, UserId } from "../domain/ids.ts";

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
  /** What others made for the user, in the same order. */
  listMadeFor(user: UserId, page: PageQuery): Promise<Page<AccessRequest>>;
  listByStatus(status: Status, page: PageQuery): Promise<Page<AccessRequest>>;
  list(page: PageQuery): Promise<Page<AccessRequest>>;
  /** Active requests with an extension that can be decided at `now`, the one with the nearest deadline first. */
  listWaitingExtensions(now: Date, page: PageQuery): Promise<Page<AccessRequest>>;
  /**
   * Requests of automatic flows whose period ends at `now` or later, whatever became of them, the one that ends soonest
   * first. Each is here before it is granted, and none is granted for longer.
   */
  listAutomatic(now: Date, page: PageQuery): Promise<Page<AccessRequest>>;
  /** Emergencies that nobody has reviewed, over or not, the oldest first. Each is here before it is granted. */
  listUnreviewedBreakGlass(page: PageQuery): Promise<Page<AccessRequest>>;
  /** All emergencies, newest first. */
  listBreakGlass(page: PageQuery): Promise<Page<AccessRequest>>;
}

/**
 * Told of an item that a list passed over, since it is not of the shape that Lockstep writes: a defect of that one, and
 * nobody else's delay.
 */
export type OnUnreadable = (defect: unknown) => void;

/** What the sweep is to look at, and what it has looked at. */
export interface DueRequests {
  /**
   * Requests that are to be looked at by `now`, the longest due first; eventually consistent. What is put off leaves
   * the list, so that asking again goes on where it stopped.
   */
  due(now: Date, limit: number, onUnreadable: OnUnreadable): Promise<readonly AccessRequest[]>;
  /**
   * Puts the next look at this version off to `until`; undefined: it needs none any more. Changes nothing of the
   * request, and nothing at all (`"conflict"`) when it has another version by now.
   */
  putOff(request: AccessRequest, until: Timestamp | undefined): Promise<WriteOutcome>;
}

export interface EntitlementStore {
  /** The newest version (consistent read). */
  get(key: string): Promise<EntitlementRecord | undefined>;
  /** Writes version 1, or replaces version `next.version - 1`. */
  put(next: EntitlementRecord): Promise<WriteOutcome>;
}

/** Many records at once. */
export interface EntitlementReader {
  /** Those of them that are there, as they were a moment ago. */
  getAll(keys: readonly string[]): Promise<readonly EntitlementRecord[]>;
}

/** The records that somebody has to act on, by index; eventually consistent. */
export interface EntitlementIndex {
  /** What nobody holds any more and what is to be verified by `now`, the longest waiting first. */
  removals(now: Date, limit: number, onUnreadable: OnUnreadable): Promise<readonly EntitlementRecord[]>;
  /** What Lockstep keeps, and what it removed lately: the one first that was compared with AWS the longest ago. */
  longestUnverified(limit: number, onUnreadable: OnUnreadable): Promise<readonly EntitlementRecord[]>;
}

export type TurnName = "removals" | "sweep" | "automatic";

/** The right to do something alone, until a moment by the clock of whoever has it. */
export interface Turn {
  readonly name: TurnName;
  /** Tells this turn from every other one. */
  readonly id: string;
  readonly until: Timestamp;
  /** Whoever had it before did not give it back: by another clock than this one it may not have ended yet. */
  readonly inherited: boolean;
}

/** Turns that invocations take: one at a time for each name. A crashed one's turn ends by itself. */
export interface Turns {
  /** The turn, if nobody has it now. */
  take(name: TurnName, seconds: number): Promise<Turn | undefined>;
  /** The same turn for `seconds` from now; undefined when it ran out, and somebody else may have it. */
  keep(turn: Turn, seconds: number): Promise<Turn | undefined>;
  /** Gives it back, so that the next one need not wait. */
  end(turn: Turn): Promise<void>;
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

/** What every item of configuration has: a name within its kind, and a version. */
export interface ConfigurationItem {
  readonly name: string;
  readonly version: number;
}

/** Where an item stands: also one that is deleted, or was never there (version 0). Without `change`, its chain has not begun. */
export interface ConfigurationHead<Item = unknown> {
  readonly version: number;
  /** Absent: it is not there, or not any more. */
  readonly item?: Item;
  /** Its newest change, which the same write kept. */
  readonly change?: ChangeMark;
}

/**
 * The items of one kind. A write keeps its audit entry before it writes the item, which names it, and is done only
 * (`"conflict"` otherwise) when the entry follows the newest one that is there. Reads are consistent. Throws RetryableError
 * `StoreUnavailable`.
 */
export interface ConfigurationStore<Item extends ConfigurationItem> {
  get(name: Item["name"]): Promise<Item | undefined>;
  /** All of them, by name. */
  list(): Promise<readonly Item[]>;
  head(name: Item["name"]): Promise<ConfigurationHead<Item>>;
  put(next: Item, change: ConfigurationEntry): Promise<WriteOutcome>;
  /** Leaves what the name's next item goes on from. */
  delete(item: Item, change: ConfigurationEntry): Promise<WriteOutcome>;
}

/** The changes of items of any kind, as they were written, whether or not the audit trail has them. Reads are consistent. */
export interface ConfigurationHeads {
  head(subject: Subject): Promise<ConfigurationHead>;
  /** The newest change of every item of a kind, also of those that are deleted. */
  newest(kind: ConfigurationKind): Promise<readonly ChangeMark[]>;
  /** The entry of a change; undefined where there is none. */
  entry(change: EntryPlace): Promise<ConfigurationEntry | undefined>;
}

/** Which entry of a chain is meant: by its hash, since two who change one item at once make two of one sequence. */
export type EntryPlace = Pick<ConfigurationEntry, "subject" | "sequence" | "hash">;

/** The chains of configuration in the audit trail. */
export interface ConfigurationTrail {
  /** Keeps an entry; one that is there already is left as it is. Throws where that is another one. */
  append(entry: ConfigurationEntry): Promise<void>;
  /** Which of a chain's entries are there, from `from` on; consistent. */
  sequences(subject: Subject, from: number): Promise<readonly number[]>;
  /** In order. A page may come back short with a cursor: entries may be large. */
  list(subject: Subject, page: PageQuery): Promise<Page<ConfigurationEntry>>;
}

export type AccessFlowStore = ConfigurationStore<AccessFlow>;
export type BundleStore = ConfigurationStore<Bundle>;
export type AccessScopeStore = ConfigurationStore<AccessScope>;
export type RotaStore = ConfigurationStore<Rota>;

export interface AuditTrail {
  /** Keeps an entry; one that is there already is left as it is. Throws where that is another one. */
  append(entry: AuditEntry): Promise<void>;
  /** In order. */
  list(requestId: RequestId, page: PageQuery): Promise<Page<AuditEntry>>;
  /** Which of a request's entries are there, from `from` on; consistent. */
  sequences(requestId: RequestId, from: number): Promise<readonly number[]>;
}
