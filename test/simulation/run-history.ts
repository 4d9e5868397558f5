import type { AccountAssignment, OperationRecord } from "../../local/identity-center/records.ts";
import { perform } from "./actions.ts";
import { apiCaller } from "./call-api.ts";
import { Conditions } from "./conditions.ts";
import { runToEnd } from "./ending.ts";
import { strike } from "./faults.ts";
import { isFault, isSynced, type History } from "./history.ts";
import { lookAtTheList } from "./last-list.ts";
import { syncOnceMore } from "./last-sync.ts";
import { Ledger } from "./ledger.ts";
import { Deployment } from "./lockstep/deployment.ts";
import { AssignmentObserver } from "./observers/assignments.ts";
import { requestObserver } from "./observers/requests.ts";
import { observeTables } from "./observers/tables.ts";
import { UntoldTransitions } from "./observers/untold-transitions.ts";
import { Verdict } from "./oracle/verdict.ts";
import type { Violation } from "./oracle/watcher.ts";
import { randomOf } from "./random.ts";
import type { Simulator } from "./simulator.ts";
import { StepSchedule } from "./step-schedule.ts";
import type { Trace } from "./trace.ts";
import { VirtualTime } from "./virtual-time.ts";
import type { World } from "./world.ts";

/** When every history begins, unless it is told otherwise: a whole minute, so that steps at whole minutes meet. */
const START = Date.parse("2026-03-02T08:00:00.000Z");

const MINUTE = 60_000;

export interface RunOptions {
  /** Told of everything that happens, one line each. */
  readonly trace?: (line: string) => void;
  /** When it begins (milliseconds since 1970). */
  readonly start?: number;
}

export interface RunResult {
  /** The first thing that was not as it must be. */
  readonly violation?: Violation;
  readonly statistics: {
    readonly requests: number;
    readonly active: number;
    readonly calls: number;
    readonly virtualMinutes: number;
  };
}

/** Runs a history from its begin to its end, or to the first violation. */
export const runHistory = async (
  simulator: Simulator,
  history: History,
  options: RunOptions = {},
): Promise<RunResult> => {
  simulator.reset();
  const start = options.start ?? START;
  const time = new VirtualTime(start);
  const trace: Trace = (line) => {
    options.trace?.(`${new Date(time.milliseconds).toISOString()} ${line()}`);
  };
  const random = randomOf(`${history.seed}/run`);
  const conditions = new Conditions();
  const ledger = new Ledger(start);
  const { dynamoDb, identity, store } = simulator;
  const verdict = new Verdict({ history, ledger, conditions, now: () => time.milliseconds }, trace);
  const { watcher } = verdict;
  const untold = new UntoldTransitions();
  const deployment = new Deployment({
    history,
    simulator,
    time,
    random,
    conditions,
    ledger,
    watcher,
    untold,
    trace,
  });
  const { aws, lambda, machine, stream } = deployment;
  const schedule = new StepSchedule(time, start, ({ n, what }) => {
    trace(() => `step ${n}: ${JSON.stringify(what)}`);
    if (isFault(what)) strike(world, what);
    else void perform(world, n, what);
  });

  const writingFor = () => deployment.calling?.of;
  const onRequest = requestObserver({
    history,
    time,
    ledger,
    watcher,
    schedule,
    stream,
    untold,
    trace,
    writingFor,
  });
  observeTables({ history, dynamoDb, time, ledger, watcher, untold, onRequest, writingFor });
  const assignments = new AssignmentObserver({ time, identity, ledger, watcher, trace });
  store.watch((collection, _id, before, after) => {
    if (collection.startsWith("identity-center/assignments/")) {
      assignments.changed((after ?? before) as AccountAssignment, after !== undefined);
    } else if (collection === "identity-center/unfinished-operations") {
      aws.completeInTime(after as OperationRecord | undefined);
    }
  });

  const callApi = apiCaller({ time, lambda, watcher });
  const world: World = {
    time,
    aws,
    lambda,
    identity,
    conditions,
    ledger,
    callApi,
    mayBeRepeated: (n) => conditions.isRepeated(n),
    tookDecision: watcher.decided,
    requestId: (n) => ledger.requests.get(n)?.id,
    byHand: (work) => {
      assignments.byHand(work);
    },
    runningExecutions: (n) => machine.runningExecutions(n),
    stopExecution: (arn) => {
      machine.stop(arn);
    },
    loseExecution: (arn) => {
      machine.lose(arn);
    },
    redeploy: () => {
      deployment.redeploy();
    },
  };

  const isViolated = () => verdict.violation !== undefined;
  const lastSync = {
    time,
    conditions,
    dynamoDb,
    watcher,
    callApi,
    lastChange: () => assignments.lastChange,
    isViolated,
  };
  const runLastSync = async (): Promise<void> => {
    while (!isViolated() && (await syncOnceMore(lastSync)) === "moved") await runToEnd(ongoing);
    // Who asked meanwhile has it out with Lockstep first.
    await runToEnd(ongoing);
  };
  deployment.start();
  for (const step of history.steps) schedule.add(step);
  const ongoing = {
    time,
    start,
    conditions,
    ledger,
    identity,
    lastStep: () => schedule.lastStep,
    lastMade: () => assignments.lastMade,
    isAtWork: () => deployment.isAtWork || untold.size !== 0,
    isViolated,
  };
  await runToEnd(ongoing);
  if (isSynced(history)) await runLastSync();
  await lookAtTheList({ time, ledger, watcher, callApi, isViolated });
  if (verdict.violation === undefined) watcher.end();
  const requests = [...ledger.requests.values()];
  return {
    ...(verdict.violation === undefined ? {} : { violation: verdict.violation }),
    statistics: {
      requests: requests.length,
      active: requests.filter(({ claims }) => claims.some(({ status }) => status === "active")).length,
      calls: deployment.calls,
      virtualMinutes: Math.round((time.milliseconds - start) / MINUTE),
    },
  };
};
