import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { StreamQueues } from "../dynamodb/stream-queues.ts";
import type { StreamRecord } from "../dynamodb/stream-record.ts";
import type { EventSourceMapping } from "../template/event-sources.ts";
import type { JsonObject } from "../wire/json.ts";
import type { FunctionAnswer } from "../wire/lambda-rest.ts";
import { recordsDone } from "./batch-outcome.ts";

export interface EventSourceDependencies {
  readonly mapping: EventSourceMapping;
  readonly queues: StreamQueues;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly functionArn: string;
  readonly invoke: (payload: JsonObject) => Promise<FunctionAnswer>;
  /** Takes what is given up, for the mapping's on-failure destination. */
  readonly onDiscarded: (notice: JsonObject) => Promise<void> | void;
}

/** Delivers a stream to a function until it is stopped. */
export interface EventSource {
  start(): void;
  /** Resolves when the batch that is under way has been answered. */
  stop(): Promise<void>;
}

interface Batch {
  readonly records: readonly StreamRecord[];
  /** Failed invocations of this very batch; halving one does not count ("Splitting a batch does not count towards the retry quota"). */
  readonly failures: number;
}

/** The steps are not documented: from half a second, doubling, to a minute. */
const FIRST_BACKOFF_MILLISECONDS = 500;
const LONGEST_BACKOFF_MILLISECONDS = 60_000;

const backoff = (failures: number) =>
  Math.min(FIRST_BACKOFF_MILLISECONDS * 2 ** Math.max(0, failures - 1), LONGEST_BACKOFF_MILLISECONDS);

const createdAt = ({ dynamodb }: StreamRecord) => dynamodb.ApproximateCreationDateTime * 1000;

/**
 * One shard's worth of delivery: batches in the order of the writes, one at a time, each again and again until it succeeds,
 * is too old or was tried too often. At least once: what a killed process had delivered but not forgotten comes again.
 * https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-eventsourcemapping.html
 */
export const createEventSource = (dependencies: EventSourceDependencies): EventSource => {
  const { mapping, queues, clock, newId, functionArn, invoke, onDiscarded } = dependencies;
  const { batchSize, bisectBatchOnFunctionError, reportBatchItemFailures } = mapping;
  const {
    maximumRetryAttempts = Number.POSITIVE_INFINITY,
    maximumRecordAgeSeconds = Number.POSITIVE_INFINITY,
  } = mapping;
  const stopping = new AbortController();
  let running: Promise<void> = Promise.resolve();

  const discard = async ({ records, failures }: Batch, condition: string) => {
    const [first] = records;
    const last = records.at(-1);
    if (first === undefined || last === undefined) return;
    // https://docs.aws.amazon.com/lambda/latest/dg/services-dynamodb-errors.html
    await onDiscarded({
      requestContext: { requestId: newId(), functionArn, condition, approximateInvokeCount: failures },
      responseContext: { statusCode: 200, executedVersion: "$LATEST", functionError: "Unhandled" },
      version: "1.0",
      timestamp: clock.now().toISOString(),
      DDBStreamBatchInfo: {
        shardId: "shardId-00000000000000000000-00000000",
        startSequenceNumber: first.dynamodb.SequenceNumber,
        endSequenceNumber: last.dynamodb.SequenceNumber,
        approximateArrivalOfFirstRecord: new Date(createdAt(first)).toISOString(),
        approximateArrivalOfLastRecord: new Date(createdAt(last)).toISOString(),
        batchSize: records.length,
        streamArn: mapping.streamArn,
      },
    });
    queues.remove(mapping, records);
  };

  const isTooOld = (record: StreamRecord) =>
    clock.now().getTime() - createdAt(record) > maximumRecordAgeSeconds * 1000;

  const answerOf = async (records: readonly StreamRecord[]): Promise<FunctionAnswer> => {
    try {
      return await invoke({ Records: records });
    } catch (error) {
      return { functionError: { errorType: "ServiceException", errorMessage: String(error) } };
    }
  };

  /** What becomes of a batch whose first `done` records are through: the batches to go on with, in order. */
  const remainder = async ({ records, failures }: Batch, done: number): Promise<readonly Batch[]> => {
    const left = records.slice(done);
    if (left.length === 0) return [];
    if (done > 0) return [{ records: left, failures }];
    if (bisectBatchOnFunctionError && left.length > 1) {
      const middle = Math.ceil(left.length / 2);
      return [left.slice(0, middle), left.slice(middle)].map((half) => ({ records: half, failures }));
    }
    const failed = { records: left, failures: failures + 1 };
    if (failed.failures <= maximumRetryAttempts) return [failed];
    await discard(failed, "RetryAttemptsExhausted");
    return [];
  };

  const deliver = async (batch: Batch): Promise<readonly Batch[]> => {
    const expired = batch.records.filter(isTooOld);
    if (expired.length > 0) {
      await discard({ ...batch, records: expired }, "RecordAgeExceeded");
      const left = batch.records.slice(expired.length);
      return left.length === 0 ? [] : [{ ...batch, records: left }];
    }
    const done = recordsDone(batch.records, await answerOf(batch.records), reportBatchItemFailures);
    queues.remove(mapping, batch.records.slice(0, done));
    // A stop may have ended the function: nothing is known of this attempt, and the next start repeats it.
    if (stopping.signal.aborted) return [];
    const next = await remainder(batch, done);
    if (done < batch.records.length) await clock.sleep(backoff(batch.failures + 1), stopping.signal);
    return next;
  };

  const run = async () => {
    let batches: readonly Batch[] = [];
    while (!stopping.signal.aborted) {
      const changed = queues.changed(stopping.signal);
      const [batch, ...others] = batches;
      if (batch !== undefined) {
        batches = [...(await deliver(batch)), ...others];
        continue;
      }
      const records = queues.oldest(mapping, batchSize);
      if (records.length > 0) batches = [{ records, failures: 0 }];
      else await changed;
    }
  };

  return {
    start: () => {
      running = run();
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
