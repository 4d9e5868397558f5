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

/** For how long the entitlement that waits the longest has not been compared with AWS (seconds); 0 when there is none. */
export const rotationAge = async (dependencies: Dependencies): Promise<number> => {
  const now = dependencies.clock.now().getTime();
  const ages: number[] = [];
  for (const record of await dependencies.index.longestUnverified(READ, toldByTheRotation)) {
    const since = await orUnreadable(unverifiedSince(dependencies, record));
    if (since !== undefined) ages.push((now - since) / 1000);
  }
  return Math.max(0, ...ages);
};

/** What cannot be read has no age, and keeps no other from having one; the rotation has come by it and told of it. */
const toldByTheRotation = (): void => undefined;

const orUnreadable = (since: Promise<number | undefined>): Promise<number | undefined> =>
  since.catch((error: unknown) => {
    if (error instanceof RetryableError) throw error;
    return undefined;
  });

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
