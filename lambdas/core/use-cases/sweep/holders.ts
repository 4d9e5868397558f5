import { isOver, type AccessRequest } from "../../domain/access-request.ts";
import { release, type EntitlementRecord } from "../../domain/entitlement.ts";
import { secondsAfter, timestamp, type RequestId } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EventPublisher } from "../../ports/events.ts";
import type { AccessRequestStore, EntitlementStore } from "../../ports/stores.ts";
import { inBatches } from "../in-batches.ts";
import { deadHolder, orphan } from "./findings.ts";
import { publishFinding } from "./publish-finding.ts";
import type { Tally } from "./tally.ts";

export interface HolderDependencies {
  readonly requests: Pick<AccessRequestStore, "get">;
  readonly entitlements: Pick<EntitlementStore, "put">;
  readonly events: EventPublisher;
  readonly clock: Pick<Clock, "now">;
}

/** One GetItem each. */
const AT_A_TIME = 10;

/** What AWS shows follows what AWS did within seconds: access that has just become active may not be shown yet. */
const SETTLED_AFTER_SECONDS = 60;

/** How the requests stand that hold an entitlement. */
export interface Holders {
  /** Those that are over or do not exist. They never come back: a hold is taken only while its request is granted. */
  readonly dead: readonly RequestId[];
  /** Somebody is granting it now: neither its absence nor its presence means anything yet, and its record is theirs. */
  readonly underWay: boolean;
  /** Somebody has had it for a while. */
  readonly settled: boolean;
  /** Since when the first of them has had it. */
  readonly heldSince: string | undefined;
}

/** Reads the requests that hold an entitlement, each as it is now. */
export const holdersOf =
  ({ requests, clock }: Pick<HolderDependencies, "requests" | "clock">) =>
  async (record: EntitlementRecord): Promise<Holders> => {
    const ids = Object.keys(record.holders) as RequestId[];
    const holders = await inBatches(ids, AT_A_TIME, (id) => requests.get(id));
    const now = clock.now();
    const live = holders.filter((request) => request !== undefined).filter((request) => !isOver(request));
    const activeSince = live
      .flatMap((request) => (request.status === "active" ? [request.activeAt] : []))
      .toSorted();
    const [heldSince] = activeSince;
    return {
      dead: ids.filter((_, index) => isDead(holders[index])),
      underWay:
        live.some((request) => request.status === "granting") ||
        activeSince.some((since) => secondsAfter(new Date(since), SETTLED_AFTER_SECONDS) > timestamp(now)),
      settled: heldSince !== undefined,
      heldSince,
    };
  };

const isDead = (request: AccessRequest | undefined): boolean => request === undefined || isOver(request);

/**
 * Ends the holds of requests that are over or do not exist, under the version that was read: had one of them been
 * released, or had another request come, the record would be another one, and nothing is written. The last of them
 * leaves an orphan, which is queued for removal. That such a request's own attempt to grant has ended is not certain:
 * what it removes is removed once more.
 */
export const endDeadHolds =
  ({ entitlements, clock, events }: HolderDependencies) =>
  async (
    record: EntitlementRecord,
    dead: readonly RequestId[],
    tally: Tally,
  ): Promise<"written" | "conflict"> => {
    let current = record;
    for (const id of dead) {
      const attempt = { uncertain: true, now: clock.now() };
      const step = release(current, { id, entitlement: record.entitlement }, attempt);
      if (step.do !== "write") continue;
      if ((await entitlements.put(step.next)) === "conflict") return "conflict";
      current = step.next;
      tally.access.deadHolders += 1;
      tally.found(deadHolder(record.entitlement, id));
    }
    if (current.state === "removing") {
      tally.access.orphans += 1;
      tally.found(orphan(record.entitlement));
      await publishFinding({ events, clock })("orphan", current);
    }
    return "written";
  };
