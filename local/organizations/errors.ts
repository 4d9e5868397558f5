import { operationsAnswering } from "../identity/operation.ts";
import { AwsError } from "../wire/service.ts";

/** Organizations answers every malformed input with InvalidInputException and a reason. */
const invalidInput = (message: string, reason = "INVALID_PATTERN"): AwsError =>
  new AwsError("InvalidInputException", message, 400, { Reason: reason });

export const defineOperation = operationsAnswering((message) => invalidInput(message));

export const badToken = (): AwsError =>
  invalidInput("You specified an invalid value for NextToken.", "INVALID_NEXT_TOKEN");

/** Organizations pages by 20 (https://docs.aws.amazon.com/organizations/latest/APIReference/API_ListAccounts.html). */
export const LARGEST_PAGE = 20;
