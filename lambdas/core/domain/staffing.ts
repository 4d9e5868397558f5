import type { UserId } from "./ids.ts";

/** For each step the people whom it needs, one of each of these lists. */
export type Seats = readonly (readonly (readonly UserId[])[])[];

/**
 * The first step, by its place, whose seats cannot each be given to somebody of its own, if there is one. It yields whom it
 * has to know of, once or more, and is to be told whether they are enabled: whoever asks a directory asks only of those.
 */
export function* firstUnstaffed(
  steps: Seats,
  { sameApproverInSeveralSteps = false }: { readonly sameApproverInSeveralSteps?: boolean | undefined },
): Generator<UserId, number | undefined, boolean> {
  if (!sameApproverInSeveralSteps) return yield* firstUnmatched(steps);
  for (const [index, seats] of steps.entries()) {
    if ((yield* firstUnmatched([seats])) !== undefined) return index;
  }
  return undefined;
}

/** Nobody decides twice: a bipartite matching by augmenting paths, that looks people up only as far as it must. */
function* firstUnmatched(steps: Seats): Generator<UserId, number | undefined, boolean> {
  const seats = steps.flatMap((ofStep, step) => ofStep.map((candidates) => ({ step, candidates })));
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
