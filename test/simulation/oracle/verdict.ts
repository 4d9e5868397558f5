import type { Trace } from "../trace.ts";
import { combine } from "./combine.ts";
import { invariants } from "./invariants.ts";
import type { Violation, Watched, Watcher } from "./watcher.ts";

/** What all the invariants together say of a history: the first violation counts. */
export class Verdict {
  readonly watcher: Required<Watcher>;
  violation: Violation | undefined;

  constructor(watched: Omit<Watched, "violated">, trace: Trace) {
    this.watcher = combine(
      invariants.map(({ number, watch }) =>
        watch({
          ...watched,
          violated: (message) => {
            this.violation ??= { invariant: number, at: watched.now(), message };
            trace(() => `VIOLATION ${number}: ${message}`);
          },
        }),
      ),
    );
  }
}
