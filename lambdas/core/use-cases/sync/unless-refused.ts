import { SourceProblem, type Problem } from "../../domain/inventory/problem.ts";

/**
 * What a call about one account came to: its answer, or the problem when AWS refused it. Anything else is thrown: what is
 * wrong with Lockstep's credentials, its roles or Identity Center's key is so for every account.
 */
export const unlessRefused = async <Answer>(
  call: () => Promise<Answer>,
): Promise<{ readonly answer: Answer } | { readonly problem: Problem }> => {
  try {
    return { answer: await call() };
  } catch (error) {
    if (!(error instanceof SourceProblem) || !isRefusal(error.problem)) throw error;
    return { problem: error.problem };
  }
};

/** Policies name accounts and permission sets; a refusal that nothing at all can be seen through is no policy's. */
const isRefusal = ({ code, severity }: Problem): boolean =>
  code === "access-denied" && severity === "warning";
