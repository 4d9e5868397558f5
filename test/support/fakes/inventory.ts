import { DomainError } from "../../../lambdas/core/domain/errors.ts";
import { changeEventOf, type ChangeEvent } from "../../../lambdas/core/domain/inventory/change-event.ts";
import {
  factId,
  ofType,
  type Fact,
  type FactKind,
  type FactOf,
} from "../../../lambdas/core/domain/inventory/facts.ts";
import type { Timestamp } from "../../../lambdas/core/domain/ids.ts";
import type {
  FactPage,
  FactReference,
  Inventory,
  InventoryWriter,
  NamedKind,
  Observed,
  Replaced,
  Scope,
} from "../../../lambdas/core/ports/inventory.ts";

/** What a place of the inventory holds: a fact, or the trace of one, which may never have been seen. */
interface Trace {
  readonly gone: true;
  readonly observedAt: Timestamp;
  readonly fact?: Fact | undefined;
  readonly leftScope?: boolean | undefined;
}
type Held = Observed | Trace;

const isTrace = (held: Held): held is Trace => "gone" in held;

/** The inventory in memory, with the conditions of the real one. */
export class FakeInventory implements Inventory {
  private readonly held = new Map<FactKind, Map<string, Held>>();
  /** How many writes took effect. */
  writes = 0;
  /** What the stream's function would announce, in the order of the writes. */
  readonly announced: ChangeEvent[] = [];
  /** How many facts were read, of whatever page, batch or look; of a page, with the traces that it looked at. */
  reads = 0;

  /** What is there, in the order of kinds and ids. */
  get all(): readonly Observed[] {
    return [...this.held.keys()].sort().flatMap((kind) => this.inOrder(kind));
  }

  get<Kind extends FactKind>(kind: Kind, id: string): Promise<Observed<FactOf<Kind>> | undefined> {
    return this.getAll(kind, [id]).then(([found]) => found);
  }

  getAll<Kind extends FactKind>(
    kind: Kind,
    ids: readonly string[],
  ): Promise<readonly Observed<FactOf<Kind>>[]> {
    const found = [...new Set(ids)].flatMap((id) => {
      const held = this.held.get(kind)?.get(id);
      return held === undefined || isTrace(held) ? [] : [held as Observed<FactOf<Kind>>];
    });
    this.reads += found.length;
    return Promise.resolve(structuredClone(found));
  }

  page<Kind extends FactKind>(
    scope: Scope<Kind>,
    { limit, from }: Parameters<Inventory["page"]>[1],
  ): Promise<FactPage<FactOf<Kind>>> {
    return Promise.resolve().then(() => {
      const placeIn = placesOf(scope);
      // Sorted are only the few that are wanted: tests ask thousands of times about a kind of many.
      const ordered = [...(this.held.get(scope.kind) ?? [])]
        .flatMap(([id, held]) => {
          const place = placeIn(id, held);
          return place === undefined ? [] : [{ held, place }];
        })
        .sort((a, b) => (a.place < b.place ? -1 : 1));
      const after = from === undefined ? undefined : placeOf(scope, from);
      const rest = after === undefined ? ordered : ordered.filter(({ place }) => place > after);
      const lookedAt = rest.slice(0, limit);
      // As DynamoDB, whose limit also ends a page behind which there is nothing.
      const last = lookedAt.length === limit ? lookedAt.at(-1) : undefined;
      this.reads += lookedAt.length;
      return {
        facts: structuredClone(
          lookedAt.flatMap(({ held }) => (isTrace(held) ? [] : [held as Observed<FactOf<Kind>>])),
        ),
        ...(last === undefined ? {} : { next: `${CURSOR}${last.place}` }),
      };
    });
  }

  named<Kind extends NamedKind>(kind: Kind, name: string): Promise<readonly Observed<FactOf<Kind>>[]> {
    const found = this.inOrder(kind).filter(({ fact }) => nameOf(fact) === name);
    return Promise.resolve(structuredClone(found as unknown as readonly Observed<FactOf<Kind>>[]));
  }

