import type { Sync } from "../../../lambdas/core/domain/sync.ts";
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
  /** In the history of its execution. */
  readonly events: number;
  readonly heap: Heap;
}

/** How often a person is told where it is (milliseconds). */
const TOLD_EVERY = 2_000;

const HOUR = 3_600_000;

/** Runs a pass on the hour. Throws CommandError when it does not finish. */
export const measurePass = async (
  deployment: Deployment,
  tell: (text: string) => void,
): Promise<MeasuredPass> => {
  const { time, aws, reader: hosted } = deployment;
  await time.run(() => false, Math.ceil(time.milliseconds / HOUR) * HOUR);
  aws.counters.take();
  hosted.longest = 0;
  const began = time.milliseconds;
  const machineBegan = performance.now();
  const invocationsBefore = hosted.invocations;
  let toldAt = machineBegan;
  const execution = await deployment.pass(() => {
    if (performance.now() - toldAt < TOLD_EVERY) return;
    toldAt = performance.now();
    tell(progressOf(deployment.sync, (time.milliseconds - began) / 1_000));
  });
  const { sync } = deployment;
  if (execution.status !== "SUCCEEDED" || sync?.status !== "finished") {
    throw new CommandError(`The pass did not finish: ${reasonOf(sync, execution.cause, hosted.errors)}`);
  }
  return {
    seconds: (time.milliseconds - began) / 1_000,
    machineSeconds: (performance.now() - machineBegan) / 1_000,
    use: aws.counters.take(),
    method: sync.method,
    changes: sync.changes,
    counts: sync.counts,
    problems: sync.problems.map(({ message }) => message),
    invocations: hosted.invocations - invocationsBefore,
    longestSeconds: hosted.longest / 1_000,
    events: execution.events,
    heap: hosted.heap,
  };
};

const progressOf = (sync: Sync | undefined, seconds: number): string => {
  if (sync?.status !== "running") return `${seconds.toFixed(0)} s`;
  const { checkpoint, done, total } = sync;
  const of = total === undefined ? "" : ` of ${total}`;
  return `${checkpoint.phase}: ${done}${of}, ${seconds.toFixed(0)} s on the virtual clock`;
};

const reasonOf = (sync: Sync | undefined, cause: string | undefined, errors: readonly string[]): string => {
  const reason =
    sync?.status === "failed" ? sync.reason.message : (cause ?? "its record says that it is running");
  return [reason, ...errors.slice(-1)].join("\n");
};
