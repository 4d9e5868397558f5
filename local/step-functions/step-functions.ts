import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { LocalStore } from "../store.ts";
import type { ServiceDefinition } from "../wire/service.ts";
import { createAnnouncements } from "./announcements.ts";
import { createExecutions } from "./executions.ts";
import { createEvaluate } from "./expression.ts";
import { createMachines } from "./machines.ts";
import type { Machine } from "./machines.ts";
import type { AuthorizeRole, ExecutionStart, InvokeFunction, Publish, StateEntered } from "./ports.ts";
import { createRecordsStore } from "./records-store.ts";
import { createStatesService } from "./service.ts";

export interface StepFunctionsOptions {
  readonly clock: Clock;
  /** Holds machines, executions and their history over a restart. */
  readonly store: LocalStore;
  readonly invokeFunction: InvokeFunction;
  /** Checks what a machine's role must be allowed to besides invoking functions; without it, everything is. */
  readonly authorize?: AuthorizeRole;
  /** Receives each "Step Functions Execution Status Change". */
  readonly publish: Publish;
  readonly region: string;
  readonly accountId: string;
  /** Ids nobody can guess: they are part of task tokens. */
  readonly newId: () => string;
  /** A number in [0, 1), for jitter and `$random`. */
  readonly random?: () => number;
}

/** The embedded Step Functions. */
export interface StepFunctions {
  /** Deploys a machine, or redeploys it: running executions keep the definition and role that they started with. */
  registerMachine(machine: Machine): void;
  /** Starts an execution, or answers with the one that the same `startedBy` has started; throws AwsError. */
  startExecution(start: ExecutionStart): void;
  /** The States API, for the wire server. */
  readonly service: ServiceDefinition;
  /** Calls `listener` for each state entered, until the returned function is called. */
  observe(listener: (entered: StateEntered) => void): () => void;
  /** Resumes every execution that was running when the store was last used. Call it once, before serving. */
  start(): void;
  /** Stops every timer; executions stay as they are in the store, for the next start. */
  stop(): Promise<void>;
}

/** Wires the embedded Step Functions together. */
export const createStepFunctions = (options: StepFunctionsOptions): StepFunctions => {
  const { clock, store, invokeFunction, publish, region, accountId, newId, random = Math.random } = options;
  const { authorize = () => Promise.resolve() } = options;
  const records = createRecordsStore(store);
  const listeners = new Set<(entered: StateEntered) => void>();
  const announcements = createAnnouncements({ clock, records, publish, newId, region, accountId });
  const executions = createExecutions({
    clock,
    records,
    onStatusChange: (execution) => {
      announcements.announce(execution);
    },
    interpreter: {
      clock,
      evaluate: createEvaluate({ clock, random, newId }),
      invokeFunction,
      authorize,
      random,
      newId,
      region,
      accountId,
      onStateEntered: ({ record }, state, type) => {
        const { machineArn, machineName, arn: executionArn, name: executionName } = record;
        const entered = {
          machineArn,
          machineName,
          executionArn,
          executionName,
          state,
          type,
          at: clock.now(),
        };
        for (const listener of listeners) listener(entered);
      },
    },
  });
  const machines = createMachines({ clock, records, newId });
  return {
    registerMachine: (machine) => {
      machines.register(machine);
    },
    startExecution: (start) => {
      executions.start(start);
    },
    service: createStatesService({ records, executions, machines, newId, clock }),
    observe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start: () => {
      announcements.announceMissed();
      executions.resumeAll();
    },
    stop: async () => {
      await executions.stop();
      await announcements.stop();
    },
  };
};
