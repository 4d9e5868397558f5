import { accessRequestOfImage, isPutOff } from "../adapters/dynamodb/stream-image.ts";
import { MetricNames } from "../core/contracts/metrics.ts";
import type { AccessRequest } from "../core/domain/access-request.ts";
import { logger, metrics } from "../middleware/observability.ts";
import { streamBatch, type Written } from "../middleware/stream-batch.ts";
import { measure } from "./measure.ts";

/** Records a batch of requests' transitions. */
export const recordStream = (record: (request: AccessRequest) => Promise<void>) =>
  streamBatch({
    handle: (written) => recordOne(written, record),
    failure: { message: "A transition was not recorded", metric: MetricNames.recordFailed },
  });

const recordOne = async (
  { image }: Written,
  record: (request: AccessRequest) => Promise<void>,
): Promise<void> => {
  // The filter lets none through that made no transition; a filter that is changed takes effect minutes later.
  if (isPutOff(image)) return;
  const request = accessRequestOfImage(image);
  await record(request);
  measure(request, metrics);
  logger.info("Transition recorded", {
    requestId: request.id,
    status: request.status,
    version: request.version,
  });
};
