import { approvedFirst } from "./approved-first.ts";
import { emergenciesAreReviewed } from "./emergencies-are-reviewed.ts";
import { endsInTime } from "./ends-in-time.ts";
import { followsItsContext } from "./follows-its-context.ts";
import { getsOn } from "./gets-on.ts";
import { happensAsAsked } from "./happens-as-asked.ts";
import { neededStays } from "./needed-stays.ts";
import { inventoryIsTrue } from "./inventory-is-true.ts";
import { noDefect } from "./no-defect.ts";
import { noFalseDrift } from "./no-false-drift.ts";
import { noTokenLeaves } from "./no-token-leaves.ts";
import { readersOnlyRead } from "./readers-only-read.ts";
import { served } from "./served.ts";
import { standingStays } from "./standing-stays.ts";
import { tiersAreTold } from "./tiers-are-told.ts";
import { trailIsWhole } from "./trail-is-whole.ts";
import { withinLimits } from "./within-limits.ts";
import { waitsUnderAFlow } from "./waits-under-a-flow.ts";
import type { Invariant } from "./watcher.ts";

/** Everything that must be so, in every history, after every step. */
export const invariants: readonly Invariant[] = [
  endsInTime,
  standingStays,
  neededStays,
  approvedFirst,
  trailIsWhole,
  getsOn,
  withinLimits,
  noTokenLeaves,
  noDefect,
  happensAsAsked,
  noFalseDrift,
  inventoryIsTrue,
  readersOnlyRead,
  served,
  emergenciesAreReviewed,
  followsItsContext,
  waitsUnderAFlow,
  tiersAreTold,
];
