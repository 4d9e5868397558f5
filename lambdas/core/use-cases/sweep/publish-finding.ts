import type { Drift, EntitlementRecord } from "../../domain/entitlement.ts";
import { shortHashOf } from "../../domain/hash.ts";
import { timestamp } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { EventPublisher } from "../../ports/events.ts";

interface Dependencies {
  readonly events: EventPublisher;
  readonly clock: Pick<Clock, "now">;
}

/** The event's `detail-type`. */
const TYPE = "SweepFinding";

/** As many characters of base32 as a request's id has: no two findings share an id. */
const ID_LENGTH = 26;

/**
 * Tells the bus of an access that is not as Lockstep left it: ids only. The record was written before, so that an event
 * may be lost in a crash between the two, but never tells of what was not found; metrics and later sweeps go on showing it.
 */
export const publishFinding =
  ({ events, clock }: Dependencies) =>
  async (kind: "orphan" | Drift, { entitlement, version }: EntitlementRecord): Promise<void> => {
    const { provider, accountId, permissionSetArn, principalType, principalId } = entitlement;
    const access = { provider, accountId, permissionSetArn, principalType, principalId };
    const id = `f-${shortHashOf({ kind, ...access, version }, ID_LENGTH)}`;
    await events.publish({
      id,
      type: TYPE,
      at: timestamp(clock.now()),
      detail: { version: 1, kind, ...access },
    });
  };
