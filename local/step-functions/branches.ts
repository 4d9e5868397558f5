import type { Json } from "../wire/json.ts";
import type { MapState, ParallelState, State, StatesScope } from "./definition.ts";
import type { Append } from "./execution.ts";
import { mapIteration, mapRunAborted, stateEnded } from "./history.ts";
import type { Branch, Failure, Frame } from "./records.ts";
import { StatesError } from "./states-error.ts";
import { commit } from "./visiting.ts";
import type { Thread, Visiting } from "./visiting.ts";

/** Runs a thread to its end and answers with its output. */
export type RunThread = (thread: Thread) => Promise<Json>;

export interface BranchPlan {
  readonly scope: StatesScope;
  readonly branch: Branch;
  /** The item's position, in a Map. */
  readonly iteration?: number;
}

type Branching = Visiting<ParallelState> | Visiting<MapState>;

/** States that AWS has an …Aborted event for. */
const ABORTABLE = new Set(["Task", "Wait", "Parallel", "Map"]);

const innerScope = (state: State, index: number): StatesScope | undefined => {
  if (state.Type === "Map") return state.ItemProcessor;
  return state.Type === "Parallel" ? state.Branches[index] : undefined;
};

/** Notes, innermost first, which states the failure of a sibling stopped. */
const appendAborted = (append: Append, scope: StatesScope, frame: Frame): void => {
  const state = scope.States[frame.state];
  if (frame.visit === undefined || state === undefined) return;
  for (const [index, child] of (frame.visit.attempt.branches ?? []).entries()) {
    const inner = innerScope(state, index);
    if (inner !== undefined) appendAborted(append, inner, child.frame);
  }
  const { mapRun, joined } = frame.visit.attempt;
  if (mapRun !== undefined && joined === undefined) append(frame, mapRunAborted);
  if (ABORTABLE.has(state.Type)) append(frame, stateEnded(state.Type, "Aborted"));
};

const runBranch = async (visiting: Branching, plan: BranchPlan, signal: AbortSignal, run: RunThread) => {
  const { scope, branch, iteration } = plan;
  const thread: Thread = { ...visiting, scope, frame: branch.frame, signal };
  const advance = (progress: "running" | "ended", ending: "Started" | "Succeeded") => {
    commit(thread, (append) => {
      branch.progress = progress;
      if (iteration === undefined) return;
      append(branch.frame, mapIteration(ending, visiting.frame.state, iteration));
    });
  };
  if (branch.progress === "waiting") advance("running", "Started");
  await run(thread);
  if (branch.progress === "running") advance("ended", "Succeeded");
};

interface BranchFailure {
  readonly plan: BranchPlan;
  readonly error: unknown;
}

/** Runs what is not yet done, at most `limit` at once; the first failure stops the rest and is returned. */
const runAll = async (
  visiting: Branching,
  plans: readonly BranchPlan[],
  limit: number,
  run: RunThread,
): Promise<BranchFailure | undefined> => {
  const siblings = new AbortController();
  const signal = AbortSignal.any([visiting.signal, siblings.signal]);
  const queue = [...plans];
  let failure: BranchFailure | undefined;
  const work = async () => {
    for (let plan = queue.shift(); plan !== undefined && !signal.aborted; plan = queue.shift()) {
      try {
        await runBranch(visiting, plan, signal, run);
      } catch (error) {
        failure ??= { plan, error };
        siblings.abort();
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, plans.length) }, work));
  return failure;
};

const newestEvent = (plans: readonly BranchPlan[]) =>
  Math.max(0, ...plans.map(({ branch }) => branch.frame.lastEventId));

const commitFailure = (
  visiting: Branching,
  plans: readonly BranchPlan[],
  failed: BranchPlan,
  failure: Failure,
) => {
  const { frame, visit, state } = visiting;
  commit(visiting, (append) => {
    for (const plan of plans) {
      if (plan === failed || plan.branch.progress !== "running") continue;
      appendAborted(append, plan.scope, plan.branch.frame);
      if (plan.iteration !== undefined) {
        append(plan.branch.frame, mapIteration("Aborted", frame.state, plan.iteration));
      }
    }
    if (failed.iteration !== undefined) {
      append(failed.branch.frame, mapIteration("Failed", frame.state, failed.iteration));
    }
    frame.lastEventId = failed.branch.frame.lastEventId;
    append(frame, stateEnded(state.Type, "Failed"));
    visit.attempt.joined = failure;
  });
};

/** Runs a Parallel's branches or a Map's items to the end of all of them, and answers with their outputs in order. */
export const allBranches = async (
  visiting: Branching,
  plans: readonly BranchPlan[],
  limit: number,
  run: RunThread,
): Promise<Json> => {
  const { frame, visit, state } = visiting;
  if (visit.attempt.joined === undefined) {
    const failure = await runAll(visiting, plans, limit, run);
    if (failure !== undefined) {
      if (!(failure.error instanceof StatesError)) throw failure.error;
      commitFailure(visiting, plans, failure.plan, {
        error: failure.error.error,
        cause: failure.error.causeText,
      });
      throw failure.error;
    }
    const outputs = plans.map(({ branch }) => branch.frame.output ?? null);
    commit(visiting, (append) => {
      frame.lastEventId = Math.max(frame.lastEventId, newestEvent(plans));
      append(frame, stateEnded(state.Type, "Succeeded"));
      visit.attempt.joined = { output: outputs };
    });
    return outputs;
  }
  if ("output" in visit.attempt.joined) return visit.attempt.joined.output;
  throw new StatesError(visit.attempt.joined.error, visit.attempt.joined.cause);
};
