import type { Problem } from "../../../domain/inventory/problem.ts";
import { SourceProblem } from "../../../domain/inventory/problem.ts";
import type { Phase, RunPhase } from "../phase.ts";

/**
 * Looks whether what is read is the organization's Identity Center: of another one, everything would vanish. Answers what
 * else there is to say of it; throws SourceProblem when it is not.
 */
export const assureIdentityCenter = async ({
  sources,
}: Pick<Phase, "sources">): Promise<readonly Problem[]> => {
  const problems = await sources.identityCenterProblems();
  const error = problems.find(({ severity }) => severity === "error");
  if (error !== undefined) throw new SourceProblem(error);
  return problems;
};

/** Says once in each pass what there is to say of the organization's Identity Center. */
export const identityCenter: RunPhase = async (phase) => {
  for (const problem of await assureIdentityCenter(phase)) phase.progress.met(problem);
  return "done";
};
