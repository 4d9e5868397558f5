/*
 * Sharing people out among those who need some: each person goes to one of them, whose several needs they may meet at once.
 */

/** For each need of somebody, the people who can meet it. */
export type Needs = readonly ReadonlySet<string>[];

/**
 * How many ways of giving somebody people are tried: enough for whatever people set up, and milliseconds. Whoever would need
 * more is told that it cannot be done, and gets more people.
 */
const MOST_WAYS = 1000;

/**
 * Whether the people can be shared out so that all needs of all are met. Who has one need is found a person by a matching; what
 * is tried are the people for those who have several, as few as can be: whoever only one of them can use is given to them at
 * once, and of people who can be used for the same things only one is tried.
 */
export const areShared = (all: readonly Needs[]): boolean => {
  const simple = all.flatMap((needs) => (needs.length === 1 ? needs : []));
  const several = all.filter((needs) => needs.length > 1);
  const people = [...new Set(all.flat().flatMap((need) => [...need]))];
  const usesOf = new Map(people.map((person) => [person, usesIn(person, simple, several)]));
  const given = new Map<string, number>();
  for (const [person, { forSimple, forSeveral }] of usesOf) {
    const [owner, ...others] = forSeveral.keys();
    if (owner !== undefined && others.length === 0 && forSimple.length === 0) given.set(person, owner);
  }
  const open = several
    .flatMap((needs, owner) => needs.map((need) => ({ owner, need })))
    .toSorted((a, b) => a.need.size - b.need.size);

  let left = MOST_WAYS;
  const meet = (from: number): boolean => {
    const next = open.findIndex(
      ({ owner, need }, index) => index >= from && ![...need].some((person) => given.get(person) === owner),
    );
    if (!haveOneEach(simple, given)) return false;
    const found = open[next];
    if (found === undefined) return true;
    const tried = new Set<string>();
    for (const person of found.need) {
      const kind = usesOf.get(person)?.kind ?? "";
      if (given.has(person) || tried.has(kind)) continue;
      tried.add(kind);
      if (left <= 0) return false;
      left -= 1;
      given.set(person, found.owner);
      if (meet(next + 1)) return true;
      given.delete(person);
    }
    return false;
  };
  return meet(0);
};

interface Uses {
  /** Those with one need whom the person can be given to. */
  readonly forSimple: readonly number[];
  /** For each of those with several, the needs that the person meets. */
  readonly forSeveral: ReadonlyMap<number, readonly number[]>;
  /** The same for people who can be used for the same things. */
  readonly kind: string;
}

const usesIn = (person: string, simple: Needs, several: readonly Needs[]): Uses => {
  const forSimple = placesOf(person, simple);
  const forSeveral = new Map(
    several
      .map((needs, owner) => [owner, placesOf(person, needs)] as const)
      .filter(([, places]) => places.length > 0),
  );
  return { forSimple, forSeveral, kind: JSON.stringify([forSimple, ...forSeveral]) };
};

const placesOf = (person: string, needs: Needs): readonly number[] =>
  needs.flatMap((need, place) => (need.has(person) ? [place] : []));

/** Whether each need can have a person of its own, of those who are not given away: a matching by augmenting paths. */
const haveOneEach = (needs: Needs, given: ReadonlyMap<string, number>): boolean => {
  const taken = new Map<string, number>();
  const find = (place: number, tried: Set<string>): boolean => {
    for (const person of needs[place] ?? []) {
      if (tried.has(person) || given.has(person)) continue;
      tried.add(person);
      const other = taken.get(person);
      if (other !== undefined && !find(other, tried)) continue;
      taken.set(person, place);
      return true;
    }
    return false;
  };
  return needs.every((_need, place) => find(place, new Set()));
};
