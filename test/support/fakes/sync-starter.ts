import { RetryableError } from "../../../lambdas/core/domain/errors.ts";
import type { SyncId } from "../../../lambdas/core/domain/sync.ts";
import type { SyncStarter } from "../../../lambdas/core/ports/sync.ts";

/** A machine that only remembers which attempts were started. */
export class FakeSyncStarter implements SyncStarter {
  /** `<id>.<attempt>`, in order; each is started once. */
  readonly started: string[] = [];
  /** While true, no call is answered. */
  unavailable = false;

  start(id: SyncId, attempt: number): Promise<"started" | "already-started"> {
    if (this.unavailable) return Promise.reject(new RetryableError("WorkflowUnavailable", "no answer"));
    const name = `${id}.${String(attempt)}`;
    if (this.started.includes(name)) return Promise.resolve("already-started");
    this.started.push(name);
    return Promise.resolve("started");
  }
}
