import type { ExecutionInput } from "../contracts/workflow.ts";

/** Step Functions, as far as Lockstep starts and wakes its machine. Throws RetryableError `WorkflowUnavailable`. */
export interface Workflow {
  /** Starts an execution, unless one of that name runs or ran within the last 90 days. */
  start(name: string, input: ExecutionInput): Promise<"started" | "exists">;
  /** Wakes the execution that waits with this token; one that waits no longer needs no waking. */
  wake(taskToken: string): Promise<void>;
}
