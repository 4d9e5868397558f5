import type { Sync, SyncScope } from "../../../lambdas/core/domain/sync.ts";
import { CommandError } from "../../../local/cli/command.ts";
import type { AwsUse } from "./counters.ts";
import type { Deployment } from "./deployment.ts";
import type { Heap } from "./messages.ts";

/** What one pass came to. */
export interface MeasuredPass {
  /** From its beginning to its end by AWS's limits: seconds of the virtual clock. */
  readonly seconds: number;
  /** How long this machine took for that. */
  readonly machineSeconds: number;
  readonly use: AwsUse;
  readonly method: Sync["method"];
  readonly changes: Sync["changes"];
  readonly counts: Sync["counts"];
  readonly problems: readonly string[];
  readonly invocations: number;
  /** Of the longest invocation. */
  readonly longestSeconds: number;
  /** In the longest history of its executions: those of slices have their own. */
  readonly events: number;
  readonly heap: Heap;
}

/** How often a person is told where it is (milliseconds). */
const TOLD_EVERY = 2_000;

const HOUR = 3_600_000;

/** Runs a pass on the hour. Throws CommandError when it does not finish. */
export const measurePass = async (
  deployment: Deployment,
  scope: SyncScope,
  tell: (text: string) => void,
): Promise<MeasuredPass> => {
  const { time, aws, reader, visitor } = deployment;
  const functions = [reader, visitor];
  await time.run(() => false, Math.ceil(time.milliseconds / HOUR) * HOUR);
  aws.counters.take();
  deployment.longestHistory = 0;
  for (const hosted of functions) hosted.longest = 0;
  const began = time.milliseconds;
  const machineBegan = performance.now();
  const invocations = () => functions.reduce((sum, hosted) => sum + hosted.invocations, 0);
  const invocationsBefore = invocations();
  let toldAt = machineBegan;
  const execution = await deployment.pass(scope, () => {
    if (performance.now() - toldAt < TOLD_EVERY) return;
    toldAt = performance.now();
    tell(progressLine(runningOf(deployment.sync), (time.milliseconds - began) / 1_000));
  });
  const { sync } = deployment;
  if (execution.status !== "SUCCEEDED" || sync?.status !== "finished") {
    throw new CommandError(
      `The pass did not finish: ${reasonOf(sync, execution.cause, [...reader.errors, ...visitor.errors])}`,
    );
  }
  return {
    seconds: (time.milliseconds - began) / 1_000,
    machineSeconds: (performance.now() - machineBegan) / 1_000,
    use: aws.counters.take(),
    method: sync.method,
    changes: sync.changes,
    counts: sync.counts,
    problems: sync.problems.map(({ message }) => message),
    invocations: invocations() - invocationsBefore,
    longestSeconds: Math.max(...functions.map(({ longest }) => longest)) / 1_000,
    events: deployment.longestHistory,
    heap: (scope === "identity" ? reader : visitor).heap,
  };
};

/** Where a pass is that runs. */
interface Running {
  readonly phase: string;
  readonly done: number;
  readonly total: number | undefined;
}

const runningOf = (sync: Sync | undefined): Running | undefined =>
  sync?.status === "running"
    ? { phase: sync.checkpoint.phase, done: sync.done, total: sync.total }
    : undefined;

/** Where a pass is, in words for whoever waits: many phases are one call, and count nothing. */
export const progressLine = (running: Running | undefined, seconds: number): string => {
  const into = `${seconds.toFixed(0)} s into the pass on the virtual clock`;
  if (running === undefined) return into;
  const { phase, done, total } = running;
  const counted = total === undefined ? (done === 0 ? "" : `, ${done} done`) : `, ${done} of ${total} done`;
  return `${into}: phase ${phase}${counted}`;
};

const reasonOf = (sync: Sync | undefined, cause: string | undefined, errors: readonly string[]): string => {
  const reason =
    sync?.status === "failed" ? sync.reason.message : (cause ?? "its record says that it is running");
  return [reason, ...errors.slice(-1)].join("\n");
};
