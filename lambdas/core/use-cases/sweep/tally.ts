import type { Finding, SweepReport } from "../../contracts/http/sweep.ts";
import { RetryableError } from "../../domain/errors.ts";

/** So many findings are listed, and the rest only counted: a report stays small however much is wrong. */
const LISTED_FINDINGS = 100;
const LISTED_PROBLEMS = 20;

/** As many items as a list passes over because they cannot be read (adapters/dynamodb/due-items.ts), and some more. */
const KEPT_DEFECTS = 120;

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
  private readonly listed: Finding[] = [];
  private readonly problems = new Set<string>();
  private readonly defectsByText = new Map<string, unknown>();
  private further = 0;

  get findings(): Pick<SweepReport, "findings" | "furtherFindings" | "problems"> {
    return { findings: [...this.listed], furtherFindings: this.further, problems: [...this.problems] };
  }

  /** The errors that do not pass by themselves, each text once, in the order in which they came. */
  get defects(): readonly unknown[] {
    return [...this.defectsByText.values()];
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
      const text = String(error);
      if (this.defectsByText.size < KEPT_DEFECTS && !this.defectsByText.has(text))
        this.defectsByText.set(text, error);
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
