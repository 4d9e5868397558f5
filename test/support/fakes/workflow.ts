import type { ExecutionInput } from "../../../lambdas/core/contracts/workflow.ts";
import { RetryableError } from "../../../lambdas/core/domain/errors.ts";
import type { Workflow } from "../../../lambdas/core/ports/workflow.ts";

/** A machine that only remembers what was started and woken. */
export class FakeWorkflow implements Workflow {
  /** By name, in order; a name is started once. */
  readonly started = new Map<string, ExecutionInput>();
  readonly woken: string[] = [];
  /** While true, no call is answered. */
  unavailable = false;

  start(name: string, input: ExecutionInput): Promise<"started" | "exists"> {
    if (this.unavailable) return Promise.reject(new RetryableError("WorkflowUnavailable", "no answer"));
    if (this.started.has(name)) return Promise.resolve("exists");
    this.started.set(name, input);
    return Promise.resolve("started");
  }

  wake(taskToken: string): Promise<void> {
    if (this.unavailable) return Promise.reject(new RetryableError("WorkflowUnavailable", "no answer"));
    this.woken.push(taskToken);
    return Promise.resolve();
  }
}
