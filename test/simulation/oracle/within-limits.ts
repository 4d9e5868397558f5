import type { Invariant } from "./watcher.ts";

/** For all of sso-admin together (https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html). */
const REQUESTS_PER_SECOND = 20;

/** Requests are counted as they arrive, those among them that AWS refuses. */
export const withinLimits: Invariant = {
  number: 7,
  title: "sso-admin never sees more than its limits allow",
  watch: ({ now, violated }) => {
    let recent: number[] = [];
    return {
      calledSsoAdmin: () => {
        recent = recent.filter((moment) => moment > now() - 1_000);
        recent.push(now());
        if (recent.length > REQUESTS_PER_SECOND) violated(`${recent.length} requests within a second`);
      },
      tooManyOutstanding: () => {
        violated("one assignment operation more than may be outstanding");
      },
    };
  },
};
