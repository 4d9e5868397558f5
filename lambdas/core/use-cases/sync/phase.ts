import type { Integration, OrganizationIntegration } from "../../domain/integration.ts";
import type { FinishedSync } from "../../domain/sync.ts";
import type { AssignmentFact } from "../../domain/inventory/facts.ts";
import type { Inventory } from "../../ports/inventory.ts";
import type { Clock } from "../../ports/clock.ts";
import type { IdentitySources, Look } from "../../ports/sync.ts";
import type { Changes, Difference, WritesDifferences } from "./reconcile.ts";
import type { SyncProgress } from "./sync-progress.ts";

/** What every phase of a pass over an organization works with. */
export interface Phase {
  readonly integration: OrganizationIntegration;
  /** All there are now. */
  readonly integrations: () => Promise<readonly Integration[]>;
  readonly inventory: Inventory;
  readonly sources: IdentitySources;
  readonly progress: SyncProgress;
  readonly clock: Pick<Clock, "now">;
  /** A look that begins now. */
  readonly look: () => Look;
  readonly write: WritesDifferences;
  readonly writeAssignments: (
    differences: readonly Difference<AssignmentFact>[],
    seenAt: Look,
  ) => Promise<Changes>;
  /** The last pass that came to its end: how many there were of each kind then. Absent before the first. */
  readonly before: FinishedSync | undefined;
  /** The invocation should end soon: what is not done is the next one's. */
  readonly isOutOfTime: () => boolean;
}

/** `more`: out of time; the next invocation goes on from what was noted. */
export type RunPhase = (phase: Phase) => Promise<"done" | "more">;