  record(observed: Observed, replaced?: Replaced): Promise<"written" | "outdated"> {
    const id = factId(observed.fact);
    const known = this.held.get(observed.fact.kind)?.get(id);
    const isNewer =
      known === undefined ||
      known.observedAt < observed.observedAt ||
      (isTrace(known) && known.observedAt === observed.observedAt);
    return Promise.resolve(
      isNewer && isAsRead(known, replaced)
        ? this.write({ kind: observed.fact.kind, id }, observed)
        : "outdated",
    );
  }

  forget(
    reference: FactReference,
    { observedAt, leftScope }: Parameters<InventoryWriter["forget"]>[1],
    replaced?: Replaced,
  ): Promise<"written" | "outdated"> {
    const known = this.held.get(reference.kind)?.get(reference.id);
    if ((known !== undefined && known.observedAt >= observedAt) || !isAsRead(known, replaced))
      return Promise.resolve("outdated");
    return Promise.resolve(this.write(reference, { gone: true, observedAt, fact: known?.fact, leftScope }));
  }

  private write({ kind, id }: FactReference, next: Held): "written" {
    const facts = this.held.get(kind) ?? new Map<string, Held>();
    const change = changeEventOf(facts.get(id), next);
    if (change !== undefined) this.announced.push(change);
    this.held.set(kind, facts.set(id, structuredClone(next)));
    this.writes += 1;
    return "written";
  }

  private inOrder(kind: FactKind): readonly Observed[] {
    return [...(this.held.get(kind) ?? [])]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([, held]) => (isTrace(held) ? [] : [held]));
  }
}

/** What is in a scope, and where: in the order of a kind what has left a trace too, in that of an index only what is there. */
const placesOf = (scope: Scope): ((id: string, held: Held) => string | undefined) => {
  const isIn = belongingTo(scope);
  const within = withinKind(scope);
  if (within !== undefined) return (id) => (id.startsWith(within) ? id : undefined);
  const isByAge = scope.kind === "assignment" && "permissionSetArn" in scope;
  return (id, held) => {
    if (isTrace(held) || !isIn(held.fact)) return undefined;
    return isByAge ? `${held.since}#${id}` : id;
  };
};

/** What the ids begin with that a scope looks at in the order of their kind; undefined where it looks by an index. */
const withinKind = (scope: Scope): string | undefined => {
  if ("type" in scope) {
    const { type, accountId } = scope;
    return accountId === undefined ? undefined : ofType({ type, accountId });
  }
  const isOfIndex =
    "principalId" in scope || "permissionSetArn" in scope || "userId" in scope || "membershipId" in scope;
  return isOfIndex ? undefined : (scope.within ?? "");
};

const belongingTo = (scope: Scope): ((fact: Fact) => boolean) => {
  const wanted = Object.entries(scope).filter(([name]) => name !== "kind");
  return (fact) =>
    wanted.every(([name, value]) => (fact as Readonly<Record<string, unknown>>)[name] === value);
};

const CURSOR = "after ";

const placeOf = (scope: Scope, from: string): string => {
  const place = from.slice(CURSOR.length);
  if (!from.startsWith(CURSOR) || !place.startsWith(withinKind(scope) ?? ""))
    throw new DomainError("invalid-cursor", "The cursor is not one that this list gave");
  return place;
};

const nameOf = (fact: Fact): string | undefined => {
  switch (fact.kind) {
    case "account":
    case "permission-set":
      return fact.name;
    case "user":
      return fact.userName;
    case "group":
      return fact.displayName;
    default:
      return undefined;
  }
};

const isAsRead = (known: Held | undefined, replaced: Replaced | undefined): boolean => {
  if (replaced === undefined) return true;
  return (known === undefined || isTrace(known) ? undefined : known.observedAt) === replaced.observedAt;
};
