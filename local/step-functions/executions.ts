import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { Json } from "../wire/json.ts";
import { AwsError } from "../wire/service.ts";
import { executionArnOf } from "./arns.ts";
import type { MachineDefinition, StatesScope } from "./definition.ts";
import { runningExecution } from "./execution.ts";
import type { Append, RunningExecution } from "./execution.ts";
import { executionEnded, executionStarted, executionSucceeded } from "./history.ts";
import { findDistributedMap } from "./map-run.ts";
import { parseDefinition } from "./parse-definition.ts";
import { pause } from "./pause.ts";
import type { ChildExecutions, ExecutionStart, MapRunChild } from "./ports.ts";
import type {
  ExecutionRecord,
  ExecutionStatus,
  Frame,
  MachineRecord,
  MapRunMembership,
  RevisionRecord,
} from "./records.ts";
import type { RecordsStore } from "./records-store.ts";
import { Interrupted, Names, StatesError } from "./states-error.ts";
import { runThread } from "./thread.ts";
import type { Interpreter } from "./visiting.ts";

/** The executions of this engine: started, resumed, stopped, ended. */
export interface Executions {
  /** Starts an execution of a registered machine, or answers with the open one of the same name and input. */
  start(start: ExecutionStart): ExecutionRecord;
  /** Goes on with every execution that the store says is running. */
  resumeAll(): void;
  /** Ends an execution as ABORTED; does nothing when it has ended. */
  abort(executionArn: string, error: string | undefined, cause: string | undefined): void;
  running(executionArn: string): RunningExecution | undefined;
  /** Lets go of every execution, to be resumed by a later start; resolves when nothing more is written. */
  stop(): Promise<void>;
}

interface Dependencies {
  readonly clock: Clock;
  readonly records: RecordsStore;
  /** Everything that the interpreter needs, but children, which are executions again. */
  readonly interpreter: Omit<Interpreter, "children">;
  /** Told after each change of an execution's status was committed. */
  readonly onStatusChange: (execution: ExecutionRecord) => void;
}

interface Ending {
  readonly status: Exclude<ExecutionStatus, "RUNNING">;
  readonly output?: Json;
  readonly error?: string | undefined;
  readonly cause?: string | undefined;
}

const appendEnding = (append: Append, frame: Frame, ending: Ending) => {
  const { status, output, error, cause } = ending;
  if (status === "SUCCEEDED") append(frame, executionSucceeded(JSON.stringify(output)));
  else if (status === "ABORTED") append(frame, executionEnded("ExecutionAborted", error, cause));
  else if (status === "TIMED_OUT") append(frame, executionEnded("ExecutionTimedOut", Names.timeout, cause));
  else append(frame, executionEnded("ExecutionFailed", error, cause));
};

const failureOf = (error: unknown): Ending => {
  if (error instanceof StatesError) return { status: "FAILED", error: error.error, cause: error.causeText };
  // A defect of this engine: the execution must show it rather than hang.
  return {
    status: "FAILED",
    error: Names.runtime,
    cause: error instanceof Error ? error.stack : String(error),
  };
};

/** What an execution's record says of its machine. */
type Identity = Pick<MachineRecord, "arn" | "name" | "revisionId">;

interface Beginning extends Omit<ExecutionStart, "machineArn"> {
  readonly mapRun?: MapRunMembership;
}

/** Five minutes at most. https://docs.aws.amazon.com/step-functions/latest/dg/choosing-workflow-type.html */
const EXPRESS_SECONDS = 300;

/** The states that an execution runs: the machine's own, or those of the distributed Map that it is a child of. */
const scopeOf = (definition: MachineDefinition, mapRun: MapRunMembership | undefined): StatesScope => {
  if (mapRun === undefined) return definition;
  const map = findDistributedMap(definition, mapRun.state);
  if (map === undefined) throw new Error(`The definition has no distributed Map ${mapRun.state}`);
  return map.ItemProcessor;
};

const timeoutOf = (definition: MachineDefinition, mapRun: MapRunMembership | undefined) => {
  if (mapRun === undefined) return definition.TimeoutSeconds;
  return mapRun.executionType === "EXPRESS" ? EXPRESS_SECONDS : undefined;
};

