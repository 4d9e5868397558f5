import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import type { Problem } from "../core/contracts/http/problem.ts";

/** Who has access to what is nothing for a cache to keep. */
const headers = { "cache-control": "no-store" };

/** An answer with a JSON body, or without one. */
export const answer = (
  statusCode: number,
  body: object | undefined,
  more: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 =>
  body === undefined
    ? { statusCode, headers: { ...headers, ...more } }
    : {
        statusCode,
        headers: { ...headers, "content-type": "application/json", ...more },
        body: JSON.stringify(body),
      };

/** A problem as the answer. */
export const problemAnswer = (
  problem: Problem,
  more: Readonly<Record<string, string>> = {},
): APIGatewayProxyStructuredResultV2 =>
  answer(problem.status, problem, { "content-type": "application/problem+json", ...more });
