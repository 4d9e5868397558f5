import { isReviewOverdue } from "../../domain/break-glass.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessRequestStore } from "../../ports/stores.ts";

interface Dependencies {
  readonly requests: Pick<AccessRequestStore, "listUnreviewedBreakGlass">;
  readonly clock: Pick<Clock, "now">;
}

const PAGE = 100;

/** Emergencies are rare. With thousands that nobody has reviewed the exact number says no more. */
const MOST_PAGES = 20;

/** How many emergencies nobody has reviewed in the time that there was. */
export const overdueReviews = async ({ requests, clock }: Dependencies): Promise<number> => {
  let overdue = 0;
  let cursor: string | undefined;
  for (let read = 0; read < MOST_PAGES; read += 1) {
    const at = cursor === undefined ? {} : { cursor };
    const page = await requests.listUnreviewedBreakGlass({ limit: PAGE, ...at });
    overdue += page.items.filter((request) => isReviewOverdue(request, clock.now())).length;
    cursor = page.cursor;
    if (cursor === undefined) break;
  }
  return overdue;
};
