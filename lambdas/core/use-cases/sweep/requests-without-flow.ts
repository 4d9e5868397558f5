import { isEscalationDue, nextEscalation } from "../../domain/approval.ts";
import { takesRequests } from "../../domain/access-flow.ts";
import type { AccessRequest, RequestIn } from "../../domain/access-request.ts";
import { lookSince } from "../../domain/due.ts";
import { RetryableError } from "../../domain/errors.ts";
import type { FlowName } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessFlowStore, AccessRequestStore, Page, PageQuery } from "../../ports/stores.ts";
import type { Workflow } from "../../ports/workflow.ts";
import { paceOf } from "./pace.ts";
import { resumeRequest } from "./resume-request.ts";

export interface FlowlessDependencies {
  readonly requests: Pick<AccessRequestStore, "listByStatus" | "listWaitingExtensions">;
  readonly flows: Pick<AccessFlowStore, "get" | "list">;
  readonly workflow: Pick<Workflow, "start">;
  readonly clock: Clock;
}

/** Requests that are read at a time, some 4 KB each: 10,000 of them are 5,000 read units, about a tenth of a cent. */
const PAGE = 100;

/** As for overdue requests: some six functions at once. 10,000 requests under one flow have ended within ten minutes. */
const RESTARTS_PER_SECOND = 20;

/** No run of four minutes starts more. */
const MOST_AT_ONCE = 240 * RESTARTS_PER_SECOND;

/**
 * Has every request looked at that waits for approval, itself or for more time, and whose access flow takes no requests any
 * more; and every one whose more time is to be put before more people, as no execution of its own wakes for that.
 * Level-triggered: a request that was
 * written just after its flow had gone is found like any other, and nothing has to be remembered of the change. What ends
 * what waits, or tells more people of it, is the workflow's own look at it (use-cases/wait-for-decision.ts), so that it is one
 * conditional write of one function, and does nothing where the flow is back by then, or somebody has told them. Throws
 * RetryableError `WorkflowUnavailable`.
 */
export const lookAtWhatWaits =
  (dependencies: Omit<FlowlessDependencies, "flows"> & { readonly flows: Pick<AccessFlowStore, "list"> }) =>
  async (until: Date): Promise<void> => {
    const flows = await dependencies.flows.list();
    const serving = new Set(flows.filter(takesRequests).map(({ name }) => name));
    const now = dependencies.clock.now();
    await resumeThose(
      dependencies,
      until,
      (request) => !serving.has(request.flow.name) || isToBeTold(request, now),
      (request) => (serving.has(request.flow.name) ? lookToTell(request, now) : undefined),
    );
  };

/** A request that waits itself is looked at by its own execution, or by a new one when that is late (domain/due.ts). */
const isToBeTold = (request: Waiting, now: Date): boolean =>
  request.status === "active" && request.extension !== undefined && isEscalationDue(request.extension, now);

/**
 * While its people cannot be told, it is looked at after twice the time again, as what is overdue is: executions that hold
 * beside each other until the access ends are not to pile up.
 */
const lookToTell = (request: Waiting, now: Date): string | undefined => {
  const due =
    request.status === "active" && request.extension !== undefined
      ? nextEscalation(request.extension.approval)
      : undefined;
  return due === undefined ? undefined : `tell.${lookSince(due, now).toString(36)}`;
};

/** The same at once for one flow that was changed; nothing where it goes on to take requests. */
export const lookAtRequestsOf =
  (dependencies: FlowlessDependencies) =>
  async (name: FlowName, until: Date): Promise<void> => {
    const flow = await dependencies.flows.get(name);
    if (flow !== undefined && takesRequests(flow)) return;
    await resumeThose(dependencies, until, (request) => request.flow.name === name);
  };

type Waiting = RequestIn<"pending" | "active">;

/**
 * The look is that of the grant: where the access is active, it ends the more time that waits, and holds beside the execution
 * that holds already. What is left of both then ends the access once.
 */
const resumeThose = async (
  { requests, workflow, clock }: Omit<FlowlessDependencies, "flows">,
  until: Date,
  isToBeLookedAt: (request: Waiting) => boolean,
  lookOf: (request: Waiting) => string | undefined = () => undefined,
): Promise<void> => {
  const pace = paceOf(clock, RESTARTS_PER_SECOND);
  for (const request of await waitingOf({ requests, clock }, isToBeLookedAt)) {
    if (!(await pace(until))) throw tooMany();
    const look = lookOf(request);
    await resumeRequest({ workflow })(request, clock.now(), {
      begin: "grant",
      ...(look === undefined ? {} : { look }),
    });
  }
};

/** Read to the end before the first of them ends: a list is not to move under who reads it. */
const waitingOf = async (
  { requests, clock }: Pick<FlowlessDependencies, "requests" | "clock">,
  isToBeLookedAt: (request: Waiting) => boolean,
): Promise<readonly Waiting[]> => {
  const now = clock.now();
  const pending = await readAll((page) => requests.listByStatus("pending", page), isToBeLookedAt);
  const extensions = await readAll((page) => requests.listWaitingExtensions(now, page), isToBeLookedAt);
  return [...pending, ...extensions];
};

const readAll = async (
  list: (page: PageQuery) => Promise<Page<AccessRequest>>,
  isToBeLookedAt: (request: Waiting) => boolean,
): Promise<readonly Waiting[]> => {
  const found: Waiting[] = [];
  let cursor: string | undefined;
  do {
    const page = await list({ limit: PAGE, ...(cursor === undefined ? {} : { cursor }) });
    found.push(...page.items.filter(mayWait).filter(isToBeLookedAt));
    cursor = page.cursor;
  } while (cursor !== undefined && found.length < MOST_AT_ONCE);
  return found;
};

/** An index may still show what a request was a moment ago. */
const mayWait = (request: AccessRequest): request is Waiting =>
  request.status === "pending" || (request.status === "active" && request.extension !== undefined);

const tooMany = (): RetryableError =>
  new RetryableError(
    "WorkflowUnavailable",
    "Not everything that waits for a decision could be looked at: the next sweep goes on.",
  );
