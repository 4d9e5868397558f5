import type { UserId } from "./ids.ts";

/** For each step, and each approver of it, the people who can give what it needs: one of each of these lists. */
export type Seats = readonly (readonly (readonly (readonly UserId[])[])[])[];

/** Asks of somebody, once or more, whether they are enabled: whoever answers from a directory asks it of those alone. */
type Asking = Generator<UserId, number | undefined, boolean>;

/** How many ways of letting one person speak for several owners are tried, after that each by somebody else. */
const MOST_JOINED = 64;

/** The first step, by its place, whose seats cannot each be given to somebody of its own, if there is one. */
export function* firstUnstaffed(
  steps: Seats,
  { sameApproverInSeveralSteps = false }: { readonly sameApproverInSeveralSteps?: boolean | undefined },
): Asking {
  if (!sameApproverInSeveralSteps) return yield* firstUnjoined(steps);
  for (const [index, seats] of steps.entries()) {
    if ((yield* firstUnjoined([seats])) !== undefined) return index;
  }
  return undefined;
}

/** Nobody decides twice, but one person speaks for several owners where that helps. */
function* firstUnjoined(steps: Seats): Asking {
  let left = MOST_JOINED;
  function* staff(joined: Seats): Asking {
    let furthest = yield* firstUnmatched(joined);
    if (furthest === undefined) return undefined;
    for (const further of joinedOnce(joined)) {
      if (left <= 0) break;
      left -= 1;
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
