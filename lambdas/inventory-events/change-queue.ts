import { injectLambdaContext } from "@aws-lambda-powertools/logger/middleware";
import type { Logger } from "@aws-lambda-powertools/logger";
import middy from "@middy/core";
import type { SQSBatchResponse, SQSEvent, SQSRecord } from "aws-lambda";
import type { BatchOutcome } from "../core/use-cases/sync/look-again-batch.ts";

/**
 * Deliveries of one event for which what it tells of may go on changing; after that, the sync finds out. An assignment takes
 * AWS seconds, and a queue's visibility timeout lies between two deliveries (lib/constructs/inventory-rules.ts).
 */
const PATIENT_DELIVERIES = 3;

/**
 * A batch of events from the queue. Those that are not done are reported one by one, and the queue delivers them again
 * (https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting).
 */
export const changeQueue = (
  look: (events: readonly unknown[]) => Promise<readonly BatchOutcome[]>,
  logger: Logger,
) =>
  middy<SQSEvent, SQSBatchResponse>()
    .use(injectLambdaContext(logger, { resetKeys: true, logEvent: false }))
    .handler(async ({ Records }) => {
      const outcomes = await look(Records.map(({ body }): unknown => JSON.parse(body)));
      const again = Records.filter((record, place) => {
        const outcome = outcomes[place];
        return outcome === undefined || isToBeDeliveredAgain(record, outcome, logger);
      });
      logger.info("Events looked into", { events: Records.length, again: again.length });
      return { batchItemFailures: again.map(({ messageId }) => ({ itemIdentifier: messageId })) };
    });

const isToBeDeliveredAgain = (record: SQSRecord, outcome: BatchOutcome, logger: Logger): boolean => {
  const about = { messageId: record.messageId, ...eventIn(record) };
  switch (outcome.outcome) {
    case "done":
      return false;
    case "ignored":
      logger.info("An event was ignored", { ...about, reason: outcome.reason });
      return false;
    case "later": {
      const isLast = Number(record.attributes.ApproximateReceiveCount) >= PATIENT_DELIVERIES;
      if (isLast) logger.warn("What an event tells of goes on changing: the next sync looks", about);
      return !isLast;
    }
    case "failed": {
      const { error } = outcome;
      logger.error("An event was not looked into", {
        ...about,
        error: error instanceof Error ? error : new Error(String(error)),
      });
      return true;
    }
  }
};

/** What may be logged of an event: what it is, and nothing that it says of people. */
const eventIn = ({ body }: SQSRecord): Readonly<Record<string, unknown>> => {
  const { account, detail } = JSON.parse(body) as {
    readonly account?: unknown;
    readonly detail?: {
      readonly eventName?: unknown;
      readonly eventSource?: unknown;
      readonly eventID?: unknown;
    };
  };
  return {
    account,
    eventId: detail?.eventID,
    eventSource: detail?.eventSource,
    eventName: detail?.eventName,
  };
};
