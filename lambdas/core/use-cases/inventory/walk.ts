import * as z from "zod/mini";
import { decodeCursor, encodeCursor } from "../../contracts/http/cursor.ts";
import { factId, type FactKind, type FactOf } from "../../domain/inventory/facts.ts";
import type { InventoryReader, Observed, Scope } from "../../ports/inventory.ts";
import type { Page } from "../../ports/stores.ts";

/** Some of what there is to look at, each with the place behind it. */
export interface Stretch<Item, Place> {
  readonly steps: readonly { readonly item: Item; readonly place: Place }[];
  /** The place behind all of it; absent at the end. */
  readonly next?: Place | undefined;
}

/** Looks at things in an order that stays, from behind a place on. */
export type Walk<Item, Place> = (from: Place | undefined) => AsyncIterable<Stretch<Item, Place>>;

/** How much of the inventory one answer may read, so that a filter that lets nothing through ends in time. */
export const MOST_READ = 1_000;

/** The largest stretch: a batch of names for it is three calls, and ten stretches are a second. */
const LARGEST_STRETCH = 250;

/** A page that has to pass over things reads far ahead; one that shows all reads what it shows. */
const stretchFor = (limit: number, passesOver: boolean): number => (passesOver ? LARGEST_STRETCH : limit);

interface Asked {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/**
 * One page of what `show` makes of a walk; where it makes undefined of something, that is passed over. It ends early, with
 * a cursor, after `mostStretches`.
 */
export const pageOfWalk = async <Item, Schema extends z.ZodMiniType<object>, Shown>(
  {
    walk,
    places,
    mostStretches,
  }: {
    readonly walk: Walk<Item, z.output<Schema>>;
    readonly places: Schema;
    readonly mostStretches: number;
  },
  { limit, cursor }: Asked,
  show: (items: readonly Item[]) => Promise<readonly (Shown | undefined)[]>,
): Promise<Page<Shown>> => {
  const from = cursor === undefined ? undefined : decodeCursor(places, cursor);
  const items: Shown[] = [];
  let stretches = 0;
  for await (const { steps, next } of walk(from)) {
    const shown = await show(steps.map(({ item }) => item));
    for (const [index, { place }] of steps.entries()) {
      const one = shown[index];
      if (one === undefined) continue;
      items.push(one);
      const isLast = index === steps.length - 1 && next === undefined;
      if (items.length === limit) return { items, ...(isLast ? {} : { cursor: encodeCursor(place) }) };
    }
    stretches += 1;
    if (next !== undefined && stretches === mostStretches) return { items, cursor: encodeCursor(next) };
  }
  return { items };
};

/**
 * A place in a scope: the store's own, from which a stretch was read, and what of the stretch is behind. The second is in
 * the order of the scope, so that it means the same whatever has come and gone since.
 */
export const ScopePlaceSchema = z.strictObject({
  from: z.optional(z.string()),
  after: z.optional(z.string()),
});
export type ScopePlace = z.output<typeof ScopePlaceSchema>;

/** Every fact of a scope. */
export const walkScope = <Kind extends FactKind>(
  inventory: Pick<InventoryReader, "page">,
  scope: Scope<Kind>,
  stretch: number,
): Walk<Observed<FactOf<Kind>>, ScopePlace> =>
  async function* (start) {
    let from = start?.from;
    let after = start?.after;
    for (;;) {
      const page = await inventory.page(scope, { limit: stretch, from });
      const ahead = page.facts.filter(
        (observed) => after === undefined || positionIn(scope, observed) > after,
      );
      const stretchFrom = from;
      yield {
        steps: ahead.map((item) => ({
          item,
          place: { from: stretchFrom, after: positionIn(scope, item) },
        })),
        next: page.next === undefined ? undefined : { from: page.next },
      };
      if (page.next === undefined) return;
      from = page.next;
      after = undefined;
    }
  };

/** By id, or, where the oldest comes first, by how long it has been there. */
const positionIn = (scope: Scope, { fact, since }: Observed): string =>
  scope.kind === "assignment" && "permissionSetArn" in scope ? `${since}#${factId(fact)}` : factId(fact);

/** One page of a scope, at most `MOST_READ` facts of it looked at. */
export const pageOfScope = <Kind extends FactKind, Shown>(
  inventory: Pick<InventoryReader, "page">,
  scope: Scope<Kind>,
  asked: Asked & { readonly passesOver: boolean },
  show: (facts: readonly Observed<FactOf<Kind>>[]) => Promise<readonly (Shown | undefined)[]>,
): Promise<Page<Shown>> => {
  const stretch = stretchFor(asked.limit, asked.passesOver);
  const mostStretches = Math.ceil(MOST_READ / stretch);
  const walk = walkScope(inventory, scope, stretch);
  return pageOfWalk({ walk, places: ScopePlaceSchema, mostStretches }, asked, show);
};

/** A scope under a name that stays, by which a page is found again. */
export interface NamedScope<Kind extends FactKind> {
  readonly name: string;
  readonly scope: Scope<Kind>;
}

const TurnPlaceSchema = z.strictObject({ ...ScopePlaceSchema.shape, scope: z.string() });
type TurnPlace = z.output<typeof TurnPlaceSchema>;

/** A stride ends as soon as it has this many, and so with fewer than twice as many. */
const STRIDE = MOST_READ / 8;

/**
 * One page of several scopes, one after another by their names, at most `MOST_READ` facts of them looked at. Scopes that
 * came or went since an earlier page change nothing for the others.
 */
export const pageOfScopes = <Kind extends FactKind, Shown>(
  inventory: Pick<InventoryReader, "page">,
  scopes: readonly NamedScope<Kind>[],
  asked: Asked,
  show: (facts: readonly Observed<FactOf<Kind>>[]) => Promise<readonly (Shown | undefined)[]>,
): Promise<Page<Shown>> => {
  const walk = inStrides(walkInTurn(inventory, scopes), STRIDE);
  return pageOfWalk({ walk, places: TurnPlaceSchema, mostStretches: MOST_READ / (2 * STRIDE) }, asked, show);
};

const walkInTurn = <Kind extends FactKind>(
  inventory: Pick<InventoryReader, "page">,
  scopes: readonly NamedScope<Kind>[],
): Walk<Observed<FactOf<Kind>>, TurnPlace> =>
  async function* (start) {
    const left = scopes
      .filter(({ name }) => start === undefined || name >= start.scope)
      .toSorted((a, b) => (a.name < b.name ? -1 : 1));
    for (const [index, { name, scope }] of left.entries()) {
      const from = start?.scope === name ? { from: start.from, after: start.after } : undefined;
      const following = left[index + 1];
      const beyond = following === undefined ? undefined : { scope: following.name };
      for await (const { steps, next } of walkScope(inventory, scope, STRIDE)(from)) {
        yield {
          steps: steps.map(({ item, place }) => ({ item, place: { ...place, scope: name } })),
          next: next === undefined ? beyond : { ...next, scope: name },
        };
      }
    }
  };

/** One page of what the facts of a scope lead to, such as the users of a group's memberships. */
export const pageOfLinked = <Link extends FactKind, Kind extends FactKind, Shown>(
  inventory: Pick<InventoryReader, "getAll" | "page">,
  scope: Scope<Link>,
  asked: Asked & { readonly passesOver: boolean },
  to: { readonly kind: Kind; readonly idIn: (link: FactOf<Link>) => string },
  show: (facts: readonly Observed<FactOf<Kind>>[]) => Promise<readonly (Shown | undefined)[]>,
): Promise<Page<Shown>> =>
  pageOfScope(inventory, scope, asked, async (links) => {
    const ids = links.map(({ fact }) => to.idIn(fact));
    const linked = await inventory.getAll(to.kind, ids);
    const shown = await show(linked);
    const byId = new Map(linked.map(({ fact }, index) => [factId(fact), shown[index]]));
    return ids.map((id) => byId.get(id));
  });

/** Short stretches that are put together at most. */
const MOST_TOGETHER = 25;

/** The same walk in longer strides: whoever looks names up by batch pays for each stretch. */
export const inStrides = <Item, Place>(walk: Walk<Item, Place>, stride: number): Walk<Item, Place> =>
  async function* (from) {
    let steps: Stretch<Item, Place>["steps"] = [];
    let together = 0;
    for await (const stretch of walk(from)) {
      steps = [...steps, ...stretch.steps];
      together += 1;
      if (steps.length < stride && together < MOST_TOGETHER && stretch.next !== undefined) continue;
      yield { steps, next: stretch.next };
      steps = [];
      together = 0;
    }
    if (together > 0) yield { steps };
  };

/** Whether there is anything in a scope. */
export const isAny = async (inventory: Pick<InventoryReader, "page">, scope: Scope): Promise<boolean> => {
  for await (const { steps } of walkScope(inventory, scope, 1)(undefined)) {
    if (steps.length > 0) return true;
  }
  return false;
};

/** Every fact of a scope that one answer needs all of. */
export const allOf = async <Kind extends FactKind>(
  inventory: Pick<InventoryReader, "page">,
  scope: Scope<Kind>,
): Promise<readonly Observed<FactOf<Kind>>[]> => {
  const found: Observed<FactOf<Kind>>[] = [];
  for await (const { steps } of walkScope(inventory, scope, LARGEST_STRETCH)(undefined)) {
    found.push(...steps.map(({ item }) => item));
  }
  return found;
};
