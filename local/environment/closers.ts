/** What has to be closed again, in the reverse order of its opening. */
export interface Closers {
  readonly add: (close: () => Promise<void> | void) => void;
  /** Closes everything, whatever fails on the way; throws the first failure at the end. */
  readonly closeAll: () => Promise<void>;
}

export const createClosers = (): Closers => {
  const closers: (() => Promise<void> | void)[] = [];
  return {
    add: (close) => {
      closers.push(close);
    },
    closeAll: async () => {
      const failures: unknown[] = [];
      for (const close of closers.splice(0).toReversed()) {
        try {
          await close();
        } catch (error) {
          failures.push(error);
        }
      }
      if (failures.length > 0) throw failures[0];
    },
  };
};
