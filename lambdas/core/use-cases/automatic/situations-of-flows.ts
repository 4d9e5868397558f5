import type { AccessFlow } from "../../domain/access-flow.ts";
import type { LiveRequest } from "../../domain/automatic/live-request.ts";
import { whyClosed } from "../../domain/automatic/plan.ts";
import type { FlowName } from "../../domain/ids.ts";
import type { AccessFlowStore } from "../../ports/stores.ts";
import { inBatches } from "../in-batches.ts";
import { fromPlaceOf } from "./from-place-of.ts";

/** Flows that are looked up at once. */
const AT_A_TIME = 5;

/** A flow that gives something, or gave what is still there. */
export interface Situated {
  readonly name: FlowName;
  /** Absent: it was deleted. */
  readonly flow: AccessFlow | undefined;
  readonly requests: readonly LiveRequest[];
}

interface Found {
  readonly flows: readonly AccessFlow[];
  readonly live: readonly LiveRequest[];
  readonly now: Date;
}

/**
 * First what is closed, of which nothing has to be looked up; then the others, of which each run begins with another one:
 * what a run does not come to is not what the next one does not come to either.
 */
export const situationsOfFlows = async (
  { flows: store }: { readonly flows: Pick<AccessFlowStore, "get"> },
  { flows, live, now }: Found,
): Promise<readonly Situated[]> => {
  const liveOf = Map.groupBy(live, ({ flow }) => flow.name);
  const names = [...new Set<FlowName>([...flows.map(({ name }) => name), ...liveOf.keys()])].toSorted();
  const situations = await inBatches(names, AT_A_TIME, async (name): Promise<Situated> => ({
    name,
    // One that gave access and is automatic no more is looked up by itself: what it is now says why it ends.
    flow: flows.find((one) => one.name === name) ?? (await store.get(name)),
    requests: liveOf.get(name) ?? [],
  }));
  const isClosed = ({ flow }: Situated) => whyClosed(flow, now) !== undefined;
  const open = situations.filter((situation) => !isClosed(situation));
  return [...situations.filter(isClosed), ...fromPlaceOf(now, open, 1)];
};
