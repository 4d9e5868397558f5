import type { Json } from "../wire/json.ts";
import { describeChild } from "./child-description.ts";
import type { DistributedMapState } from "./definition.ts";
import { mapRunFailed, mapRunStarted, mapRunSucceeded, mapStarted, stateEnded } from "./history.ts";
import { itemsOf } from "./map-items.ts";
import { childNameOf, labelOf, mapRunArnOf } from "./map-run.ts";
import { requireRole } from "./permissions.ts";
import type { ExecutionRecord, Failure, MapBatch, MapRun } from "./records.ts";
import { Interrupted, Names, StatesError } from "./states-error.ts";
import { commit, evaluateAs, evaluateIn, handOver, requireSize, wholeNumber } from "./visiting.ts";
import type { Transition, Visiting } from "./visiting.ts";

type VisitingMap = Visiting<DistributedMapState>;

/** Up to 10,000 parallel child executions. https://docs.aws.amazon.com/step-functions/latest/dg/state-map-distributed.html */
const MOST_CONCURRENT_CHILDREN = 10_000;

/** Runs a Map whose items are executions of their own, or picks it up where a killed process left it. */
export const runDistributedMap = async (visiting: VisitingMap): Promise<Transition> => {
  const { state, visit } = visiting;
  const run = visit.attempt.mapRun ?? (await startMapRun(visiting));
  const joined = visit.attempt.joined ?? (await joinChildren(visiting, run));
  if (!("output" in joined)) throw new StatesError(joined.error, joined.cause);
  return handOver(visiting, state, joined.output, { result: joined.output });
};

const startMapRun = async (visiting: VisitingMap): Promise<MapRun> => {
  const { state, frame, visit, execution, interpreter } = visiting;
  await requirePermissions(visiting);
  const items = await itemsOf(visiting);
  const asked = await count(visiting, "MaxConcurrency");
  const run: MapRun = {
    arn: mapRunArnOf(execution.record.machineArn, labelOf(frame.state, state), interpreter.newId()),
    batches: await batchesOf(visiting, items),
    maxConcurrency:
      asked === undefined || asked === 0
        ? MOST_CONCURRENT_CHILDREN
        : Math.min(asked, MOST_CONCURRENT_CHILDREN),
    ...(await toleranceOf(visiting)),
  };
  commit(visiting, (append) => {
    append(frame, mapStarted(items.length));
    append(frame, mapRunStarted(run.arn));
    visit.attempt.mapRun = run;
  });
  return run;
};

/**
 * The role must be allowed to start the machine itself, and to describe and stop its executions.
 * https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
 */
const requirePermissions = async (visiting: VisitingMap) => {
  const { machineArn, name } = visiting.execution.record;
  const executions = `${machineArn.replace(":stateMachine:", ":execution:")}:${name}`;
  try {
    await requireRole(visiting, "states:StartExecution", machineArn);
    await requireRole(visiting, "states:DescribeExecution", executions);
    await requireRole(visiting, "states:StopExecution", executions);
  } catch (error) {
    if (!(error instanceof StatesError)) throw error;
    commit(visiting, (append) => append(visiting.frame, stateEnded("Map", "Failed")));
    throw error;
  }
};

const count = async (
  visiting: VisitingMap,
  field: "MaxConcurrency" | "ToleratedFailureCount",
): Promise<number | undefined> => {
  const template = visiting.state[field];
  if (template === undefined) return undefined;
  return evaluateAs(visiting, template, field, wholeNumber(0, Number.MAX_SAFE_INTEGER), "a whole number");
};

const isPercentage = (value: Json): value is number =>
  typeof value === "number" && value >= 0 && value <= 100;

const toleranceOf = async (visiting: VisitingMap) => {
  const { ToleratedFailurePercentage: percentage } = visiting.state;
  const toleratedCount = await count(visiting, "ToleratedFailureCount");
  const toleratedPercentage =
    percentage === undefined
      ? undefined
      : await evaluateAs(
          visiting,
          percentage,
          "ToleratedFailurePercentage",
          isPercentage,
          "a number from 0 to 100",
        );
  return {
    ...(toleratedCount === undefined ? {} : { toleratedCount }),
    ...(toleratedPercentage === undefined ? {} : { toleratedPercentage }),
  };
};

/** What each child gets: an item, or `{"BatchInput": …, "Items": […]}`. https://docs.aws.amazon.com/step-functions/latest/dg/input-output-itembatcher.html */
const batchesOf = async (visiting: VisitingMap, items: readonly Json[]): Promise<readonly MapBatch[]> => {
  const { ItemBatcher: batcher } = visiting.state;
  const batches =
    batcher === undefined
      ? items.map((item) => ({ input: item, items: 1 }))
      : await batched(visiting, items, batcher);
  for (const { input } of batches) requireSize(visiting, input, "a child execution's input");
  return batches;
};

