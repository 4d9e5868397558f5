import type { AccessRequest } from "../../domain/access-request.ts";
import type { Timestamp, UserId } from "../../domain/ids.ts";
import type { AccessRequestStore } from "../../ports/stores.ts";

/** A person's requests that are read at a time. */
const PAGE = 100;

/**
 * Pages of one person's requests that are read for what was given up. A person who makes more requests than that within a
 * period would otherwise keep the run from everybody else's.
 */
const MOST_PAGES = 100;

/** More requests of a person than anybody looks through: they are given nothing new. */
export class TooManyRequests extends Error {}

/** All of the person's requests since then, whoever made them: nobody pushes one out by making others. */
export const earlierRequests = async (
  requests: Pick<AccessRequestStore, "listByRequester">,
  person: UserId,
  since: Timestamp,
): Promise<readonly AccessRequest[]> => {
  const found: AccessRequest[] = [];
  let cursor: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const page = await requests.listByRequester(person, {
      limit: PAGE,
      ...(cursor === undefined ? {} : { cursor }),
    });
    found.push(...page.items.filter(({ createdAt }) => createdAt >= since));
    cursor = page.cursor;
    if (cursor === undefined || page.items.some(({ createdAt }) => createdAt < since)) return found;
  }
  throw new TooManyRequests(
    `user ${person} made more than ${String(PAGE * MOST_PAGES)} requests since ${since}, among which nobody looks for what they gave up: they are given nothing until these are older`,
  );
};
