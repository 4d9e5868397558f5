import { SourceProblem, type Problem } from "../../core/domain/inventory/problem.ts";

/**
 * Problems of one place: elsewhere the look goes on. Anything else (lost credentials, an AWS that does not answer) ends
 * it, so that nothing is taken to be gone.
 */
const LOCAL: ReadonlySet<Problem["code"]> = new Set([
  "access-denied",
  "region-denied-by-policy",
  "region-disabled",
  "resource-explorer-view-unusable",
]);

/** The problem of one place that the error tells of; rethrows any other error. */
export const localProblemOf = (error: unknown): Problem => {
  if (error instanceof SourceProblem && LOCAL.has(error.problem.code)) return error.problem;
  throw error;
};
