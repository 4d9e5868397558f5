import type { BusEvent } from "../events/event.ts";
import type { Json } from "../wire/json.ts";
import type { ChildExecutionType } from "./definition.ts";
import type { ExecutionRecord } from "./records.ts";

/** How a Lambda function answers: with a payload, or with the error that its code (or its runtime) ended with. */
export type InvocationAnswer =
  | { readonly payload: Json }
  | {
      readonly functionError: {
        readonly errorType?: string;
        readonly errorMessage?: string;
        readonly [member: string]: Json | undefined;
      };
    };

/** On whose behalf a function is invoked. */
export interface InvocationMeta {
  readonly executionArn: string;
  readonly machineRoleArn: string;
}

/** Invokes a function and waits for its answer; what it throws is taken as an error of the Lambda service. */
export type InvokeFunction = (
  functionArn: string,
  payload: Json,
  meta: InvocationMeta,
) => Promise<InvocationAnswer>;

/** Throws AwsError unless the role of a machine may do what Step Functions does on the machine's behalf. */
export type AuthorizeRole = (access: {
  readonly roleArn: string;
  readonly executionName: string;
  readonly action: string;
  readonly resource: string;
}) => Promise<void>;

/** An EventBridge event of AWS's own, as it reaches the default bus. */
export type ServiceEvent = BusEvent;

/** Takes an event for delivery to the default bus's rules. */
export type Publish = (event: ServiceEvent) => Promise<void> | void;

/** An execution to be. */
export interface ExecutionStart {
  readonly machineArn: string;
  readonly name: string;
  /** A JSON text. */
  readonly input: string;
  /** The id of the task whose child it is, or of the delivery that starts it. */
  readonly startedBy?: string;
}

/** A child execution of a distributed Map to be. */
export interface MapRunChild {
  /** The Map state. */
  readonly state: string;
  readonly label: string;
  readonly mapRunArn: string;
  readonly executionType: ChildExecutionType;
  readonly name: string;
  /** A JSON text. */
  readonly input: string;
  readonly itemCount: number;
}

/** What `states:startExecution` tasks and distributed Maps do with other executions. */
export interface ChildExecutions {
  /** Starts the child unless this very task did so before; throws AwsError as StartExecution does. */
  start(child: ExecutionStart): ExecutionRecord;
  /** Starts a child of a distributed Map unless it was started before; it runs what its parent's definition says. */
  startOfMapRun(parent: ExecutionRecord, child: MapRunChild): ExecutionRecord;
  /** The child's record once it has ended; undefined when `signal` aborts first. */
  ended(executionArn: string, signal: AbortSignal): Promise<ExecutionRecord | undefined>;
  /** Aborts the child of a parent that was aborted or timed out; does nothing while the engine is stopping. */
  abandon(executionArn: string): void;
}

/** Told each time a state is entered; a resumed state is not entered again. */
export interface StateEntered {
  readonly machineArn: string;
  readonly machineName: string;
  readonly executionArn: string;
  readonly executionName: string;
  readonly state: string;
  readonly type: string;
  readonly at: Date;
}
