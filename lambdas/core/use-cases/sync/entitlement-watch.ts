import { RequestIdSchema, timestamp, type RequestId } from "../../domain/ids.ts";
import { entitlementKey, type Entitlement, type EntitlementRecord } from "../../domain/entitlement.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessRequestStore, EntitlementStore } from "../../ports/stores.ts";
import type { EntitlementWatch } from "../../ports/sync.ts";

interface Dependencies {
  readonly entitlements: Pick<EntitlementStore, "get">;
  readonly requests: Pick<AccessRequestStore, "get">;
  /** What entitlements of this Identity Center have in common. */
  readonly identityCenter: Pick<Entitlement, "region" | "instanceArn" | "identityStoreId">;
  readonly clock: Pick<Clock, "now">;
}

/**
 * What Lockstep's own records say of an assignment. That it is Lockstep's is written before its Create is sent, and its last
 * hold goes with the removal: in between it is there, which is certain while the request of a holder is active.
 */
export const entitlementWatch = (dependencies: Dependencies): EntitlementWatch => {
  const { entitlements, identityCenter } = dependencies;
  return {
    of: async ({ accountId, permissionSetArn, principalType, principalId }) => {
      const key = entitlementKey({
        provider: "identity-center/account-assignment",
        ...identityCenter,
        accountId,
        permissionSetArn,
        principalType,
        principalId,
      });
      const record = await entitlements.get(key);
      if (record === undefined) return { version: 0, heldBy: [] };
      if (!(await isSettled(dependencies, record))) return "unsettled";
      return { version: record.version, heldBy: holdersOf(record) };
    },
  };
};

const holdersOf = ({ holders }: EntitlementRecord): readonly RequestId[] =>
  Object.keys(holders).map((id) => RequestIdSchema.parse(id));

const isSettled = async ({ requests, clock }: Dependencies, record: EntitlementRecord): Promise<boolean> => {
  const { state, uncertainUntil } = record;
  if (uncertainUntil !== undefined && uncertainUntil > timestamp(clock.now())) return false;
  switch (state) {
    case "observing":
    case "removing":
    case "verifying":
      return false;
    case "absent":
    case "standing":
      return true;
    case "ours":
      for (const id of holdersOf(record)) if ((await requests.get(id))?.status === "active") return true;
      return false;
  }
};
