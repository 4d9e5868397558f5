import type { UserId } from "./ids.ts";

/** Who has to decide a step, for each the people who can give what it needs: one of each of these lists. */
export type Way = readonly (readonly (readonly UserId[])[])[];

/** A way for each step. */
type Seats = readonly Way[];

/** Asks of somebody, once or more, whether they are enabled: whoever answers from a directory asks it of those alone. */
type Asking = Generator<UserId, number | undefined, boolean>;

/** How many ways of letting one person speak for several owners are tried, after that each by somebody else. */
const MOST_JOINED = 64;

/** The same over all choices of a way for each step. */
const MOST_JOINED_IN_ALL = 4 * MOST_JOINED;

/** How many choices of a way for each step are tried: all of them where six steps have two. */
const MOST_CHOICES = 64;

const NOBODY: Way = [[[]]];

/** The first step, by its place, that people of its own cannot decide in any of its ways, if there is one. */
export function* firstUnstaffed(
  steps: readonly (readonly Way[])[],
  { sameApproverInSeveralSteps = false }: { readonly sameApproverInSeveralSteps?: boolean | undefined },
): Asking {
  if (!sameApproverInSeveralSteps) return yield* firstUnchosen(steps);
  for (const [index, ways] of steps.entries()) {
    if ((yield* firstUnchosen([ways])) !== undefined) return index;
  }
  return undefined;
}

/** Each step by its first way, and by another where that leaves it, or one after it, without people. */
function* firstUnchosen(steps: readonly (readonly Way[])[]): Asking {
  const joins = { left: MOST_JOINED_IN_ALL };
  const tried = new Set<string>();
  const waiting: (readonly number[])[] = [steps.map(() => 0)];
  let furthest = 0;
  for (let choice = waiting.pop(); choice !== undefined; choice = waiting.pop()) {
    if (tried.has(choice.join())) continue;
    if (tried.size >= MOST_CHOICES) break;
    tried.add(choice.join());
    const chosen = choice;
    const unstaffed = yield* firstUnjoined(
      steps.map((ways, step) => ways[chosen[step] ?? 0] ?? NOBODY),
      joins,
    );
    if (unstaffed === undefined) return undefined;
    furthest = Math.max(furthest, unstaffed);
    // What is pushed last is tried first: another way for the very step.
    for (const [step, ways] of steps.slice(0, unstaffed + 1).entries()) {
      for (const way of ways.keys()) waiting.push(chosen.with(step, way));
    }
  }
  return furthest;
}

/** Nobody decides twice, but one person speaks for several owners where that helps. */
function* firstUnjoined(steps: Seats, joins: { left: number }): Asking {
  const least = Math.max(0, joins.left - MOST_JOINED);
  function* staff(joined: Seats): Asking {
    let furthest = yield* firstUnmatched(joined);
    if (furthest === undefined) return undefined;
    for (const further of joinedOnce(joined)) {
      if (joins.left <= least) break;
      joins.left -= 1;
      const unstaffed = yield* staff(further);
      if (unstaffed === undefined) return undefined;
      furthest = Math.max(furthest, unstaffed);
    }
    return furthest;
  }
  return yield* staff(steps);
}

/** The same with two needs of one approver as one, which somebody can meet alone: every way. */
function* joinedOnce(steps: Seats): Generator<Seats> {
  for (const [step, approvers] of steps.entries()) {
    for (const [approver, needs] of approvers.entries()) {
      for (const [place, need] of needs.entries()) {
        for (const [further, other] of needs.slice(place + 1).entries()) {
          const both = need.filter((person) => other.includes(person));
          if (both.length === 0) continue;
          const joined = needs.with(place, both).toSpliced(place + 1 + further, 1);
          yield steps.with(step, approvers.with(approver, joined));
        }
      }
    }
  }
}

/** A bipartite matching by augmenting paths, that looks people up only as far as it must. */
function* firstUnmatched(steps: Seats): Asking {
  const seats = steps.flatMap((ofStep, step) => ofStep.flat().map((candidates) => ({ step, candidates })));
  const seatOf = new Map<UserId, number>();
  function* fill(seat: number, tried: Set<UserId>): Generator<UserId, boolean, boolean> {
    for (const person of seats[seat]?.candidates ?? []) {
      if (tried.has(person)) continue;
      tried.add(person);
      if (!(yield person)) continue;
      const other = seatOf.get(person);
      if (other === undefined || (yield* fill(other, tried))) {
        seatOf.set(person, seat);
        return true;
      }
    }
    return false;
  }
  for (const [seat, { step }] of seats.entries()) {
    if (!(yield* fill(seat, new Set()))) return step;
  }
  return undefined;
}
