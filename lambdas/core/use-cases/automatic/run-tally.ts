import type { AccessFlow } from "../../domain/access-flow.ts";
import { DomainError, RetryableError } from "../../domain/errors.ts";
import type { FlowName } from "../../domain/ids.ts";
import { TooManyRequests } from "./earlier-requests.ts";

/** What a run has done so far, and what it could not do. */
export class RunTally {
  made = 0;
  ended = 0;
  withheld = 0;
  left = 0;
  notEnded = 0;
  readonly defects: unknown[] = [];
  private readonly problems = new Set<string>();
  private readonly flowsLeft: FlowName[] = [];

  /** What is left of ends is one: they come first, and should never be. */
  get allProblems(): readonly string[] {
    return [
      ...this.problems,
      ...(this.notEnded === 0
        ? []
        : [`${String(this.notEnded)} requests whose access is to end: there was no time left for them`]),
      ...(this.flowsLeft.length === 0
        ? []
        : [`access flows ${this.flowsLeft.join(", ")}: there was no time left to look at them`]),
    ];
  }

  notLookedAt(flow: FlowName): void {
    this.flowsLeft.push(flow);
  }

  problemOf({ name }: AccessFlow, problem: string): void {
    this.problems.add(`access flow ${name}: ${problem}`);
  }

  /** Nobody waits for one that fails: what passes is tried by the next run, and anything else is for people. */
  async attempt(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof RetryableError || error instanceof DomainError || error instanceof TooManyRequests)
        this.problems.add(error.message);
      else this.defects.push(error);
    }
  }

  async known<Value, Otherwise>(
    flow: AccessFlow,
    loading: Promise<Value>,
    otherwise: Otherwise,
  ): Promise<Value | Otherwise> {
    try {
      return await loading;
    } catch (error) {
      if (error instanceof RetryableError) this.problemOf(flow, error.message);
      else this.defects.push(error);
      return otherwise;
    }
  }
}
