import type { Json, JsonObject } from "../wire/json.ts";
import type { ChildExecutionType } from "./definition.ts";

/** A deployed machine; its definition is a revision, so that running executions keep theirs over a redeploy. */
export interface MachineRecord {
  readonly arn: string;
  readonly name: string;
  readonly type: "STANDARD";
  readonly revisionId: string;
  /** ISO 8601, like every instant in these records. */
  readonly createdAt: string;
}

/** One deployed definition of a machine. */
export interface RevisionRecord {
  readonly definition: string;
  readonly roleArn: string;
  readonly createdAt: string;
}

export type ExecutionStatus = "RUNNING" | "SUCCEEDED" | "FAILED" | "TIMED_OUT" | "ABORTED";

/** Everything an execution needs to go on after the process was killed. Inputs and outputs are JSON texts, as in the API. */
export interface ExecutionRecord {
  readonly arn: string;
  readonly name: string;
  readonly machineArn: string;
  readonly machineName: string;
  readonly revisionId: string;
  readonly roleArn: string;
  readonly input: string;
  readonly startedAt: string;
  /** The id of the task whose child this is, of its Map Run, or of the delivery of an event that started it. */
  readonly startedBy?: string;
  /** Of a child execution that a distributed Map started. */
  readonly mapRun?: MapRunMembership;
  /** When the machine's own TimeoutSeconds end it. */
  readonly timeoutAt?: string;
  status: ExecutionStatus;
  stoppedAt?: string;
  output?: string;
  error?: string;
  cause?: string;
  /** The id of the newest history event. */
  lastEventId: number;
  readonly root: Frame;
}

/** What a child execution of a distributed Map is part of. */
export interface MapRunMembership {
  readonly arn: string;
  /** The Map state whose processor the child runs. */
  readonly state: string;
  readonly executionType: ChildExecutionType;
  readonly itemCount: number;
}

export type Variables = Record<string, Json>;

/** Where one thread of states stands: the machine's own, or that of a Parallel branch or a Map item. */
export interface Frame {
  state: string;
  input: Json;
  variables: Variables;
  /** The event that this thread's next event follows. */
  lastEventId: number;
  /** The stay in `state`; absent until it has been entered. */
  visit?: Visit;
  /** The Map item that this thread processes. */
  readonly item?: MapItem;
  /** Present once the thread has ended. */
  output?: Json;
}

export interface MapItem {
  readonly index: number;
  readonly value: Json;
}

/** One stay in a state, over all its attempts. */
export interface Visit {
  readonly enteredAt: string;
  readonly enteredEventId: number;
  /** Retries used, by the position of the retrier. */
  retries: number[];
  attempt: Attempt;
}

/** What one attempt of a state has got to; which fields there are depends on the state's type. */
export interface Attempt {
  /** The end of the pause before a retry. */
  readonly notBefore?: string;
  /** The end of a Wait. */
  wakeAt?: string;
  task?: TaskProgress;
  branches?: Branch[];
  mapRun?: MapRun;
  /** How the branches, or the children of a distributed Map, ended together, once they have. */
  joined?: Outcome;
}

/** What a distributed Map starts; how far its children are, their own records tell. */
export interface MapRun {
  readonly arn: string;
  readonly batches: readonly MapBatch[];
  readonly maxConcurrency: number;
  readonly toleratedCount?: number;
  readonly toleratedPercentage?: number;
}

/** One child's input, and how many items it is. */
export interface MapBatch {
  readonly input: Json;
  readonly items: number;
}

export interface Branch {
  /** As far as the history shows: a Map's items begin one after the other. */
  progress: "waiting" | "running" | "ended";
  readonly frame: Frame;
}

export type Outcome = { readonly output: Json } | Failure;

/** Both absent only where a Fail state gives neither. */
export interface Failure {
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

export interface TaskProgress {
  /** Marks what this attempt starts, so that a resumed attempt recognises it. */
  readonly id: string;
  /** The state's `Resource`. */
  readonly resource: string;
  readonly arguments: Json;
  /** Only for `.waitForTaskToken`. */
  readonly token?: string;
  readonly timeoutAt?: string;
  readonly timeoutSeconds?: number;
  readonly heartbeatSeconds?: number;
  heartbeatAt?: string;
  /** The ARN of the child execution that this task starts. */
  readonly childArn?: string;
  /** The request has been made: what remains is to wait for the token or the child. */
  submitted: boolean;
  outcome?: Outcome;
}

/** A history event as GetExecutionHistory returns it; `timestamp` in epoch seconds. */
export interface HistoryEvent extends JsonObject {
  readonly id: number;
  readonly previousEventId: number;
  readonly timestamp: number;
  readonly type: string;
}
