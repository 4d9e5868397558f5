import { DomainError } from "../../../lambdas/core/domain/errors.ts";
import {
  factId,
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
  Scope,
} from "../../../lambdas/core/ports/inventory.ts";

/** What a place of the inventory holds: a fact, or the trace of one, which may never have been seen. */
interface Trace {
  readonly gone: true;
  readonly observedAt: Timestamp;
  readonly fact?: Fact | undefined;
}
type Held = Observed | Trace;

const isTrace = (held: Held): held is Trace => "gone" in held;

/** The inventory in memory, with the conditions of the real one. */
export class FakeInventory implements Inventory {
  private readonly held = new Map<FactKind, Map<string, Held>>();
  /** How many writes took effect. */
  writes = 0;
  /** How many facts were read, of whatever page, batch or look. */
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
      const isIn = belongingTo(scope);
      // Sorted are only the few that are wanted: tests ask thousands of times about a kind of many.
      const ordered = [...(this.held.get(scope.kind)?.values() ?? [])]
        .filter((held): held is Observed => !isTrace(held) && isIn(held.fact))
        .map((observed) => ({ observed, place: placeIn(scope, observed) }))
        .sort((a, b) => (a.place < b.place ? -1 : 1));
      const after = from === undefined ? undefined : placeOf(scope, from);
      const rest = after === undefined ? ordered : ordered.filter(({ place }) => place > after);
      const shown = rest.slice(0, limit);
      const last = rest.length > limit ? shown.at(-1) : undefined;
      this.reads += shown.length;
      return {
        facts: structuredClone(shown.map(({ observed }) => observed as Observed<FactOf<Kind>>)),
        ...(last === undefined ? {} : { next: `${CURSOR}${last.place}` }),
      };
    });
  }

  named<Kind extends NamedKind>(kind: Kind, name: string): Promise<readonly Observed<FactOf<Kind>>[]> {
    const found = this.inOrder(kind).filter(({ fact }) => nameOf(fact) === name);
    return Promise.resolve(structuredClone(found as unknown as readonly Observed<FactOf<Kind>>[]));
  }

  record(observed: Observed): Promise<"written" | "outdated"> {
    const id = factId(observed.fact);
    const known = this.held.get(observed.fact.kind)?.get(id);
    const isNewer =
      known === undefined ||
      known.observedAt < observed.observedAt ||
      (isTrace(known) && known.observedAt === observed.observedAt);
    return Promise.resolve(isNewer ? this.write({ kind: observed.fact.kind, id }, observed) : "outdated");
  }

  forget(
    reference: FactReference,
    { observedAt }: Parameters<InventoryWriter["forget"]>[1],
  ): Promise<"written" | "outdated"> {
    const known = this.held.get(reference.kind)?.get(reference.id);
    if (known !== undefined && known.observedAt >= observedAt) return Promise.resolve("outdated");
    return Promise.resolve(this.write(reference, { gone: true, observedAt, fact: known?.fact }));
  }

  private write({ kind, id }: FactReference, next: Held): "written" {
    const facts = this.held.get(kind) ?? new Map<string, Held>();
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

const belongingTo = (scope: Scope): ((fact: Fact) => boolean) => {
  const wanted = Object.entries(scope).filter(([name]) => name !== "kind" && name !== "within");
  const within = "within" in scope ? (scope.within ?? "") : "";
  return (fact) =>
    wanted.every(([name, value]) => (fact as Readonly<Record<string, unknown>>)[name] === value) &&
    factId(fact).startsWith(within);
};

const placeIn = (scope: Scope, { fact, since }: Observed): string =>
  scope.kind === "assignment" && "permissionSetArn" in scope ? `${since}#${factId(fact)}` : factId(fact);

const CURSOR = "after ";

const placeOf = (scope: Scope, from: string): string => {
  const place = from.slice(CURSOR.length);
  const within = "within" in scope ? (scope.within ?? "") : "";
  if (!from.startsWith(CURSOR) || !place.startsWith(within))
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
