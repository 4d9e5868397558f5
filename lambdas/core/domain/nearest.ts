import { distance } from "fastest-levenshtein";

/** The most that a mistyped word differs by: two letters swapped are two changes. */
const FARTHEST = 3;

/** The known word that somebody most likely meant; undefined when none is near. */
export const nearestTo = (word: string, known: readonly string[]): string | undefined => {
  const [nearest] = known
    .map((candidate) => ({ candidate, changes: distance(word, candidate) }))
    .toSorted((a, b) => a.changes - b.changes);
  return nearest !== undefined && nearest.changes <= Math.min(FARTHEST, word.length - 1)
    ? nearest.candidate
    : undefined;
};
