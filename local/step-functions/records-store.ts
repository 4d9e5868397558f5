import type { LocalStore } from "../store.ts";
import type {
  ExecutionRecord,
  ExecutionStatus,
  HistoryEvent,
  MachineRecord,
  RevisionRecord,
} from "./records.ts";

const MACHINES = "states/machines";
const REVISIONS = "states/revisions";
const EXECUTIONS = "states/executions";
const ANNOUNCED = "states/announced";
const historyOf = (executionArn: string) => `states/history/${executionArn}`;

/** 25,000 events at most: five digits keep their ids in order as text. */
const EVENT_ID_DIGITS = 5;

/** The engine's records in the store that survives the process. */
export interface RecordsStore {
  machine(arn: string): MachineRecord | undefined;
  machines(): MachineRecord[];
  revision(id: string): RevisionRecord | undefined;
  putMachine(machine: MachineRecord, revision: RevisionRecord): void;
  execution(arn: string): ExecutionRecord | undefined;
  executions(): ExecutionRecord[];
  /** Those of one machine or Map Run, by what all their ARNs begin with. */
  executionsOf(arnPrefix: string): ExecutionRecord[];
  history(executionArn: string): HistoryEvent[];
  /** Keeps an execution and the events that led there, or neither. */
  putExecution(execution: ExecutionRecord, events: readonly HistoryEvent[]): void;
  /** The status of an execution that was last published as an event. */
  announced(executionArn: string): ExecutionStatus | undefined;
  putAnnounced(executionArn: string, status: ExecutionStatus): void;
}

/** Documents come back as they were put: only this module writes these collections. */
export const createRecordsStore = (store: LocalStore): RecordsStore => ({
  machine: (arn) => store.get(MACHINES, arn) as MachineRecord | undefined,
  machines: () => store.list(MACHINES).map(({ document }) => document as MachineRecord),
  revision: (id) => store.get(REVISIONS, id) as RevisionRecord | undefined,
  putMachine: (machine, revision) => {
    store.atomically(() => {
      store.put(REVISIONS, machine.revisionId, revision);
      store.put(MACHINES, machine.arn, machine);
    });
  },
  execution: (arn) => store.get(EXECUTIONS, arn) as ExecutionRecord | undefined,
  executions: () => store.list(EXECUTIONS).map(({ document }) => document as ExecutionRecord),
  executionsOf: (arnPrefix) =>
    store.listRange(EXECUTIONS, { prefix: arnPrefix }).map(({ document }) => document as ExecutionRecord),
  history: (executionArn) =>
    store.list(historyOf(executionArn)).map(({ document }) => document as HistoryEvent),
  putExecution: (execution, events) => {
    store.atomically(() => {
      for (const event of events) {
        store.put(historyOf(execution.arn), String(event.id).padStart(EVENT_ID_DIGITS, "0"), event);
      }
      store.put(EXECUTIONS, execution.arn, execution);
    });
  },
  announced: (executionArn) => store.get(ANNOUNCED, executionArn) as ExecutionStatus | undefined,
  putAnnounced: (executionArn, status) => {
    store.put(ANNOUNCED, executionArn, status);
  },
});
