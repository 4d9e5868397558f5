import { SourceProblem } from "../../../domain/inventory/problem.ts";
import type { RunPhase } from "../phase.ts";

/** Looks first whether what is read is the organization's Identity Center: of another one, everything would vanish. */
export const identityCenter: RunPhase = async ({ sources, progress }) => {
  for (const problem of await sources.identityCenterProblems()) {
    if (problem.severity === "error") throw new SourceProblem(problem);
    progress.met(problem);
  }
  return "done";
};
