import { PAYLOAD_VERSION } from "../contracts/workflow.ts";
import type { AccessRequest } from "../domain/access-request.ts";
import type { RequestStep } from "../domain/approval-step.ts";
import { RetryableError } from "../domain/errors.ts";
import { commonOf, evolve } from "../domain/evolve.ts";
import { shortHashOf } from "../domain/hash.ts";
import { secondsAfter, timestamp, type RequestId, type Timestamp } from "../domain/ids.ts";
import type { AccessRequestStore, WriteOutcome } from "../ports/stores.ts";
import type { Workflow } from "../ports/workflow.ts";
import { composeRequest, type ComposeDependencies, type SubmitInput } from "./compose-request.ts";
import { isReplay, type Idempotency } from "./idempotency.ts";
import { persistOrReread } from "./persist.ts";

export interface SubmitDependencies extends ComposeDependencies {
  readonly requests: AccessRequestStore;
  readonly workflow: Workflow;
  /** Something that no other request has, for a request that came without an idempotency key. */
  readonly uniqueText: () => string;
}

/** Makes an access request and starts its workflow, or says why not and leaves no trace. */
export const submitRequest =
  (dependencies: SubmitDependencies) =>
  async (input: SubmitInput): Promise<{ readonly request: AccessRequest; readonly replayed: boolean }> => {
    const { requests } = dependencies;
    const id = requestId(dependencies, input);
    if (input.idempotency !== undefined) {
      const earlier = await requests.get(id);
      if (earlier !== undefined) return replay(dependencies, earlier, input.idempotency);
    }
    const request = await composeRequest(dependencies, id, input);
    if ((await create(requests, request)) === "conflict") {
      const earlier = await requests.get(id);
      if (earlier === undefined) throw new Error(`Request ${id} exists and cannot be read`);
      return replay(dependencies, earlier, input.idempotency);
    }
    return { request: await startOrWithdraw(dependencies, request, input), replayed: false };
  };

/** Writes the request. A write that nobody answered is looked for, so that it does not stay behind without its workflow. */
const create = async (requests: AccessRequestStore, request: AccessRequest): Promise<WriteOutcome> => {
  try {
    return await requests.create(request);
  } catch (error) {
    if (!(error instanceof RetryableError)) throw error;
    const found = await requests.get(request.id).catch(() => undefined);
    if (found?.trail[0]?.hash === request.trail[0]?.hash) return "written";
    throw error;
  }
};

const requestId = ({ uniqueText }: SubmitDependencies, { caller, idempotency }: SubmitInput): RequestId =>
  `r-${shortHashOf({ caller: caller.userId, key: idempotency?.key ?? uniqueText() }, 26)}` as RequestId;

/** A repeated POST is answered by the item that the first one made, and starts what the first one may not have started. */
const replay = async (
  dependencies: SubmitDependencies,
  earlier: AccessRequest,
  idempotency: Idempotency | undefined,
): Promise<{ readonly request: AccessRequest; readonly replayed: boolean }> => {
  if (!isReplay(earlier, idempotency)) throw new Error(`Request id ${earlier.id} was derived twice`);
  await start(dependencies, earlier);
  return { request: earlier, replayed: true };
};

const start = async ({ workflow }: SubmitDependencies, request: AccessRequest): Promise<void> => {
  const common = { version: PAYLOAD_VERSION, requestId: request.id } as const;
  if (request.status === "pending") {
    // The first look, whatever step the request is at by now: a repeated start has to bring the same input.
    const deadline = firstLook(request.createdAt, request.approval.steps[0]);
    await workflow.start(request.id, { ...common, begin: "approval", deadline });
  }
  // Approved before its workflow was started, if it ever was: then it begins with the grant.
  if (request.status === "approved" || request.status === "scheduled") {
    await workflow.start(request.id, { ...common, begin: "grant" });
  }
};

const firstLook = (createdAt: Timestamp, step: RequestStep | undefined): Timestamp => {
  const within = step?.withinSeconds ?? 0;
  return secondsAfter(new Date(createdAt), Math.min(within, step?.escalation?.afterSeconds ?? within));
};

/** Without an idempotency key nobody can come back for this request: one that could not be started is withdrawn. */
const startOrWithdraw = async (
  dependencies: SubmitDependencies,
  request: AccessRequest,
  { idempotency }: SubmitInput,
): Promise<AccessRequest> => {
  try {
    await start(dependencies, request);
    return request;
  } catch (error) {
    if (idempotency !== undefined) throw error;
    const left = await withdraw(dependencies, request.id);
    if (left.status === "cancelled") throw error;
    // It was started after all, only the answer was lost: it has gone on.
    return left;
  }
};

const withdraw = ({ requests, clock }: SubmitDependencies, id: RequestId): Promise<AccessRequest> =>
  persistOrReread(requests, id, (request) => {
    if (request === undefined) throw new Error(`Request ${id} has vanished`);
    if (request.status !== "pending" && request.status !== "approved") return { done: request };
    const now = clock.now();
    const ended = {
      reason: "cancelled" as const,
      at: timestamp(now),
      message: "the workflow could not be started",
    };
    const occasion = {
      actor: { type: "lockstep", name: "api" } as const,
      now,
      details: { message: ended.message },
    };
    return {
      name: "RequestCancelled",
      next: evolve("RequestCancelled", request, { ...commonOf(request), ended }, occasion),
    };
  });
