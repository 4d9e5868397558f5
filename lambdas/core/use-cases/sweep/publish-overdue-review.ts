import { noticeOf, reviewBy, type BreakGlassRequest } from "../../domain/break-glass.ts";
import { timestamp } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EventPublisher } from "../../ports/events.ts";

interface Dependencies {
  readonly events: EventPublisher;
  readonly clock: Pick<Clock, "now">;
}

/** The event's `detail-type`. */
const TYPE = "BreakGlassReviewOverdue";

const DAY_MILLISECONDS = 24 * 3600 * 1000;

/**
 * Tells the bus of an emergency that nobody has reviewed in time: ids only. It comes before the next look is put off, so that
 * it may come twice, with one id for each day that it is late, and never not at all.
 */
export const publishOverdueReview =
  ({ events, clock }: Dependencies) =>
  async (request: BreakGlassRequest): Promise<void> => {
    const now = clock.now();
    const days = Math.floor((now.getTime() - Date.parse(reviewBy(request))) / DAY_MILLISECONDS);
    const id = `${request.id}.review-overdue.${String(days)}`;
    await events.publish({
      id,
      type: TYPE,
      at: timestamp(now),
      detail: {
        version: 1,
        id,
        requestId: request.id,
        requesterId: request.requester.userId,
        flow: request.flow.name,
        breakGlass: noticeOf(request),
      },
    });
  };
