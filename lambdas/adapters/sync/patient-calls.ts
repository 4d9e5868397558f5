import { RetryableError } from "../../core/domain/errors.ts";
import { SourceProblem } from "../../core/domain/inventory/problem.ts";
import type { Place } from "../../core/domain/inventory/problem-words.ts";
import type { Clock } from "../../core/ports/clock.ts";
import { isThrottled, isUnanswered } from "../aws-errors.ts";
import type { WaitForTurn } from "./paces.ts";
import { plainError, problemOf } from "./problem-of.ts";
import type { Tally } from "./tally.ts";

/**
 * Makes a call of AWS that only reads, named as IAM names its action (`sso:ListAccountAssignments`), and repeats it while
 * waiting may heal what went wrong. Throws SourceProblem for what it does not heal, RetryableError `ProviderUnavailable`
 * when AWS throttles or does not answer for too long, and AWS's own error for anything else (such as that something is
 * not there).
 */
export type PatientCall = <Answer>(operation: string, send: () => Promise<Answer>) => Promise<Answer>;

/**
 * The longest waits before a throttled call is repeated (seconds); each wait is a random part of it ("full jitter",
 * https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). 0.5 + 1 + 2 + 4 + 8 + 4 × 16 = 79.5
 * seconds at most, 40 on average, in ten attempts: a bucket that AWS documents is full again after two seconds, so who
 * finds it empty ten times is not alone, and the state machine goes on later.
 */
const THROTTLED_WAITS_SECONDS: readonly number[] = [0.5, 1, 2, 4, 8, 16, 16, 16, 16];

/**
 * The same after a call without an answer: 0.5 + 1 + 2 + 4 = 7.5 seconds at most, and five timeouts of 10 seconds
 * (aws-clients.ts). A connection that was lost is there again at once or not for long.
 */
const UNANSWERED_WAITS_SECONDS: readonly number[] = [0.5, 1, 2, 4];

export const patientCalls = ({
  clock,
  random,
  waitForTurn,
  tally,
  placeOf = () => ({}),
}: {
  readonly clock: Clock;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly waitForTurn: WaitForTurn;
  readonly tally: Tally;
  /** Where an operation is called: the account and region that a problem then names. */
  readonly placeOf?: (operation: string) => Place;
}): PatientCall => {
  /** The waits that are left after this error; undefined when waiting does not heal it. */
  const waitsAfter = (error: unknown): WaitsName | undefined => {
    if (isThrottled(error)) {
      tally.throttled();
      return "throttled";
    }
    return isUnanswered(error) ? "unanswered" : undefined;
  };

  return async (operation, send) => {
    const made: Record<WaitsName, number> = { throttled: 0, unanswered: 0 };
    for (;;) {
      await waitForTurn(operation);
      tally.called(operation);
      try {
        return await send();
      } catch (error) {
        const waits = waitsAfter(error);
        if (waits === undefined) throw asProblem(error, operation, placeOf(operation));
        const longest = WAITS[waits][made[waits]];
        if (longest === undefined)
          throw new RetryableError("ProviderUnavailable", `${operation}: ${plainError(error)}`, {
            cause: error,
          });
        made[waits] += 1;
        await clock.sleep(Math.ceil(longest * 1000 * random()));
      }
    }
  };
};

const WAITS = { throttled: THROTTLED_WAITS_SECONDS, unanswered: UNANSWERED_WAITS_SECONDS };
type WaitsName = keyof typeof WAITS;

const asProblem = (error: unknown, operation: string, place: Place): unknown => {
  const problem = problemOf(error, { operation, ...place });
  return problem === undefined ? error : new SourceProblem(problem, { cause: error });
};
