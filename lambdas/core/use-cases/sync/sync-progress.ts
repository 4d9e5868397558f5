import { RetryableError } from "../../domain/errors.ts";
import { timestamp } from "../../domain/ids.ts";
import type { Problem } from "../../domain/inventory/problem.ts";
import type { PhaseName, RunningSync, Sync } from "../../domain/sync.ts";
import type { Clock } from "../../ports/clock.ts";
import type { CallTally, SyncStore } from "../../ports/sync.ts";
import { sumOf, type Changes } from "./reconcile.ts";

/** What is lost of a crash: so much time's work is done again. One write in so much time is $0.02 for a month of it. */
const NOTED_EVERY_MILLISECONDS = 10_000;

/** Executions that tell how far they are, of twenty at once, each once in ten seconds (accounts-progress.ts): as many as can win a race. */
const RACES = 20;

/** So many problems are kept, and the rest counted: an item of DynamoDB holds 400 KB. */
const KEPT_PROBLEMS = 100;

export interface SyncProgressDeps {
  readonly syncs: Pick<SyncStore, "get" | "put">;
  readonly takeTally: () => CallTally;
  readonly clock: Pick<Clock, "now">;
}

/** Where a phase is. */
export interface Position {
  readonly done: number;
  readonly total?: number | undefined;
  /** What the phase goes on from after a crash. */
  readonly cursor?: string | undefined;
}

/**
 * The record of a pass while it runs: kept in memory, and written now and then. Whoever writes it owns the pass: a write
 * that loses its race ends the invocation, since another one works on the same pass. Those who look into accounts write it
 * too, and own nothing: a write that lost to what they told is tried again.
 */
export class SyncProgress {
  private current: RunningSync;
  private notedAt: number;
  private readonly deps: SyncProgressDeps;

  constructor(sync: RunningSync, deps: SyncProgressDeps) {
    this.current = sync;
    this.deps = deps;
    this.notedAt = deps.clock.now().getTime();
  }

  get sync(): RunningSync {
    return this.current;
  }

  count(changes: Changes): void {
    this.current = { ...this.current, changes: sumOf(this.current.changes, changes) };
  }

  found(kind: string, facts: number): void {
    this.current = { ...this.current, counts: { ...this.current.counts, [kind]: facts } };
  }

  chose(method: NonNullable<RunningSync["method"]>): void {
    this.current = { ...this.current, method };
  }

  met(problem: Problem): void {
    const { problems, moreProblems } = this.current;
    this.current =
      problems.length < KEPT_PROBLEMS
        ? { ...this.current, problems: [...problems, problem] }
        : { ...this.current, moreProblems: moreProblems + 1 };
  }

  metMore(problems: number): void {
    this.current = { ...this.current, moreProblems: this.current.moreProblems + problems };
  }

  /** Adds calls that another invocation made for the same pass. */
  called({ calls, throttles }: CallTally): void {
    this.current = {
      ...this.current,
      calls: addedCalls(this.current.calls, calls),
      throttles: this.current.throttles + throttles,
    };
  }

  /** Goes on; written if that was long ago. */
  async advance({ done, total, cursor }: Position): Promise<void> {
    const { total: _total, checkpoint, ...rest } = this.current;
    this.current = {
      ...rest,
      done,
      ...(total === undefined ? {} : { total }),
      checkpoint: { phase: checkpoint.phase, ...(cursor === undefined ? {} : { cursor }) },
    };
    const sinceNoted = this.deps.clock.now().getTime() - this.notedAt;
    if (sinceNoted >= NOTED_EVERY_MILLISECONDS) await this.note();
  }

  /** Begins a phase, and writes that down. */
  async begin(phase: PhaseName): Promise<void> {
    const { total: _total, ...rest } = this.current;
    this.current = {
      ...rest,
      checkpoint: { phase },
      done: 0,
      phaseBegunAt: timestamp(this.deps.clock.now()),
    };
    await this.note();
  }

  /** Writes where the pass is. */
  async note(): Promise<void> {
    this.current = await this.put(this.next(this.current));
    this.notedAt = this.deps.clock.now().getTime();
  }

  async finish(): Promise<void> {
    await this.put({ ...this.ended(), status: "finished" });
  }

  async fail(reason: Problem): Promise<void> {
    const { checkpoint } = this.current;
    await this.put({ ...this.ended(), status: "failed", reason, checkpoint });
  }

  private ended() {
    const {
      status: _status,
      checkpoint: _checkpoint,
      done: _done,
      total: _total,
      phaseBegunAt: _begun,
      ...common
    } = this.next(this.current);
    return { ...common, endedAt: common.updatedAt };
  }

  private next(sync: RunningSync): RunningSync {
    const { calls, throttles } = this.deps.takeTally();
    return {
      ...sync,
      version: sync.version + 1,
      updatedAt: timestamp(this.deps.clock.now()),
      calls: addedCalls(sync.calls, calls),
      throttles: sync.throttles + throttles,
    };
  }

  /** The record as it was written. */
  private async put<Next extends Sync>(next: Next): Promise<Next> {
    const { syncs } = this.deps;
    let written = next;
    for (let race = 0; race < RACES; race += 1) {
      if ((await syncs.put(written)) === "written") return written;
      const there = await syncs.get(next.id);
      if (there === undefined || !isOnlyTold(there, next)) break;
      written = { ...next, version: there.version + 1 };
    }
    throw new RetryableError("ConcurrentModification", `Another invocation works on ${next.id}`);
  }
}

/**
 * Whether the record is still this execution's: of a pass over accounts, whose slices tell how far they are. Two invocations
 * of one execution do no harm there: each sums up the same notes, and the first one that ends the pass has ended it.
 */
const isOnlyTold = (there: Sync, { scope, attempt }: Sync): boolean =>
  scope === "resources" && there.status === "running" && there.attempt === attempt;

const addedCalls = (
  calls: Readonly<Record<string, number>>,
  more: Readonly<Record<string, number>>,
): Readonly<Record<string, number>> => {
  const sum = { ...calls };
  for (const [operation, times] of Object.entries(more)) sum[operation] = (sum[operation] ?? 0) + times;
  return sum;
};
