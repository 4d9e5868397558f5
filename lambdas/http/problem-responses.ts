import type { Logger } from "@aws-lambda-powertools/logger";
import type { MiddlewareObj } from "@middy/core";
import type { APIGatewayProxyStructuredResultV2 } from "aws-lambda";
import { DomainError, RetryableError } from "../core/domain/errors.ts";
import { SourceProblem } from "../core/domain/inventory/problem.ts";
import type { ApiEvent } from "./call.ts";
import { problemOf } from "./problems.ts";
import { problemAnswer } from "./responses.ts";

/** Throttling of AWS's directories lasts a second or two; a lost table or machine somewhat longer. */
const RETRY_AFTER_SECONDS = 5;

/** Turns what was thrown into a problem: what the caller can act on in words, everything else without its internals. */
export const problemResponses = (
  logger: Logger,
): MiddlewareObj<ApiEvent, APIGatewayProxyStructuredResultV2> => ({
  onError: (request) => {
    request.response = responseTo(request.error, request.event.requestContext.requestId, logger);
  },
});

/** Nobody can be identified without the directory, so that the API cannot show it. */
const WHERE_THE_EXTERNAL_ID_IS =
  "The ExternalId is the output ConnectorExternalId of Lockstep's stateful stack.";

const responseTo = (error: unknown, requestId: string, logger: Logger): APIGatewayProxyStructuredResultV2 => {
  if (error instanceof DomainError) {
    const problem = problemOf(error.code, error.message, error.fields);
    logger.info("Refused", { code: problem.code, status: problem.status });
    return problemAnswer(problem);
  }
  if (error instanceof RetryableError) {
    logger.warn("Unavailable", { errorName: error.name, errorMessage: error.message });
    const detail =
      "Something that Lockstep needs does not answer right now. Try again with the same Idempotency-Key.";
    return problemAnswer(problemOf("service-unavailable", detail), {
      "retry-after": String(RETRY_AFTER_SECONDS),
    });
  }
  if (error instanceof SourceProblem) {
    const { code, message, fix } = error.problem;
    logger.error("No way into the organization", { code, problem: message, fix });
    return problemAnswer(problemOf("service-unavailable", `${error.message} ${WHERE_THE_EXTERNAL_ID_IS}`));
  }
  logger.error("Defect", error instanceof Error ? error : new Error(String(error)));
  return problemAnswer(
    problemOf("internal-error", `Lockstep failed. Its log says why, under the request id ${requestId}.`),
  );
};
