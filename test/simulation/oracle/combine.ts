import type { Watcher } from "./watcher.ts";

/** One watcher that tells all of them. */
export const combine = (watchers: readonly Watcher[]): Required<Watcher> => {
  const all = <Name extends keyof Watcher>(name: Name): Required<Watcher>[Name] => {
    const listeners = watchers.map((watcher) => watcher[name]).filter((listener) => listener !== undefined);
    // Each listener takes what its name says, which the compiler cannot follow through the key.
    const tell = (...args: unknown[]) => {
      for (const listener of listeners) (listener as (...args: unknown[]) => void)(...args);
    };
    return tell;
  };
  return {
    claimed: all("claimed"),
    decided: all("decided"),
    toldOverdue: all("toldOverdue"),
    listedUnreviewed: all("listedUnreviewed"),
    recorded: all("recorded"),
    recordedConfiguration: all("recordedConfiguration"),
    published: all("published"),
    assigned: all("assigned"),
    accepted: all("accepted"),
    calledSsoAdmin: all("calledSsoAdmin"),
    tooManyOutstanding: all("tooManyOutstanding"),
    text: all("text"),
    defect: all("defect"),
    inventoried: all("inventoried"),
    read: all("read"),
    synced: all("synced"),
    end: all("end"),
  };
};
