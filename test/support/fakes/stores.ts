import type { AccessFlow } from "../../../lambdas/core/domain/access-flow.ts";
import type { AccessRequest, Status } from "../../../lambdas/core/domain/access-request.ts";
import type { AuditEntry } from "../../../lambdas/core/domain/audit.ts";
import { entitlementKey, type EntitlementRecord } from "../../../lambdas/core/domain/entitlement.ts";
import { DomainError } from "../../../lambdas/core/domain/errors.ts";
import type { RequestId } from "../../../lambdas/core/domain/ids.ts";
import type {
  AccessFlowStore,
  AccessRequestStore,
  AuditTrail,
  EntitlementStore,
  Page,
  PageQuery,
  Wakeup,
  WakeupStore,
  WriteOutcome,
} from "../../../lambdas/core/ports/stores.ts";

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

export class FakeAccessRequestStore implements AccessRequestStore {
  private readonly items = new Map<string, AccessRequest>();
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

  listByStatus(status: Status, page: PageQuery): Promise<Page<AccessRequest>> {
    return this.list(page, (request) => request.status === status);
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

  private write(request: AccessRequest): WriteOutcome {
    this.items.set(request.id, copy(request));
    this.history.push(copy(request));
    return "written";
  }
}

export class FakeEntitlementStore implements EntitlementStore {
  private readonly items = new Map<string, EntitlementRecord>();

  get all(): readonly EntitlementRecord[] {
    return [...this.items.values()].map(copy);
  }

  get(key: string): Promise<EntitlementRecord | undefined> {
    return Promise.resolve(copy(this.items.get(key)));
  }

  put(next: EntitlementRecord): Promise<WriteOutcome> {
    return Promise.resolve(putNext(this.items, entitlementKey(next.entitlement), next));
  }
}

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

export class FakeAccessFlowStore implements AccessFlowStore {
  private readonly items = new Map<string, AccessFlow>();

  get(name: string): Promise<AccessFlow | undefined> {
    return Promise.resolve(copy(this.items.get(name)));
  }

  list(): Promise<readonly AccessFlow[]> {
    const byName = [...this.items.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
    return Promise.resolve(byName.map(copy));
  }

  put(next: AccessFlow): Promise<WriteOutcome> {
    return Promise.resolve(putNext(this.items, next.name, next));
  }

  delete(flow: AccessFlow): Promise<WriteOutcome> {
    if (this.items.get(flow.name)?.version !== flow.version) return Promise.resolve("conflict");
    this.items.delete(flow.name);
    return Promise.resolve("written");
  }
}

export class FakeAuditTrail implements AuditTrail {
  private readonly entries = new Map<string, Map<number, AuditEntry>>();

  append(entry: AuditEntry): Promise<void> {
    const chain = this.entries.get(entry.requestId) ?? new Map<number, AuditEntry>();
    this.entries.set(entry.requestId, chain);
    if (!chain.has(entry.sequence)) chain.set(entry.sequence, copy(entry));
    return Promise.resolve();
  }

  list(requestId: RequestId, page: PageQuery): Promise<Page<AuditEntry>> {
    const inOrder = [...(this.entries.get(requestId)?.values() ?? [])].sort(
      (a, b) => a.sequence - b.sequence,
    );
    return Promise.resolve().then(() => pageOf(inOrder, page));
  }
}