export const createExecutions = (dependencies: Dependencies): Executions => {
  const { clock, records, onStatusChange } = dependencies;
  const running = new Map<string, RunningExecution>();
  const runs = new Set<Promise<void>>();
  const endings = new Map<string, Set<() => void>>();
  let stopped = false;

  const end = (execution: RunningExecution, ending: Ending) => {
    const { record } = execution;
    execution.end((append) => {
      appendEnding(append, record.root, ending);
      record.status = ending.status;
      record.stoppedAt = clock.now().toISOString();
      if (ending.output !== undefined) record.output = JSON.stringify(ending.output);
      if (ending.error !== undefined) record.error = ending.error;
      if (ending.cause !== undefined) record.cause = ending.cause;
    });
    running.delete(record.arn);
    onStatusChange(record);
    for (const tell of endings.get(record.arn) ?? []) tell();
    endings.delete(record.arn);
  };

  const children: ChildExecutions = {
    start: (child) => start(child),
    startOfMapRun: (parent, child) => startOfMapRun(parent, child),
    ended: async (executionArn, signal) => {
      if (records.execution(executionArn)?.status === "RUNNING") {
        const ending = new AbortController();
        const listeners = endings.get(executionArn) ?? new Set();
        listeners.add(() => {
          ending.abort();
        });
        endings.set(executionArn, listeners);
        await pause(clock, undefined, signal, ending.signal);
      }
      return signal.aborted ? undefined : records.execution(executionArn);
    },
    // A stopping engine has let go of the child too, so that nothing is aborted then.
    abandon: (executionArn) => {
      abort(executionArn, undefined, undefined);
    },
  };
  const interpreter: Interpreter = { ...dependencies.interpreter, children };

  const timeOutAfter = async (execution: RunningExecution, timeoutAt: string) => {
    await pause(clock, new Date(timeoutAt), execution.signal);
    if (!execution.signal.aborted) end(execution, { status: "TIMED_OUT" });
  };

  const run = async (execution: RunningExecution, definition: string) => {
    const { record, signal } = execution;
    try {
      const scope = scopeOf(parseDefinition(record.machineName, definition), record.mapRun);
      const thread = { interpreter, execution, scope, frame: record.root, signal };
      end(execution, { status: "SUCCEEDED", output: await runThread(thread) });
    } catch (error) {
      if (!(error instanceof Interrupted) && !signal.aborted) end(execution, failureOf(error));
    }
  };

  const track = (work: Promise<void>) => {
    runs.add(work);
    void work.finally(() => runs.delete(work));
  };

  const launch = (execution: RunningExecution, revision: RevisionRecord): void => {
    const { arn, timeoutAt } = execution.record;
    running.set(arn, execution);
    if (timeoutAt !== undefined) track(timeOutAfter(execution, timeoutAt));
    track(run(execution, revision.definition));
  };

  const revisionOf = (revisionId: string): RevisionRecord => {
    const revision = records.revision(revisionId);
    if (revision === undefined) throw new Error(`The store has no state machine revision ${revisionId}`);
    return revision;
  };

  const newRecord = (machine: Identity, revision: RevisionRecord, begin: Beginning): ExecutionRecord => {
    const now = clock.now();
    const definition = parseDefinition(machine.name, revision.definition);
    const { StartAt } = scopeOf(definition, begin.mapRun);
    const timeoutSeconds = timeoutOf(definition, begin.mapRun);
    return {
      arn: executionArnOf(machine.arn, begin.name),
      name: begin.name,
      machineArn: machine.arn,
      machineName: machine.name,
      revisionId: machine.revisionId,
      roleArn: revision.roleArn,
      input: begin.input,
      startedAt: now.toISOString(),
      ...(begin.startedBy === undefined ? {} : { startedBy: begin.startedBy }),
      ...(begin.mapRun === undefined ? {} : { mapRun: begin.mapRun }),
      ...(timeoutSeconds === undefined
        ? {}
        : { timeoutAt: new Date(now.getTime() + timeoutSeconds * 1000).toISOString() }),
      status: "RUNNING",
      lastEventId: 0,
      root: { state: StartAt, input: JSON.parse(begin.input) as Json, variables: {}, lastEventId: 0 },
    };
  };

  const isSameStart = (existing: ExecutionRecord, begin: Beginning) =>
    begin.startedBy === undefined
      ? existing.status === "RUNNING" && existing.input === begin.input
      : existing.startedBy === begin.startedBy;

  const start = (begin: ExecutionStart): ExecutionRecord => {
    const machine = records.machine(begin.machineArn);
    if (machine === undefined) {
      throw new AwsError("StateMachineDoesNotExist", `State Machine Does Not Exist: '${begin.machineArn}'`);
    }
    return open(machine, begin);
  };

  const startOfMapRun = (parent: ExecutionRecord, child: MapRunChild): ExecutionRecord => {
    const { state, label, mapRunArn, executionType, itemCount, name, input } = child;
    const machine = {
      arn: `${parent.machineArn}/${label}`,
      name: `${parent.machineName}/${label}`,
      revisionId: parent.revisionId,
    };
    const mapRun = { arn: mapRunArn, state, executionType, itemCount };
    return open(machine, { name, input, startedBy: mapRunArn, mapRun });
  };

  const open = (machine: Identity, begin: Beginning): ExecutionRecord => {
    if (stopped) throw new AwsError("ServiceUnavailable", "The embedded Step Functions is stopping", 503);
    const arn = executionArnOf(machine.arn, begin.name);
    const existing = records.execution(arn);
    if (existing !== undefined) {
      if (isSameStart(existing, begin)) return existing;
      throw new AwsError("ExecutionAlreadyExists", `Execution Already Exists: '${arn}'`);
    }
    const revision = revisionOf(machine.revisionId);
    const record = newRecord(machine, revision, begin);
    const execution = runningExecution(record, { clock, records });
    execution.commit((append) => {
      append(record.root, executionStarted(begin.input, revision.roleArn));
      // As AWS numbers it: the first state's event follows 0, not the ExecutionStarted.
      record.root.lastEventId = 0;
    });
    onStatusChange(record);
    launch(execution, revision);
    return record;
  };

  const abort: Executions["abort"] = (executionArn, error, cause) => {
    const execution = running.get(executionArn);
    if (execution !== undefined) end(execution, { status: "ABORTED", error, cause });
  };

  return {
    start,
    abort,
    running: (executionArn) => running.get(executionArn),
    resumeAll: () => {
      for (const record of records.executions()) {
        if (record.status !== "RUNNING" || running.has(record.arn)) continue;
        launch(runningExecution(record, { clock, records }), revisionOf(record.revisionId));
      }
    },
    stop: async () => {
      stopped = true;
      for (const execution of running.values()) execution.release();
      running.clear();
      await Promise.all(runs);
    },
  };
};
