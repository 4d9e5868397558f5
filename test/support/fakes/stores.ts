import type { AccessFlow } from "../../../lambdas/core/domain/access-flow.ts";
import type { AccessRequest, Status } from "../../../lambdas/core/domain/access-request.ts";
import type { AuditEntry } from "../../../lambdas/core/domain/audit.ts";
import { entitlementKey, type EntitlementRecord } from "../../../lambdas/core/domain/entitlement.ts";
import { DomainError } from "../../../lambdas/core/domain/errors.ts";
import { timestamp, type RequestId, type Timestamp } from "../../../lambdas/core/domain/ids.ts";
import { otherBeneficiaryOf } from "../../../lambdas/core/domain/principal.ts";
import { isBreakGlass, isUnreviewed } from "../../../lambdas/core/domain/break-glass.ts";
import { firstLookAt } from "../../../lambdas/core/domain/due.ts";
import type { Clock } from "../../../lambdas/core/ports/clock.ts";
import type {
  AccessRequestStore,
  AuditTrail,
  DueRequests,
  EntitlementIndex,
  EntitlementReader,
  EntitlementStore,
  Page,
  PageQuery,
  Wakeup,
  WakeupStore,
  WriteOutcome,
} from "../../../lambdas/core/ports/stores.ts";
import type { RequestCounts } from "../../../lambdas/core/ports/sweep.ts";

import { VirtualClock } from "../virtual-clock.ts";
import { FakeConfigurationStore } from "./configuration-store.ts";

/** Stores in memory, with the conditions of the real ones. `all` shows a test what they hold. */

/** What is stored is a copy: neither side sees the other's later changes. */
const copy = <T>(value: T): T => structuredClone(value);

/** Keeps `next` if it follows what is there. */
const putNext = <Value extends { readonly version: number }>(
  items: Map<string, Value>,
  key: string,
  next: Value,
): WriteOutcome => {
  const current = items.get(key);
  const follows = current === undefined ? next.version === 1 : current.version === next.version - 1;
  if (!follows) return "conflict";
  items.set(key, copy(next));
  return "written";
};

/** A page of an ordered list; a cursor is the number of items before it. */
const pageOf = <Item>(items: readonly Item[], { limit, cursor }: PageQuery): Page<Item> => {
  const begin = cursor === undefined ? 0 : Number(/^after-(\d+)$/.exec(cursor)?.[1] ?? Number.NaN);
  if (Number.isNaN(begin))
    throw new DomainError("invalid-cursor", "The cursor is not one that this list gave");
  const end = begin + limit;
  return {
    items: items.slice(begin, end).map(copy),
    ...(end < items.length ? { cursor: `after-${String(end)}` } : {}),
  };
};

export class FakeAccessRequestStore implements AccessRequestStore, DueRequests, RequestCounts {
  private readonly items = new Map<string, AccessRequest>();
  private readonly looks = new Map<string, Timestamp>();
  /** Every version that was written, in order: what the table's stream would show. */
  readonly history: AccessRequest[] = [];

  get all(): readonly AccessRequest[] {
    return [...this.items.values()].map(copy);
  }

  get(id: RequestId): Promise<AccessRequest | undefined> {
    return Promise.resolve(copy(this.items.get(id)));
  }

  create(request: AccessRequest): Promise<WriteOutcome> {
    return Promise.resolve(this.items.has(request.id) ? "conflict" : this.write(request));
  }

  replace(next: AccessRequest, from: readonly Status[]): Promise<WriteOutcome> {
    const current = this.items.get(next.id);
    const replaces = current?.version === next.version - 1 && from.includes(current.status);
    return Promise.resolve(replaces ? this.write(next) : "conflict");
  }

  listByRequester(requester: string, page: PageQuery): Promise<Page<AccessRequest>> {
    return this.list(page, (request) => request.requester.userId === requester);
  }

  listMadeFor(user: string, page: PageQuery): Promise<Page<AccessRequest>> {
    return this.list(page, (request) => otherBeneficiaryOf(request) === user);
  }

