import type { EventDraft } from "./history.ts";
import type { ExecutionRecord, Frame, HistoryEvent, TaskProgress } from "./records.ts";
import type { RecordsStore } from "./records-store.ts";
import { Interrupted, Names, StatesError } from "./states-error.ts";
import type { Clock } from "../../lambdas/core/ports/clock.ts";

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: one event is left to end the execution. */
const MOST_EVENTS = 25_000;

/** Adds an event to a thread's history; the root thread's frame also carries the execution's own events. */
export type Append = (frame: Frame, event: EventDraft) => number;

/** An execution that this process runs. */
export interface RunningExecution {
  readonly record: ExecutionRecord;
  /** Aborts when the execution ends or the engine stops. */
  readonly signal: AbortSignal;
  /**
   * The only way to move an execution on: what `change` does to the record and the events that it appends are
   * kept together or not at all. Throws `Interrupted` when the execution has ended or the engine has stopped.
   */
  commit<T>(change: (append: Append) => T): T;
  /** Commits the end of the execution, after which nothing more can be committed. */
  end(change: (append: Append) => void): void;
  /** Gives the execution up without a trace in the store: the next start resumes it. */
  release(): void;
  /** Calls `listener` when the task's outcome or heartbeat was committed by somebody else. */
  onTaskChange(task: TaskProgress, listener: () => void): void;
  taskChanged(task: TaskProgress): void;
}

/** Wraps a record whose status is RUNNING. */
export const runningExecution = (
  record: ExecutionRecord,
  dependencies: { readonly clock: Clock; readonly records: RecordsStore },
): RunningExecution => {
  const { clock, records } = dependencies;
  const controller = new AbortController();
  const taskListeners = new WeakMap<TaskProgress, () => void>();

  const write = <T>(change: (append: Append) => T): T => {
    if (controller.signal.aborted) throw new Interrupted();
    const events: HistoryEvent[] = [];
    const append: Append = (frame, { type, details }) => {
      record.lastEventId += 1;
      events.push({
        id: record.lastEventId,
        previousEventId: frame.lastEventId,
        timestamp: clock.now().getTime() / 1000,
        type,
        ...details,
      });
      frame.lastEventId = record.lastEventId;
      return record.lastEventId;
    };
    const result = change(append);
    records.putExecution(record, events);
    return result;
  };

  return {
    record,
    signal: controller.signal,
    commit: (change) => {
      if (record.lastEventId >= MOST_EVENTS - 1) {
        const cause = `The execution reached the maximum number of history events (${String(MOST_EVENTS)}).`;
        throw new StatesError(Names.runtime, cause);
      }
      return write(change);
    },
    end: (change) => {
      write(change);
      controller.abort();
    },
    release: () => {
      controller.abort();
    },
    onTaskChange: (task, listener) => {
      taskListeners.set(task, listener);
    },
    taskChanged: (task) => {
      taskListeners.get(task)?.();
    },
  };
};
