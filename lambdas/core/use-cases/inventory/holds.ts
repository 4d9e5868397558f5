import { entitlementKey } from "../../domain/entitlement.ts";
import type { AssignmentFact } from "../../domain/inventory/facts.ts";
import { holdOf, type Hold } from "../../domain/inventory/hold.ts";
import type { GroupId } from "../../domain/ids.ts";
import type { Observed } from "../../ports/inventory.ts";
import type { EntitlementReader } from "../../ports/stores.ts";
import type { Named, NamedPermissionSet } from "./names.ts";

/** One way in which somebody can use a permission set in an account. */
export interface Way {
  readonly observed: Observed<AssignmentFact>;
  readonly permissionSet: NamedPermissionSet;
  /** The group that has it; absent where it is the user's own. */
  readonly through?: Named<GroupId>;
  readonly hold: Hold;
  /** The last look into the account failed. */
  readonly stale: boolean;
}

/** How each assignment is held, by one batch of Lockstep's own records. */
export const holdsOf = async (
  entitlements: EntitlementReader,
  assignments: readonly AssignmentFact[],
): Promise<(assignment: AssignmentFact) => Hold> => {
  const records = await entitlements.getAll(assignments.map(keyOf));
  const byKey = new Map(records.map((record) => [entitlementKey(record.entitlement), record]));
  return (assignment) => holdOf(byKey.get(keyOf(assignment)));
};

const keyOf = (assignment: AssignmentFact): string =>
  entitlementKey({ provider: "identity-center/account-assignment", ...assignment });
