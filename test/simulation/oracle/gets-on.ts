import { isOver, latestClaim } from "../ledger.ts";
import type { Invariant } from "./watcher.ts";

/** When everything has had its time, every request is over. */
export const getsOn: Invariant = {
  number: 6,
  title: "no request is ever in a state from which no step leads on",
  watch: ({ ledger, violated }) => ({
    end: () => {
      for (const tracked of ledger.requests.values()) {
        if (!isOver(tracked)) {
          violated(`request ${tracked.n} is still ${latestClaim(tracked)?.status ?? "unwritten"}`);
        }
      }
    },
  }),
};
