import type { Finding, SweepReport } from "../../contracts/http/sweep.ts";
import { RetryableError } from "../../domain/errors.ts";

/** So many findings are listed, and the rest only counted: a report stays small however much is wrong. */
const LISTED_FINDINGS = 100;
const LISTED_PROBLEMS = 20;

type Counts<Part extends "requests" | "trail" | "access"> = Record<keyof SweepReport[Part], number>;

/** What one sweep has looked at, found and done so far; every part of it adds to the same one. */
export class Tally {
  readonly requests: Counts<"requests"> = { lookedAt: 0, overdue: 0, restarted: 0, left: 0 };
  readonly trail: Counts<"trail"> = { healed: 0, lost: 0 };
  readonly access: Counts<"access"> = {
    compared: 0,
    deadHolders: 0,
    orphans: 0,
    appeared: 0,
    vanished: 0,
    left: 0,
  };
  /** The longest time for which access should be gone that still is not (milliseconds). */
  revokeLagMilliseconds = 0;
  /** False once something was left out. */
  complete = true;
  /** The first error that does not pass by itself. */
  defect: unknown;
  private readonly listed: Finding[] = [];
  private readonly problems = new Set<string>();
  private further = 0;

  get findings(): Pick<SweepReport, "findings" | "furtherFindings" | "problems"> {
    return { findings: [...this.listed], furtherFindings: this.further, problems: [...this.problems] };
  }

  found(finding: Finding): void {
    if (this.listed.length < LISTED_FINDINGS) this.listed.push(finding);
    else this.further += 1;
  }

  /** Something was not looked at, for this reason. */
  leftOut(reason: string): void {
    this.complete = false;
    if (this.problems.size < LISTED_PROBLEMS) this.problems.add(reason);
  }

  /** Something could not be done: a fault that passes is tried again by the next sweep, any other is for people. */
  failed(error: unknown): void {
    if (error instanceof RetryableError) this.leftOut(error.message);
    else {
      this.defect ??= error;
      this.leftOut(
        "Something failed in a way that does not pass by itself: the log of lockstep-sweep says how.",
      );
    }
  }

  /** Access that should be gone since so long still is not. */
  lags(milliseconds: number): void {
    this.revokeLagMilliseconds = Math.max(this.revokeLagMilliseconds, milliseconds);
  }
}
