import { expect } from "vitest";
import type { Problem } from "../../../lambdas/core/contracts/http/problem.ts";
import type { Answer } from "./world.ts";

/** The problem in an answer, which has to have its form. */
export const problemIn = ({ status, headers, body }: Answer): Problem => {
  expect(headers["content-type"]).toBe("application/problem+json");
  expect(body).toMatchObject({ status });
  return body as Problem;
};
