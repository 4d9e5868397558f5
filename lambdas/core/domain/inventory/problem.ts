import * as z from "zod/mini";

/** What keeps Lockstep from seeing something in AWS: each has words of its own, and its own fix. */
export const ProblemCodes = [
  "access-denied",
  "credentials-expired",
  "external-id-refused",
  "connector-role-missing",
  "member-role-missing",
  "trusted-access-missing",
  "two-identity-center-instances",
  "identity-center-not-found",
  "region-denied-by-policy",
  "region-disabled",
  "resource-explorer-not-enabled",
  "resource-explorer-index-local",
  "resource-explorer-index-not-ready",
  "resource-explorer-view-unusable",
  "account-suspended",
  "integration-gone",
  "throttled",
  "unreachable",
] as const;

/**
 * Found while looking at AWS. `warning`: what else there is was seen, and what this keeps from being seen stays in the
 * inventory as it was, marked stale; `error`: nothing can be seen at all.
 */
export const ProblemSchema = z.strictObject({
  code: z.enum(ProblemCodes),
  severity: z.enum(["warning", "error"]),
  /** A sentence that says what was found. */
  message: z.string(),
  /** A sentence that says what to do. */
  fix: z.string(),
  accountId: z.optional(z.string()),
  region: z.optional(z.string()),
});
export type Problem = z.infer<typeof ProblemSchema>;

/** AWS refused in a way that waiting does not heal. */
export class SourceProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem, options?: ErrorOptions) {
    super(`${problem.message} ${problem.fix}`, options);
    this.name = "SourceProblem";
    this.problem = problem;
  }
}
