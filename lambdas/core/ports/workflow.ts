import type { ExecutionInput } from "../contracts/workflow.ts";

/** Step Functions, as far as Lockstep starts and wakes its machine. Throws RetryableError `WorkflowUnavailable`. */
export interface Workflow {
  /** Starts an execution; one of that name that exists already is as good. */
  start(name: string, input: ExecutionInput): Promise<void>;
  /** Wakes the execution that waits with this token; one that waits no longer needs no waking. */
  wake(taskToken: string): Promise<void>;
}
