/** Numbers that look like chance and are the same for the same seed. */
export interface Random {
  /** At least 0 and below 1. */
  readonly fraction: () => number;
  /** At least 0 and below `bound`, whole. */
  readonly below: (bound: number) => number;
  /** `count` different ones of `items`, or all of them when there are fewer. */
  readonly some: <T>(items: readonly T[], count: number) => T[];
}

/** The mulberry32 generator: one 32-bit state, which is enough for made-up data. */
export const randomFrom = (seed: number): Random => {
  let state = seed | 0;
  const fraction = () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (bound: number) => Math.floor(fraction() * bound);
  const some = <T>(items: readonly T[], count: number): T[] => {
    if (count >= items.length) return [...items];
    // Floyd's sampling: as many draws as items are wanted, however many there are to choose from.
    const chosen = new Set<number>();
    for (let last = items.length - count; last < items.length; last += 1) {
      const drawn = below(last + 1);
      chosen.add(chosen.has(drawn) ? last : drawn);
    }
    return [...chosen].flatMap((index) => items[index] ?? []);
  };
  return { fraction, below, some };
};
