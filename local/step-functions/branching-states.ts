import type { Json } from "../wire/json.ts";
import { allBranches } from "./branches.ts";
import type { BranchPlan, RunThread } from "./branches.ts";
import type { MapState, ParallelState } from "./definition.ts";
import { mapStarted, parallelStarted } from "./history.ts";
import type { Branch, Frame } from "./records.ts";
import { arrayOf, selected } from "./map-items.ts";
import { commit, evaluateAs, evaluateIn, handOver, requireSize, wholeNumber } from "./visiting.ts";
import type { Transition, Visiting } from "./visiting.ts";

/** Variables of the outer states can be read inside, on a copy: what is assigned inside ends with the branch. */
const newFrame = (outer: Frame, startAt: string, input: Json): Frame => ({
  state: startAt,
  input,
  variables: { ...outer.variables },
  lastEventId: outer.lastEventId,
  ...(outer.item === undefined ? {} : { item: outer.item }),
});

export const runParallel = async (visiting: Visiting<ParallelState>, run: RunThread): Promise<Transition> => {
  const { state, frame, visit } = visiting;
  if (visit.attempt.branches === undefined) {
    const input =
      state.Arguments === undefined ? frame.input : await evaluateIn(visiting, state.Arguments, "Arguments");
    requireSize(visiting, input, "arguments");
    commit(visiting, (append) => {
      append(frame, parallelStarted);
      visit.attempt.branches = state.Branches.map(({ StartAt }) => ({
        progress: "running" as const,
        frame: newFrame(frame, StartAt, input),
      }));
    });
  }
  const branches = visit.attempt.branches ?? [];
  const plans = state.Branches.map((scope, index): BranchPlan => ({
    scope,
    branch: branches[index] as Branch,
  }));
  const result = await allBranches(visiting, plans, plans.length, run);
  return handOver(visiting, state, result, { result });
};

/** "An Inline Map state … with up to 40 concurrent iterations." https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const MOST_CONCURRENT_ITEMS = 40;

const newItems = async (visiting: Visiting<MapState>): Promise<Branch[]> => {
  const { state, frame } = visiting;
  const branches: Branch[] = [];
  for (const [index, value] of (await arrayOf(visiting)).entries()) {
    const item = { index, value };
    const input = await selected(visiting, item);
    branches.push({
      progress: "waiting",
      frame: { ...newFrame(frame, state.ItemProcessor.StartAt, input), item },
    });
  }
  return branches;
};

export const runMap = async (visiting: Visiting<MapState>, run: RunThread): Promise<Transition> => {
  const { state, frame, visit } = visiting;
  if (visit.attempt.branches === undefined) {
    const branches = await newItems(visiting);
    commit(visiting, (append) => {
      const lastEventId = append(frame, mapStarted(branches.length));
      for (const branch of branches) branch.frame.lastEventId = lastEventId;
      visit.attempt.branches = branches;
    });
  }
  const isLimit = wholeNumber(0, Number.MAX_SAFE_INTEGER);
  const asked = await evaluateAs(
    visiting,
    state.MaxConcurrency ?? 0,
    "MaxConcurrency",
    isLimit,
    "a whole number",
  );
  const plans = (visit.attempt.branches ?? []).map((branch, index): BranchPlan => ({
    scope: state.ItemProcessor,
    branch,
    iteration: index,
  }));
  const limit = Math.min(asked === 0 ? MOST_CONCURRENT_ITEMS : asked, MOST_CONCURRENT_ITEMS);
  const result = await allBranches(visiting, plans, limit, run);
  return handOver(visiting, state, result, { result });
};
