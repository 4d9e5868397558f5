import {
  accessRequestOfImage,
  configurationChangeOfImage,
  isConfiguration,
  isPutOff,
} from "../adapters/dynamodb/stream-image.ts";
import { MetricNames } from "../core/contracts/metrics.ts";
import type { AccessRequest } from "../core/domain/access-request.ts";
import type { ChangeMark } from "../core/domain/configuration/entry.ts";
import { logger, metrics } from "../middleware/observability.ts";
import { streamBatch, type Written } from "../middleware/stream-batch.ts";
import { measure } from "./measure.ts";

/** What is done with what was written. */
export interface Recording {
  readonly transition: (request: AccessRequest) => Promise<void>;
  readonly change: (change: ChangeMark) => Promise<void>;
}

/** Records a batch of requests' transitions, or of changes of configuration: each table's stream has batches of its own. */
export const recordStream = (recording: Recording) =>
  streamBatch({
    handle: ({ image }) =>
      isConfiguration(image) ? recordChange(image, recording) : recordTransition(image, recording),
    failure: { message: "A transition was not recorded", metric: MetricNames.recordFailed },
  });

const recordTransition = async (image: Written["image"], { transition }: Recording): Promise<void> => {
  // The filter lets none through that made no transition; a filter that is changed takes effect minutes later.
  if (isPutOff(image)) return;
  const request = accessRequestOfImage(image);
  await transition(request);
  measure(request, metrics);
  logger.info("Transition recorded", {
    requestId: request.id,
    status: request.status,
    version: request.version,
  });
};

const recordChange = async (image: Written["image"], recording: Recording): Promise<void> => {
  const change = configurationChangeOfImage(image);
  await recording.change(change);
  const { subject, sequence } = change;
  logger.info("Change recorded", { ...subject, sequence });
};
