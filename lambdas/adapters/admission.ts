import type { Clock } from "../core/ports/clock.ts";
import type { Admission, CallPurpose } from "../core/ports/provider.ts";

/** How many calls a second, and how many of them at once after a pause. */
export interface Share {
  readonly perSecond: number;
  readonly burst: number;
}

/**
 * All of sso-admin shares 20 requests a second in an account
 * (https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html), and processes do not see one another. So each
 * kind of work has its own share, which the others can never use up: a revoke waits behind no grant, no sweep and no sync.
 * While somebody removes, 12 + 4 + 2 + 1 = 19 a second in the long run; while nobody does, 4 + 2 + 10 = 16. In any one second
 * a share makes `perSecond + burst - 1` calls at most: 12 + 5 + 2 + 1 = 20, or 5 + 2 + 10 = 17. The reads are of three
 * processes and more: the sync, the functions that events invoke, and the API's look for names (test/sync/admission.test.ts).
 */
export const SHARES = {
  /** One process at a time removes: the one that has the turn (core/use-cases/removals.ts). */
  revoke: { perSecond: 12, burst: 1 },
  /** Of all processes that grant, together (shared-admission.ts). A grant's look and its Create need not wait for one another. */
  grant: { perSecond: 4, burst: 2 },
  /** One process at a time compares with AWS: the one that has the turn. */
  sweep: { perSecond: 2, burst: 1 },
  /** Of all processes that read for the inventory, together, while nobody removes (yielding-admission.ts). */
  sync: { perSecond: 10, burst: 1 },
  /** What all of them together have left while somebody removes. */
  syncBesideRemovals: { perSecond: 1, burst: 1 },
} as const satisfies Readonly<Record<string, Share>>;

/**
 * The lower, the sooner: access ends before it begins, and people go before housekeeping. In a burst every removal waits for
 * the one list of what is in progress, and the next Delete uses the room that an ended one has left; only then is it
 * confirmed that the ended one is gone.
 */
const urgency: Readonly<Record<CallPurpose, number>> = {
  follow: 0,
  revoke: 1,
  confirm: 2,
  grant: 3,
  observe: 4,
  sync: 5,
};

interface Waiting {
  readonly purpose: CallPurpose;
  readonly admit: () => void;
}

/** One token bucket for the process, for a kind of work that one process does at a time; whoever is most urgent gets the next token. */
export const pacedAdmission = ({
  clock,
  share: { perSecond, burst },
}: {
  readonly clock: Clock;
  readonly share: Share;
}): Admission => {
  let tokens = burst;
  let refilledAt = clock.now().getTime();
  let waiting: readonly Waiting[] = [];
  let serving = false;

  const refill = () => {
    const now = clock.now().getTime();
    // A clock that was set back refills nothing.
    tokens = Math.min(burst, tokens + (Math.max(0, now - refilledAt) / 1000) * perSecond);
    refilledAt = now;
  };

  const serve = async (): Promise<void> => {
    serving = true;
    for (;;) {
      const [next, ...others] = waiting;
      if (next === undefined) break;
      refill();
      if (tokens >= 1) {
        tokens -= 1;
        waiting = others;
        next.admit();
      } else {
        await clock.sleep(Math.ceil(((1 - tokens) / perSecond) * 1000));
      }
    }
    serving = false;
  };

  return {
    admit: (purpose) =>
      new Promise((admit) => {
        // A stable sort: among equals, first come, first served.
        waiting = [...waiting, { purpose, admit }].sort((a, b) => urgency[a.purpose] - urgency[b.purpose]);
        if (!serving) void serve();
      }),
  };
};
