/**
 * Random numbers that depend on a seed and on nothing else. A stream is split by a label, and what one stream gives
 * does not depend on how much another was used: so a history keeps its other choices when a part of it is left out.
 */
export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number from `least` to `most`, both possible. */
  between(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
  /** The stream of that name: always the same, whatever was drawn from this one. */
  split(label: string): Random;
}

/** 32 bits of a text, every bit of which depends on all of it (the finalizer of MurmurHash3 over FNV-1a). */
const hashed = (text: string): number => {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
};

/** The stream of a seed; mulberry32, whose 2^32 states are plenty for one part of one history. */
export const randomOf = (seed: string): Random => {
  let state = hashed(seed);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const between = (least: number, most: number): number => least + Math.floor(next() * (most - least + 1));
  return {
    next,
    between,
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[between(0, items.length - 1)];
      if (item === undefined) throw new Error("Nothing to pick from");
      return item;
    },
    split: (label) => randomOf(`${seed}/${label}`),
  };
};
