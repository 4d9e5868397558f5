/** Gives work on the same key its turn: one after the other, in the order of asking; other keys do not wait. */
export interface Turns {
  /** Runs `work` when it is the turn of all of `keys`. */
  take<T>(keys: readonly string[], work: () => Promise<T>): Promise<T>;
}

export const createTurns = (): Turns => {
  const last = new Map<string, Promise<unknown>>();
  return {
    take: async (keys, work) => {
      // All turns are asked for at once, without a pause between, so that two callers cannot wait for each other.
      const before = keys.flatMap((key) => last.get(key) ?? []);
      const done = Promise.withResolvers<undefined>();
      for (const key of keys) last.set(key, done.promise);
      try {
        await Promise.all(before);
        return await work();
      } finally {
        done.resolve(undefined);
        for (const key of keys) if (last.get(key) === done.promise) last.delete(key);
      }
    },
  };
};