  listByStatus(status: Status, page: PageQuery): Promise<Page<AccessRequest>> {
    return this.list(page, (request) => request.status === status);
  }

  listWaitingExtensions(now: Date, page: PageQuery): Promise<Page<AccessRequest>> {
    const waiting = [...this.items.values()].flatMap((request) =>
      request.status === "active" && request.extension !== undefined
        ? [{ request, ...request.extension }]
        : [],
    );
    const soonestFirst = waiting.sort((a, b) => a.deadline.localeCompare(b.deadline));
    return Promise.resolve().then(() => {
      const { items, ...rest } = pageOf(soonestFirst, page);
      const decidable = items.filter(({ deadline }) => deadline > timestamp(now));
      return { ...rest, items: decidable.map(({ request }) => request) };
    });
  }

  listAutomatic(now: Date, page: PageQuery): Promise<Page<AccessRequest>> {
    const soonestFirst = [...this.items.values()]
      .flatMap((request) => (request.automatic === undefined ? [] : [{ request, ...request.automatic }]))
      .filter(({ until }) => until >= timestamp(now))
      .sort((a, b) => a.until.localeCompare(b.until));
    return Promise.resolve().then(() =>
      pageOf(
        soonestFirst.map(({ request }) => request),
        page,
      ),
    );
  }

  listUnreviewedBreakGlass(page: PageQuery): Promise<Page<AccessRequest>> {
    const oldestFirst = [...this.items.values()]
      .filter(isUnreviewed)
      .sort((a, b) => a.createdAt.localeCompare(b.createdAt));
    return Promise.resolve().then(() => pageOf<AccessRequest>(oldestFirst, page));
  }

  listBreakGlass(page: PageQuery): Promise<Page<AccessRequest>> {
    return this.list(page, isBreakGlass);
  }

  list(
    page: PageQuery,
    matches: (request: AccessRequest) => boolean = () => true,
  ): Promise<Page<AccessRequest>> {
    const newestFirst = [...this.items.values()]
      .filter(matches)
      .sort((a, b) => b.createdAt.localeCompare(a.createdAt));
    return Promise.resolve().then(() => pageOf(newestFirst, page));
  }

  due(now: Date, limit: number): Promise<readonly AccessRequest[]> {
    const due = [...this.looks]
      .filter(([, at]) => at <= timestamp(now))
      .sort(([, a], [, b]) => (a < b ? -1 : 1));
    const requests = due.map(([id]) => this.items.get(id)).filter((request) => request !== undefined);
    return Promise.resolve(requests.slice(0, limit).map(copy));
  }

  putOff({ id, version }: AccessRequest, until: Timestamp | undefined): Promise<WriteOutcome> {
    if (this.items.get(id)?.version !== version) return Promise.resolve("conflict");
    if (until === undefined) this.looks.delete(id);
    else this.looks.set(id, until);
    return Promise.resolve("written");
  }

  countOf(status: Status): Promise<number> {
    return Promise.resolve(this.all.filter((request) => request.status === status).length);
  }

  private write(request: AccessRequest): WriteOutcome {
    this.items.set(request.id, copy(request));
    this.looks.set(request.id, firstLookAt(request));
    this.history.push(copy(request));
    return "written";
  }
}

export class FakeEntitlementStore implements EntitlementStore, EntitlementIndex, EntitlementReader {
  private readonly items = new Map<string, EntitlementRecord>();
  private readonly writtenAt = new Map<string, Timestamp>();
  private readonly clock: Pick<Clock, "now">;

  constructor(clock: Pick<Clock, "now"> = new VirtualClock()) {
    this.clock = clock;
  }

  get all(): readonly EntitlementRecord[] {
    return [...this.items.values()].map(copy);
  }

  get(key: string): Promise<EntitlementRecord | undefined> {
    return Promise.resolve(copy(this.items.get(key)));
  }

  getAll(keys: readonly string[]): Promise<readonly EntitlementRecord[]> {
    const found = [...new Set(keys)].map((key) => this.items.get(key));
    return Promise.resolve(found.filter((record) => record !== undefined).map(copy));
  }

