import { PAYLOAD_VERSION, type ExecutionInput } from "../../contracts/workflow.ts";
import { isOver, type AccessRequest } from "../../domain/access-request.ts";
import { SHORTEST_PAUSE_SECONDS, beginningOf } from "../../domain/due.ts";
import type { RequestId } from "../../domain/ids.ts";
import type { AccessRequestStore } from "../../ports/stores.ts";
import type { Workflow } from "../../ports/workflow.ts";

interface Dependencies {
  readonly workflow: Pick<Workflow, "start">;
}

/** Ends the name of every execution that stands in for one that failed. */
const REPLACEMENT = ".restart";

type NotOver = Parameters<typeof beginningOf>[0];

const inputFor = (request: NotOver, begin = beginningOf(request)): ExecutionInput => ({
  version: PAYLOAD_VERSION,
  requestId: request.id,
  begin,
});

interface Resumption {
  /** Where the request stands, unless something else is said. */
  readonly begin?: ReturnType<typeof beginningOf>;
  /** One look at this version of the request starts one execution; by the time of day unless something else is said. */
  readonly look?: string;
}

/**
 * Starts a new execution for a request that nobody gets on with. Its name is that of this look: two looks at one request
 * are at least a pause apart, and a look that is repeated (after a crash, or by two sweeps at once) starts nothing twice.
 * An execution that should not have been needed reads the request, finds that out, and ends or holds.
 */
export const resumeRequest =
  ({ workflow }: Dependencies) =>
  async (request: NotOver, now: Date, { begin, look = lookAt(now) }: Resumption = {}): Promise<void> => {
    await workflow.start(`${request.id}.sweep.${String(request.version)}.${look}`, inputFor(request, begin));
  };

const lookAt = (now: Date): string => Math.floor(now.getTime() / 1000 / SHORTEST_PAUSE_SECONDS).toString(36);

/** An execution that failed, timed out or was aborted, and whose request it was. */
export interface FailedExecution {
  readonly name: string;
  readonly requestId: RequestId;
}

/**
 * Starts another execution in place of one that failed, at once and under a name that follows from that one's, so that
 * an event that comes twice starts one. What fails again is left to the sweep's own rhythm: a fault that stays must not
 * become a loop without a pause.
 */
export const replaceExecution =
  ({ workflow, requests }: Dependencies & { readonly requests: Pick<AccessRequestStore, "get"> }) =>
  async ({ name, requestId }: FailedExecution): Promise<"replaced" | "left"> => {
    if (isOfSweep(name)) return "left";
    const request: AccessRequest | undefined = await requests.get(requestId);
    if (request === undefined || isOver(request)) return "left";
    await workflow.start(`${name}${REPLACEMENT}`, inputFor(request));
    return "replaced";
  };

const isOfSweep = (name: string): boolean => name.endsWith(REPLACEMENT) || name.includes(".sweep.");
