import { liveRequest, type LiveRequest } from "../../domain/automatic/live-request.ts";
import type { RequestId } from "../../domain/ids.ts";
import type { AccessRequestStore } from "../../ports/stores.ts";

/** Requests that are listed at a time. */
const PAGE = 100;

/**
 * What automatic flows gave and is there, or on its way. Those whose period is over end by their expiry, which is no later.
 */
export const listLiveRequests = async (
  requests: Pick<AccessRequestStore, "listAutomatic">,
  now: Date,
): Promise<readonly LiveRequest[]> => {
  const found = new Map<RequestId, LiveRequest>();
  let cursor: string | undefined;
  do {
    const page = await requests.listAutomatic(now, {
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    for (const request of page.items) {
      const live = liveRequest(request);
      if (live !== undefined) found.set(live.id, live);
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
  return [...found.values()];
};
