import { RequestsByStatusMetrics, type CountedStatus } from "../../contracts/metrics.ts";
import type { SweepReport } from "../../contracts/http/sweep.ts";
import { timestamp } from "../../domain/ids.ts";
import type { AccessRequestStore } from "../../ports/stores.ts";
import type { Removals, RequestCounts } from "../../ports/sweep.ts";
import { lookAtDueRequests, type DueDependencies } from "./due-requests.ts";
import { healConfigurationTrail, type ConfigurationTrailDependencies } from "./heal-configuration-trail.ts";
import { lookAtWhatWaits, type FlowlessDependencies } from "./requests-without-flow.ts";
import { measureLateRevocations } from "./late-revocations.ts";
import { overdueReviews } from "./overdue-reviews.ts";
import { rotate, type RotationDependencies } from "./observation-rotation.ts";
import { rotationAge } from "./rotation-age.ts";
import { Tally } from "./tally.ts";
import { drainWaitingRemovals } from "./waiting-removals.ts";

export interface SweepDependencies
  extends DueDependencies, RotationDependencies, ConfigurationTrailDependencies {
  readonly flows: Pick<FlowlessDependencies["flows"], "list">;
  readonly requests: Pick<
    AccessRequestStore,
    "get" | "listByStatus" | "listUnreviewedBreakGlass" | "listWaitingExtensions"
  >;
  readonly removals: Removals;
  readonly counts: RequestCounts;
}

/** What a sweep came to: the report for people, and what is measured beside it. */
export interface Swept {
  readonly report: SweepReport;
  readonly revokeLagMilliseconds: number;
  readonly requestsByStatus: Readonly<Record<CountedStatus, number>> | undefined;
  /** The errors that do not pass by themselves. */
  readonly defects: readonly unknown[];
}

/**
 * Checks that what exists is what should exist, and puts right what is Lockstep's: level-triggered, so that it does not
 * matter what was missed before, and any number of sweeps at any time do no harm. Its parts run side by side, and none
 * of them keeps another one from its work.
 */
export const sweep =
  (dependencies: SweepDependencies) =>
  async ({ seconds, counting }: { readonly seconds: number; readonly counting: boolean }): Promise<Swept> => {
    const { clock } = dependencies;
    const began = clock.now();
    const until = new Date(began.getTime() + seconds * 1000);
    const tally = new Tally();
    const part = async (work: Promise<void>): Promise<void> => {
      await work.catch((error: unknown) => {
        tally.failed(error);
      });
    };
    let requestsByStatus: Swept["requestsByStatus"];
    let reviews: number | undefined;
    await Promise.all([
      part(lookAtDueRequests(dependencies)(until, tally)),
      part(lookAtWhatWaits(dependencies)(until)),
      part(healConfigurationTrail(dependencies)(tally)),
      part(drainWaitingRemovals(dependencies)(tally)),
      part(rotate(dependencies)(until, tally)),
      part(measureLateRevocations(dependencies)(tally)),
      part(
        overdueReviews(dependencies).then((count) => {
          reviews = count;
        }),
      ),
      part(
        (async () => {
          if (counting) requestsByStatus = await countByStatus(dependencies.counts);
        })(),
      ),
    ]);
    // An orphan is queued only: whoever removes next comes by it, and that may be long.
    if (tally.access.orphans > 0) await part(dependencies.removals.drain());
    let oldestSeconds: number | undefined;
    await part(
      rotationAge(dependencies).then((seconds) => {
        oldestSeconds = seconds;
      }),
    );
    return {
      report: {
        beganAt: timestamp(began),
        endedAt: timestamp(clock.now()),
        complete: tally.complete,
        requests: tally.requests,
        trail: tally.trail,
        access: tally.access,
        rotation: oldestSeconds === undefined ? {} : { oldestSeconds },
        ...(reviews === undefined ? {} : { overdueReviews: reviews }),
        ...tally.findings,
      },
      revokeLagMilliseconds: tally.revokeLagMilliseconds,
      requestsByStatus,
      defects: tally.defects,
    };
  };

const countByStatus = async (counts: RequestCounts): Promise<Readonly<Record<CountedStatus, number>>> => {
  const statuses = Object.keys(RequestsByStatusMetrics) as CountedStatus[];
  const counted = await Promise.all(
    statuses.map(async (status) => [status, await counts.countOf(status)] as const),
  );
  return Object.fromEntries(counted) as Record<CountedStatus, number>;
};
