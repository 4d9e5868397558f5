import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Queues, Received } from "../events/queues.ts";
import type { QueueMapping } from "../template/event-sources.ts";
import type { JsonObject } from "../wire/json.ts";
import type { FunctionAnswer } from "../wire/lambda-rest.ts";
import type { EventSource } from "./event-source.ts";

export interface QueueSourceDependencies {
  readonly mapping: QueueMapping;
  readonly queues: Queues;
  readonly clock: Clock;
  readonly region: string;
  readonly invoke: (payload: JsonObject) => Promise<FunctionAnswer>;
}

/** The event that a function gets: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
const recordOf = (message: Received, { queueArn }: QueueMapping, region: string): JsonObject => ({
  messageId: message.id,
  receiptHandle: message.id,
  body: message.body,
  attributes: {
    ApproximateReceiveCount: String(message.receiveCount),
    SentTimestamp: String(Date.parse(message.sentAt)),
    SenderId: "events.amazonaws.com",
    ApproximateFirstReceiveTimestamp: String(Date.parse(message.sentAt)),
  },
  messageAttributes: {},
  md5OfBody: "",
  eventSource: "aws:sqs",
  eventSourceARN: queueArn,
  awsRegion: region,
});

/**
 * Which messages of a batch are through. An answer that is not of this shape, and an id that is not of the batch, make all
 * of it fail (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting).
 */
const messagesDone = (
  messages: readonly Received[],
  answer: FunctionAnswer,
  reportsItemFailures: boolean,
): readonly Received[] => {
  if (!("payload" in answer)) return [];
  if (!reportsItemFailures || answer.payload === null) return messages;
  const failures: unknown = (answer.payload as Readonly<Record<string, unknown>>)["batchItemFailures"] ?? [];
  if (!Array.isArray(failures)) return [];
  const ids = new Set(failures.map((failure: unknown) => (failure as JsonObject | null)?.["itemIdentifier"]));
  if ([...ids].some((id) => !messages.some((message) => message.id === id))) return [];
  return messages.filter(({ id }) => !ids.has(id));
};

/**
 * Delivers a queue to a function, so many invocations at a time. What a function does not do with is visible again after
 * the queue's timeout, and so is what it had when this process was killed.
 */
export const createQueueSource = (dependencies: QueueSourceDependencies): EventSource => {
  const { mapping, queues, clock, region, invoke } = dependencies;
  const { queueArn, batchSize, reportBatchItemFailures, maximumConcurrency } = mapping;
  const stopping = new AbortController();
  const { signal } = stopping;
  let running: Promise<unknown> = Promise.resolve();

  const answerOf = async (messages: readonly Received[]): Promise<FunctionAnswer> => {
    try {
      return await invoke({ Records: messages.map((message) => recordOf(message, mapping, region)) });
    } catch (error) {
      return { functionError: { errorType: "ServiceException", errorMessage: String(error) } };
    }
  };

  /** Until there may be something to receive: a message comes, or one becomes visible again. */
  const wait = async (): Promise<void> => {
    const waiting = new AbortController();
    const both = AbortSignal.any([signal, waiting.signal]);
    const next = queues.nextVisibleAt(queueArn);
    const milliseconds = next && Math.max(1, next.getTime() - clock.now().getTime());
    await Promise.race([
      queues.sent(both),
      ...(milliseconds === undefined ? [] : [clock.sleep(milliseconds, both)]),
    ]);
    waiting.abort();
  };

  const run = async (): Promise<void> => {
    while (!signal.aborted) {
      const messages = queues.receive(queueArn, batchSize);
      if (messages.length === 0) {
        await wait();
        continue;
      }
      const answer = await answerOf(messages);
      for (const { id } of messagesDone(messages, answer, reportBatchItemFailures))
        queues.delete(queueArn, id);
    }
  };

  return {
    start: () => {
      running = Promise.all(Array.from({ length: maximumConcurrency }, run));
    },
    stop: async () => {
      stopping.abort();
      await running;
    },
  };
};
