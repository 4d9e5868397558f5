import { saidByImage } from "../adapters/dynamodb/inventory-image.ts";
import { MetricNames } from "../core/contracts/metrics.ts";
import { changeEventOf } from "../core/domain/inventory/change-event.ts";
import type { EventPublisher } from "../core/ports/events.ts";
import { logger } from "../middleware/observability.ts";
import { streamBatch, type Written } from "../middleware/stream-batch.ts";

/** Announces a batch of the inventory's changes. */
export const announceStream = (events: EventPublisher) =>
  streamBatch({
    handle: (written) => announce(events, written),
    failure: { message: "A change was not announced", metric: MetricNames.announceFailed },
  });

const announce = async (events: EventPublisher, { image, before }: Written): Promise<void> => {
  const change = changeEventOf(before && saidByImage(before), saidByImage(image));
  if (change === undefined) return;
  await events.publish(change);
  logger.info("Change announced", { type: change.type, observedAt: change.detail["observedAt"] });
};