const batched = async (
  visiting: VisitingMap,
  items: readonly Json[],
  { MaxItemsPerBatch, BatchInput }: NonNullable<DistributedMapState["ItemBatcher"]>,
): Promise<readonly MapBatch[]> => {
  const size = await evaluateAs(
    visiting,
    MaxItemsPerBatch,
    "ItemBatcher/MaxItemsPerBatch",
    wholeNumber(1, Number.MAX_SAFE_INTEGER),
    "a whole number of at least 1",
  );
  const shared =
    BatchInput === undefined
      ? {}
      : { BatchInput: await evaluateIn(visiting, BatchInput, "ItemBatcher/BatchInput") };
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => {
    const members = items.slice(index * size, (index + 1) * size);
    return { input: { ...shared, Items: members }, items: members.length };
  });
};

const joinChildren = async (visiting: VisitingMap, run: MapRun) => {
  const { frame, visit } = visiting;
  const ended = await runChildren(visiting, run);
  if (visiting.signal.aborted) throw new Interrupted();
  if (ended === undefined) return failMapRun(visiting);
  const output = ended.map(resultOf);
  requireSize(visiting, output, "a result");
  return commit(visiting, (append) => {
    append(frame, mapRunSucceeded);
    append(frame, stateEnded("Map", "Succeeded"));
    return (visit.attempt.joined = { output });
  });
};

const failMapRun = (visiting: VisitingMap): Failure => {
  const { frame, visit } = visiting;
  const failure = {
    error: Names.exceedToleratedFailureThreshold,
    cause: "The specified tolerated failure threshold was exceeded",
  };
  return commit(visiting, (append) => {
    append(frame, mapRunFailed(failure));
    append(frame, stateEnded("Map", "Failed"));
    return (visit.attempt.joined = failure);
  });
};

/**
 * Runs the children to their ends, in the order of the items, at most `maxConcurrency` at once. Once more of them failed
 * than are tolerated, the others are stopped and there is no result.
 */
const runChildren = async (
  visiting: VisitingMap,
  run: MapRun,
): Promise<readonly ExecutionRecord[] | undefined> => {
  const { children } = visiting.interpreter;
  const exceeded = new AbortController();
  const signal = AbortSignal.any([visiting.signal, exceeded.signal]);
  const ended = new Map<number, ExecutionRecord>();
  const queue = [...run.batches.entries()];
  const total = run.batches.reduce((sum, { items }) => sum + items, 0);
  let failedItems = 0;

  const runChild = async (index: number, { input, items }: MapBatch) => {
    const started = children.startOfMapRun(visiting.execution.record, {
      state: visiting.frame.state,
      mapRunArn: run.arn,
      label: labelOf(visiting.frame.state, visiting.state),
      executionType: visiting.state.ItemProcessor.ProcessorConfig.ExecutionType,
      name: childNameOf(run.arn, index),
      input: JSON.stringify(input),
      itemCount: items,
    });
    const child = await children.ended(started.arn, signal);
    if (child === undefined) {
      children.abandon(started.arn);
      return;
    }
    ended.set(index, child);
    if (child.status === "SUCCEEDED") return;
    failedItems += items;
    if (isExceeded(run, failedItems, total)) exceeded.abort();
  };
  const work = async () => {
    for (let next = queue.shift(); next !== undefined && !signal.aborted; next = queue.shift()) {
      await runChild(...next);
    }
  };
  await Promise.all(Array.from({ length: Math.min(run.maxConcurrency, run.batches.length) }, work));
  if (signal.aborted) return undefined;
  return run.batches.map((_, index) => ended.get(index) as ExecutionRecord);
};

/** Without a threshold one failure is too many; with both, exceeding either is. */
const isExceeded = (
  { toleratedCount, toleratedPercentage }: MapRun,
  failedItems: number,
  totalItems: number,
): boolean => {
  if (toleratedCount === undefined && toleratedPercentage === undefined) return failedItems > 0;
  return (
    failedItems > (toleratedCount ?? Infinity) ||
    (failedItems / totalItems) * 100 > (toleratedPercentage ?? 100)
  );
};

/**
 * A child's output; of a tolerated failure its description, as with the transformation NONE.
 * https://docs.aws.amazon.com/step-functions/latest/dg/input-output-resultwriter.html
 */
const resultOf = (child: ExecutionRecord): Json =>
  child.status === "SUCCEEDED"
    ? (JSON.parse(child.output ?? "null") as Json)
    : { ...describeChild(child), Input: child.input, StartDate: child.startedAt, StopDate: child.stoppedAt };
