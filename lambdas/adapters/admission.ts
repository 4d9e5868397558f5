import type { Clock } from "../core/ports/clock.ts";
import type { Admission, CallPurpose } from "../core/ports/provider.ts";

/**
 * All of sso-admin shares 20 requests a second in an account
 * (https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html), and processes do not see one another.
 * Three a second and a burst of three is at most six in any one second: three busy processes (a grant, a revoke, a
 * refresh) make 18 and leave two for people and other tools. More processes are throttled by AWS, and try again.
 */
const CALLS_PER_SECOND = 3;
const BURST = 3;

/** The lower, the sooner: access ends before it begins, and people go before housekeeping. */
const urgency: Readonly<Record<CallPurpose, number>> = { revoke: 0, grant: 1, observe: 2, catalogue: 3 };

interface Waiting {
  readonly purpose: CallPurpose;
  readonly admit: () => void;
}

/** One token bucket for the process; whoever is most urgent gets the next token. */
export const pacedAdmission = ({ clock }: { readonly clock: Clock }): Admission => {
  let tokens = BURST;
  let refilledAt = clock.now().getTime();
  let waiting: readonly Waiting[] = [];
  let serving = false;

  const refill = () => {
    const now = clock.now().getTime();
    tokens = Math.min(BURST, tokens + ((now - refilledAt) / 1000) * CALLS_PER_SECOND);
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
        await clock.sleep(Math.ceil(((1 - tokens) / CALLS_PER_SECOND) * 1000));
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
