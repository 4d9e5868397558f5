import type { AccountAssignment } from "../../../local/identity-center/records.ts";
import type { SimulatedIdentity } from "../aws/identity.ts";
import { assignmentKey, type Ledger } from "../ledger.ts";
import type { Watcher } from "../oracle/watcher.ts";
import type { Trace } from "../trace.ts";
import type { VirtualTime } from "../virtual-time.ts";

export interface AssignmentSurroundings {
  readonly time: VirtualTime;
  readonly identity: SimulatedIdentity;
  readonly ledger: Ledger;
  readonly watcher: Required<Watcher>;
  readonly trace: Trace;
}

/** Follows what AWS has of assignments, and tells Lockstep's from those that somebody changes by hand. */
export class AssignmentObserver {
  private readonly around: AssignmentSurroundings;
  private isByHand = false;
  /** When Lockstep's last Create came into effect, late as it may have been. */
  lastMade: number;
  /** When anything last changed, by whomever. */
  lastChange: number;

  constructor(around: AssignmentSurroundings) {
    this.around = around;
    this.lastMade = around.time.milliseconds;
    this.lastChange = around.time.milliseconds;
  }

  /** What is done meanwhile is nobody's of Lockstep; operations that were due before still are. */
  byHand(work: () => void): void {
    this.around.identity.settle();
    this.isByHand = true;
    work();
    this.isByHand = false;
  }

  changed(assignment: AccountAssignment, present: boolean): void {
    const { time, ledger, watcher, trace } = this.around;
    const by = this.isByHand ? "hand" : "lockstep";
    const key = assignmentKey(assignment);
    if (present === ledger.present.has(key)) return;
    this.lastChange = time.milliseconds;
    if (present) ledger.present.add(key);
    else {
      ledger.present.delete(key);
      ledger.made.delete(key);
    }
    if (present && by === "lockstep") {
      this.lastMade = time.milliseconds;
      ledger.made.set(key, time.milliseconds);
    }
    trace(() => `AWS ${present ? "has" : "has no more"} ${key}${by === "hand" ? " (by hand)" : ""}`);
    watcher.assigned({ key, present, by, at: time.milliseconds });
  }
}
