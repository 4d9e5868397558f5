import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import type { Logger } from "@aws-lambda-powertools/logger";
import middy from "@middy/core";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import * as z from "zod/mini";
import type { BatchOutcome } from "../core/use-cases/sync/look-again-batch.ts";

/**
 * Deliveries of one event for which what it tells of may go on changing; after that, the sync finds out. An assignment takes
 * AWS seconds, and a queue's visibility timeout lies between two deliveries (lib/constructs/inventory-rules.ts).
 */
const PATIENT_DELIVERIES = 3;

/**
 * A batch of events from the queue. Those that are not done are reported one by one, and the queue delivers them again
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting). So is
 * what nobody can read: after its last delivery it is in the dead-letter queue, where somebody looks at it.
 */
export const changeQueue = (
  look: (events: readonly unknown[]) => Promise<readonly BatchOutcome[]>,
  logger: Logger,
) =>
  middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
    .handler(async ({ Records }) => {
      const deliveries = Records.flatMap((record): readonly Delivery[] => {
        const event = eventIn(record, logger);
        return event === undefined ? [] : [{ record, event }];
      });
      const outcomes = await look(deliveries.map(({ event }) => event));
      const done = new Set(
        deliveries
          .filter((delivery, place) => isDone(delivery, outcomes[place], logger))
          .map(({ record }) => record.messageId),
      );
      const again = Records.filter(({ messageId }) => !done.has(messageId));
      logger.info("Events looked into", { events: Records.length, again: again.length });
      return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });

/** A message, and the event in it. */
interface Delivery {
  readonly record: SQSRecord;
  readonly event: Event;
}

type Event = z.output<typeof EventSchema>;

/** An event of EventBridge, as far as it is logged. */
const EventSchema = z.looseObject({
  account: z.optional(z.unknown()),
  detail: z.optional(
    z.looseObject({
      eventName: z.optional(z.unknown()),
      eventSource: z.optional(z.unknown()),
      eventID: z.optional(z.unknown()),
    }),
  ),
});

/** Undefined when it is none. Nothing of such a message is logged: who knows what is in it. */
const eventIn = ({ messageId, body }: SQSRecord, logger: Logger): Event | undefined => {
  const event = EventSchema.safeParse(parsed(body));
  if (event.success) return event.data;
  logger.error("A message is no event", { messageId });
  return undefined;
};

const parsed = (body: string): unknown => {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
};

const isDone = ({ record, event }: Delivery, outcome: BatchOutcome | undefined, logger: Logger): boolean => {
  const about = { messageId: record.messageId, ...aboutEvent(event) };
  switch (outcome?.outcome) {
    case undefined:
      return false;
    case "done":
      return true;
    case "ignored":
      logger.info("An event was ignored", { ...about, reason: outcome.reason });
      return true;
    case "later": {
      const isLast = Number(record.attributes.ApproximateReceiveCount) >= PATIENT_DELIVERIES;
      if (isLast) logger.warn("What an event tells of goes on changing: the next sync looks", about);
      return isLast;
    }
    case "failed": {
      const { error } = outcome;
      logger.error("An event was not looked into", {
        ...about,
        error: error instanceof Error ? error : new Error(String(error)),
      });
      return false;
    }
  }
};

/** What may be logged of an event: what it is, and nothing that it says of people. */
const aboutEvent = ({ account, detail }: Event): Readonly<Record<string, unknown>> => ({
  account,
  eventId: detail?.eventID,
  eventSource: detail?.eventSource,
  eventName: detail?.eventName,
});
