import { RetryableError } from "../../domain/errors.ts";
import { WATCHED_SECONDS, type EntitlementRecord } from "../../domain/entitlement.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EntitlementIndex } from "../../ports/stores.ts";
import { holdersOf, type HolderDependencies } from "./holders.ts";

/** Of so many at the list's head the oldest counts: some are being granted, and have no age yet. */
const READ = 10;

interface Dependencies extends Pick<HolderDependencies, "requests" | "clock"> {
  readonly index: Pick<EntitlementIndex, "longestUnverified">;
  readonly clock: Clock;
}

/**
 * For how long the entitlement that waits the longest has not been compared with AWS (seconds); 0 when there is none.
 * What cannot be read keeps no other from having an age, and the rotation tells of it; undefined when there is nothing
 * else.
 */
export const rotationAge = async (dependencies: Dependencies): Promise<number | undefined> => {
  const now = dependencies.clock.now().getTime();
  const ages: number[] = [];
  let unreadable = 0;
  const passOver = (): void => {
    unreadable += 1;
  };
  for (const record of await dependencies.index.longestUnverified(READ, passOver)) {
    try {
      const since = await unverifiedSince(dependencies, record);
      if (since !== undefined) ages.push((now - since) / 1000);
    } catch (error) {
      if (error instanceof RetryableError) throw error;
      passOver();
    }
  }
  return ages.length === 0 && unreadable > 0 ? undefined : Math.max(0, ...ages);
};

/** When it was compared last, or since when there is something to compare; undefined while it is being granted. */
const unverifiedSince = async (
  dependencies: Dependencies,
  record: EntitlementRecord,
): Promise<number | undefined> => {
  if (record.verifiedAt !== undefined) return Date.parse(record.verifiedAt);
  if (record.state === "absent") {
    return record.watchedUntil === undefined
      ? undefined
      : Date.parse(record.watchedUntil) - WATCHED_SECONDS * 1000;
  }
  const { heldSince } = await holdersOf(dependencies)(record);
  return heldSince === undefined ? undefined : Date.parse(heldSince);
};
