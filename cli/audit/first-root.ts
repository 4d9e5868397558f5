/** When there is a root at all (lib/constructs/seal-schedule.ts): on the first day nobody has done anything wrong. */
export const FIRST_ROOT =
  "the first root is sealed after the day's end, at 00:30 UTC daily by the function lockstep-seal";
