import { getHeapStatistics, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Heap } from "./messages.ts";

/** Calls of AWS between two looks. A collection takes some 20 ms, and a large pass makes a million calls. */
const CALLS_BETWEEN = 1_000;

/**
 * Watches the heap of this thread: what it holds when its garbage was just collected, looked at every so many calls of AWS.
 * Without the collection one would see how lazy the collector is, and not what the code needs.
 */
export const heapWatch = () => {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  let calls = 0;
  let loaded = 0;
  let peak = 0;

  const look = (): number => {
    collect();
    const { used_heap_size: used, external_memory: external } = getHeapStatistics();
    peak = Math.max(peak, used + external);
    return used + external;
  };

  return {
    /** Everything is loaded, and nothing has begun. */
    loaded: (): void => {
      loaded = look();
    },
    called: (): void => {
      calls += 1;
      if (calls % CALLS_BETWEEN === 0) look();
    },
    seen: (): Heap => ({ loaded, peak }),
  };
};
