import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { LocalStore } from "../store.ts";

/** How often something is tried again, and for how long. */
export interface RetryLimits {
  readonly maximumAttempts: number;
  readonly maximumAgeSeconds: number;
}

/** Work that survives the process: kept in the store until it is done or given up. */
export interface DurableJobs<Work> {
  /** Keeps the work, durably when it returns, and begins it. */
  add(work: Work): void;
  /** Goes on with what an earlier process left. Call it once. */
  start(): void;
  /** Stops waiting for the next attempts; resolves when the attempts under way have ended. */
  stop(): Promise<void>;
}

interface Job<Work> {
  readonly work: Work;
  readonly addedAt: string;
  readonly attempts: number;
  readonly dueAt: string;
}

export interface DurableJobsOptions<Work> {
  readonly store: LocalStore;
  readonly collection: string;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly limits: (work: Work) => RetryLimits;
  /** Milliseconds to wait after the given number of failed attempts. */
  readonly delay: (attempts: number) => number;
  /** Rejects when it must be tried again; at least once, perhaps twice after a crash. */
  readonly attempt: (work: Work) => Promise<void>;
  readonly isRetryable: (error: unknown) => boolean;
  readonly giveUp: (work: Work, error: unknown, attempts: number) => Promise<void> | void;
}

export const createDurableJobs = <Work>(options: DurableJobsOptions<Work>): DurableJobs<Work> => {
  const { store, collection, clock, newId, limits, delay, attempt, isRetryable, giveUp } = options;
  const stopping = new AbortController();
  const isStopping = () => stopping.signal.aborted;
  const underWay = new Set<Promise<void>>();

  const isOver = ({ work, addedAt }: Job<Work>, attempts: number, nextAt: number) => {
    const { maximumAttempts, maximumAgeSeconds } = limits(work);
    return attempts >= maximumAttempts || nextAt - Date.parse(addedAt) > maximumAgeSeconds * 1000;
  };

  /** The job as it is after a failed attempt; undefined when it was the last. */
  const afterFailure = async (job: Job<Work>, error: unknown): Promise<Job<Work> | undefined> => {
    const attempts = job.attempts + 1;
    const nextAt = clock.now().getTime() + delay(attempts);
    if (!isRetryable(error) || isOver(job, attempts, nextAt)) {
      await giveUp(job.work, error, attempts);
      return undefined;
    }
    return { ...job, attempts, dueAt: new Date(nextAt).toISOString() };
  };

  const run = async (id: string, first: Job<Work>): Promise<void> => {
    let job: Job<Work> | undefined = first;
    while (job !== undefined) {
      const current: Job<Work> = job;
      await clock.sleep(Date.parse(current.dueAt) - clock.now().getTime(), stopping.signal);
      if (isStopping()) return;
      try {
        await attempt(current.work);
        job = undefined;
      } catch (error) {
        // An attempt that the stop has cut short says nothing about its target.
        if (isStopping()) return;
        job = await afterFailure(current, error);
        if (job !== undefined) store.put(collection, id, job);
      }
    }
    store.delete(collection, id);
  };

  const begin = (id: string, job: Job<Work>) => {
    const running = run(id, job);
    underWay.add(running);
    void running.finally(() => underWay.delete(running));
  };

  return {
    add: (work) => {
      const id = newId();
      const now = clock.now().toISOString();
      const job: Job<Work> = { work, addedAt: now, attempts: 0, dueAt: now };
      store.put(collection, id, job);
      if (!stopping.signal.aborted) begin(id, job);
    },
    start: () => {
      for (const { id, document } of store.list(collection)) begin(id, document as Job<Work>);
    },
    stop: async () => {
      stopping.abort();
      await Promise.allSettled(underWay);
    },
  };
};
