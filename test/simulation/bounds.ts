const SECOND = 1_000;
const MINUTE = 60 * SECOND;

/**
 * How late access may end when nothing went wrong: the function's start and its turn among others, AWS's own few
 * seconds, and a look at what came of it. In a burst, its place among the others comes on top.
 */
export const UNDISTURBED_BOUND = MINUTE;

/** The sweep's longest pause between two looks at one request (LONGEST_PAUSE_SECONDS in lambdas/core/domain/due.ts). */
const LONGEST_SWEEP_PAUSE = 60 * MINUTE;

/** The sweep's own rhythm: a look that is due comes so much later at most (lib/constructs/sweep-schedule.ts). */
const SWEEP_RHYTHM = 5 * MINUTE;

/** The longest pause between two attempts of one execution (MaxDelaySeconds in statemachines/access-request.asl.json). */
const LONGEST_RETRY_PAUSE = 15 * MINUTE;

/** A look for what an attempt may still bring that nobody saw end (UNCERTAIN_SECONDS in lambdas/core/domain/entitlement.ts). */
const VERIFICATION = 16 * MINUTE;

/** A function's longest run (lib/functions/revoke-access.ts). */
const ATTEMPT = 5 * MINUTE;

/**
 * How late access may end after the last fault: the sweep finds that nobody is at it after its longest pause and one
 * turn of its rhythm, an attempt that met the last fault is repeated after the longest pause, what may still land late
 * is waited out, and two attempts take their time: the one that was cut off and the one that ends it. 1 h 46 min, and
 * what access takes without any fault: 1 h 47 min.
 */
export const DISTURBED_BOUND =
  LONGEST_SWEEP_PAUSE + SWEEP_RHYTHM + LONGEST_RETRY_PAUSE + VERIFICATION + 2 * ATTEMPT + UNDISTURBED_BOUND;
