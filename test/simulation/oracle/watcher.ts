import type { AuditEntry } from "../../../lambdas/core/domain/audit.ts";
import type { ConfigurationEntry } from "../../../lambdas/core/domain/configuration/entry.ts";
import type { Conditions } from "../conditions.ts";
import type { History } from "../history.ts";
import type { AssignmentKey, Claim, Ledger, SaidDecision, Tracked } from "../ledger.ts";

/** Something that must never be so. */
export interface Violation {
  readonly invariant: number;
  readonly at: number;
  readonly message: string;
}

/** An assignment that came or went in AWS. */
export interface AssignmentChange {
  readonly key: AssignmentKey;
  readonly present: boolean;
  /** By Lockstep's own call, or by somebody's hand. */
  readonly by: "lockstep" | "hand";
  readonly at: number;
}

/** A write of the Inventory table that is about an assignment. */
export interface InventoryWrite {
  readonly key: AssignmentKey;
  /** What is told of it, if anything. */
  readonly change?: "Appeared" | "Changed" | "Vanished" | undefined;
  /** The requests that are said to have held it. */
  readonly heldBy: readonly string[];
  /** When the look began that saw it so, by its function's clock (milliseconds since 1970). */
  readonly observedAt: number;
  /** And the one that was written before. */
  readonly before?: number | undefined;
}

/** What an invariant looks at; each part is called at the moment that it tells of. */
export interface Watcher {
  /** A request was written. */
  readonly claimed?: (tracked: Tracked, claim: Claim) => void;
  /** Lockstep has answered that a decision counts. */
  readonly decided?: (said: SaidDecision) => void;
  /** The bus was told of an emergency, by its request's id, that nobody has reviewed in time. */
  readonly toldOverdue?: (requestId: string) => void;
  /** The emergencies that an administrator finds on the list of those that nobody has reviewed, when all is over. */
  readonly listedUnreviewed?: (requestIds: ReadonlySet<string>) => void;
  readonly recorded?: (entry: AuditEntry, replaced: boolean) => void;
  /** The same of configuration. */
  readonly recordedConfiguration?: (entry: ConfigurationEntry, replaced: boolean) => void;
  /** An event left for the bus. */
  readonly published?: (requestId: string, version: number) => void;
  readonly assigned?: (change: AssignmentChange) => void;
  /** AWS has accepted to create or to delete. */
  readonly accepted?: (kind: "CREATE" | "DELETE", key: AssignmentKey) => void;
  readonly calledSsoAdmin?: () => void;
  /** AWS refused an operation, since too many are outstanding. */
  readonly tooManyOutstanding?: () => void;
  /** A text left Lockstep, or was stored. */
  readonly text?: (where: string, text: string) => void;
  /** A function ended with an error that is none of those that it may end with. */
  readonly defect?: (where: string, error: string) => void;
  /** The inventory was written: a fact, or the trace of one. */
  readonly inventoried?: (write: InventoryWrite) => void;
  /** A function that only reads called AWS for the directory, the organization or Identity Center. */
  readonly read?: (where: string, operation: string) => void;
  /** A whole sync has passed after everything else: what the inventory has of assignments, and which it cannot know yet. */
  readonly synced?: (inventory: ReadonlySet<AssignmentKey>, unsettled: ReadonlySet<AssignmentKey>) => void;
  /** Nothing is going on any more, or nothing has got on for too long. */
  readonly end?: () => void;
}

export interface Watched {
  readonly history: History;
  readonly ledger: Ledger;
  readonly conditions: Conditions;
  readonly now: () => number;
  readonly violated: (message: string) => void;
}

export interface Invariant {
  readonly number: number;
  readonly title: string;
  readonly watch: (watched: Watched) => Watcher;
}