  put(next: EntitlementRecord): Promise<WriteOutcome> {
    const key = entitlementKey(next.entitlement);
    const outcome = putNext(this.items, key, next);
    if (outcome === "written") this.writtenAt.set(key, timestamp(this.clock.now()));
    return Promise.resolve(outcome);
  }

  removals(now: Date, limit: number): Promise<readonly EntitlementRecord[]> {
    return this.inOrder(limit, (record, writtenAt) => {
      const at = removalAt(record, writtenAt);
      return at !== undefined && at <= timestamp(now) ? at : undefined;
    });
  }

  longestUnverified(limit: number): Promise<readonly EntitlementRecord[]> {
    return this.inOrder(limit, (record, writtenAt) =>
      isWatched(record) ? (record.verifiedAt ?? writtenAt) : undefined,
    );
  }

  /** The records that `at` names a moment for, by that moment. */
  private inOrder(
    limit: number,
    at: (record: EntitlementRecord, writtenAt: Timestamp) => Timestamp | undefined,
  ): Promise<readonly EntitlementRecord[]> {
    const found = [...this.items].flatMap(([key, record]) => {
      const moment = at(record, this.writtenAt.get(key) ?? timestamp(this.clock.now()));
      return moment === undefined ? [] : [{ record, moment }];
    });
    found.sort((a, b) => a.moment.localeCompare(b.moment));
    return Promise.resolve(found.slice(0, limit).map(({ record }) => copy(record)));
  }
}

/** Since when, or from when on, somebody is to remove it or to verify that it is gone. */
const removalAt = (record: EntitlementRecord, writtenAt: Timestamp): Timestamp | undefined => {
  if (record.state === "verifying") return record.until;
  return record.state === "removing" ? (record.leaseUntil ?? record.since ?? writtenAt) : undefined;
};

/** Whether the sweep compares it with AWS. */
const isWatched = (record: EntitlementRecord): boolean =>
  record.state === "absent"
    ? record.watchedUntil !== undefined
    : record.state !== "removing" && record.state !== "verifying";

export class FakeWakeupStore implements WakeupStore {
  private readonly wakeups = new Map<string, Wakeup>();

  put(wakeup: Wakeup): Promise<WriteOutcome> {
    const current = this.wakeups.get(wakeup.requestId);
    if (current !== undefined && isEarlier(wakeup, current)) return Promise.resolve("conflict");
    this.wakeups.set(wakeup.requestId, wakeup);
    return Promise.resolve("written");
  }

  get(requestId: RequestId): Promise<string | undefined> {
    return Promise.resolve(this.wakeups.get(requestId)?.taskToken);
  }
}

const isEarlier = (wakeup: Wakeup, other: Wakeup): boolean =>
  wakeup.enteredAt === other.enteredAt
    ? wakeup.retryCount < other.retryCount
    : wakeup.enteredAt < other.enteredAt;

export class FakeAccessFlowStore extends FakeConfigurationStore<AccessFlow> {}

export class FakeAuditTrail implements AuditTrail {
  private readonly entries = new Map<string, Map<number, AuditEntry>>();

  append(entry: AuditEntry): Promise<void> {
    const chain = this.entries.get(entry.requestId) ?? new Map<number, AuditEntry>();
    this.entries.set(entry.requestId, chain);
    const there = chain.get(entry.sequence) ?? copy(entry);
    chain.set(entry.sequence, there);
    return there.hash === entry.hash
      ? Promise.resolve()
      : Promise.reject(new Error(`The trail has another entry ${entry.requestId}.${String(entry.sequence)}`));
  }

  list(requestId: RequestId, page: PageQuery): Promise<Page<AuditEntry>> {
    const inOrder = [...(this.entries.get(requestId)?.values() ?? [])].sort(
      (a, b) => a.sequence - b.sequence,
    );
    return Promise.resolve().then(() => pageOf(inOrder, page));
  }

  sequences(requestId: RequestId, from: number): Promise<readonly number[]> {
    const there = [...(this.entries.get(requestId)?.keys() ?? [])].filter((sequence) => sequence >= from);
    return Promise.resolve(there.sort((a, b) => a - b));
  }
}
