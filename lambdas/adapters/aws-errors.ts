import { RetryableError, type RetryableErrorName } from "../core/domain/errors.ts";

/** What an AWS client throws, as far as Lockstep reads it. */
interface AwsClientError {
  readonly name: string;
  readonly message: string;
  readonly code?: unknown;
  readonly $metadata?: { readonly httpStatusCode?: number };
  readonly $retryable?: { readonly throttling?: boolean };
}

/** The names under which AWS throttles (the SDK's own list: @smithy/core, service-error-classification). */
const throttlingNames: ReadonlySet<string> = new Set([
  "ProvisionedThroughputExceededException",
  "RequestLimitExceeded",
  "RequestThrottled",
  "RequestThrottledException",
  "ThrottledException",
  "Throttling",
  "ThrottlingException",
  "TooManyRequestsException",
]);

const timeoutNames: ReadonlySet<string> = new Set([
  "AbortError",
  "RequestTimeout",
  "RequestTimeoutException",
  "TimeoutError",
]);

/** Errors of the operating system's network calls: ECONNRESET, ENOTFOUND, EAI_AGAIN, …, but not Node's own ERR_*. */
const systemErrorCode = /^E(?!RR_)[A-Z_]+$/;

/** Whether `error` is AWS's error of that name. */
export const isNamed = (error: unknown, ...names: readonly string[]): error is Error =>
  error instanceof Error && names.includes(error.name);

/** AWS asks to come back later, and did nothing. */
export const isThrottled = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { name, $metadata, $retryable } = error as AwsClientError;
  return $metadata?.httpStatusCode === 429 || $retryable?.throttling === true || throttlingNames.has(name);
};

/** No answer, or one that says nothing: the call may or may not have taken effect. */
export const isUnanswered = (error: unknown): boolean => {
  if (!(error instanceof Error)) return false;
  const { name, code, $metadata, $retryable } = error as AwsClientError;
  return (
    ($metadata?.httpStatusCode ?? 0) >= 500 ||
    $retryable !== undefined ||
    timeoutNames.has(name) ||
    (typeof code === "string" && systemErrorCode.test(code))
  );
};

/** Trying again later may succeed. */
export const isTransient = (error: unknown): boolean => isThrottled(error) || isUnanswered(error);

/** An error in words, for people: AWS's name of it and its message. */
export const describeError = (error: unknown): string =>
  error instanceof Error ? `${error.name}: ${error.message}` : String(error);

/** Makes the call, and throws RetryableError `name` when AWS throttles it or gives no answer. Anything else is thrown as it is. */
export const orUnavailable = async <T>(name: RetryableErrorName, call: () => Promise<T>): Promise<T> => {
  try {
    return await call();
  } catch (error) {
    if (isTransient(error)) throw new RetryableError(name, describeError(error), { cause: error });
    throw error;
  }
};
