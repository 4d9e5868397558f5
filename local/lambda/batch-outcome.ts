import type { StreamRecord } from "../dynamodb/stream-record.ts";
import type { FunctionAnswer } from "../wire/lambda-rest.ts";

/** How many records at a batch's front are done: all of them, or those before the first that failed. */
export const recordsDone = (
  records: readonly StreamRecord[],
  answer: FunctionAnswer,
  reportsItemFailures: boolean,
): number => {
  if (!("payload" in answer)) return 0;
  if (!reportsItemFailures) return records.length;
  const failed = failedSequenceNumbers(answer.payload);
  if (failed === undefined) return 0;
  const first = records.findIndex(({ dynamodb }) => failed.has(dynamodb.SequenceNumber));
  if (first !== -1) return first;
  // An identifier that is not in the batch makes the whole batch fail.
  return failed.size === 0 ? records.length : 0;
};

/**
 * The records that a function says have failed; undefined when its answer is malformed, which counts as a failed batch.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html (an empty or null answer is a success)
 */
const failedSequenceNumbers = (payload: unknown): ReadonlySet<string> | undefined => {
  if (payload === null || typeof payload !== "object") return payload === null ? new Set() : undefined;
  const failures: unknown = (payload as Readonly<Record<string, unknown>>)["batchItemFailures"] ?? [];
  if (!Array.isArray(failures)) return undefined;
  const identifiers = failures.map((failure: unknown) =>
    typeof failure === "object" && failure !== null
      ? (failure as Readonly<Record<string, unknown>>)["itemIdentifier"]
      : undefined,
  );
  return identifiers.every((identifier) => typeof identifier === "string" && identifier !== "")
    ? new Set(identifiers as string[])
    : undefined;
};
