import type { AccessRequest, Ending } from "../domain/access-request.ts";
import { PAYLOAD_VERSION } from "../contracts/workflow.ts";
import { delayAfterStuck } from "../domain/delay.ts";
import { DomainError } from "../domain/errors.ts";
import { commonOf, evolve, type Occasion } from "../domain/evolve.ts";
import { timestamp, type RequestId } from "../domain/ids.ts";
import type { Person } from "../domain/principal.ts";
import type { Clock } from "../ports/clock.ts";
import type { AccessRequestStore, WakeupStore } from "../ports/stores.ts";
import type { Workflow } from "../ports/workflow.ts";
import { isReplay, withAnswered, type Idempotency } from "./idempotency.ts";
import { partyTo, type PartyDependencies, type Role } from "./party-to-request.ts";
import { persistOrReread, type Decided } from "./persist.ts";
import { wakeWorkflow } from "./wake-workflow.ts";

export interface EndDependencies extends PartyDependencies {
  readonly requests: AccessRequestStore;
  readonly wakeups: Pick<WakeupStore, "get">;
  readonly workflow: Workflow;
  readonly clock: Clock;
}

interface EndInput {
  readonly caller: Person;
  readonly requestId: RequestId;
  readonly reason?: string;
  readonly idempotency?: Idempotency;
}

/**
 * Ends a request early, wherever it stands: what was not granted yet is cancelled (by its requester or an administrator:
 * an approver rejects it instead), what is being granted ends when the attempt has ended, what is active is removed now,
 * what is stuck is tried again. One that is over is left as it is.
 */
export const revokeRequest = (dependencies: EndDependencies) => end(dependencies, "revoke");

/** Withdraws a request before anything was granted: its requester or an administrator may. One that is over is left as it is. */
export const cancelRequest = (dependencies: EndDependencies) => end(dependencies, "cancel");

const end =
  (dependencies: EndDependencies, action: "revoke" | "cancel") =>
  async (input: EndInput): Promise<AccessRequest> => {
    const role = await roleOfWhoEnds(dependencies, input);
    assertMayEnd(role);
    if (action === "cancel") assertMayCancel(role);
    const ended = await persistOrReread(dependencies.requests, input.requestId, (request) => {
      if (request === undefined) throw new Error(`Request ${input.requestId} has vanished`);
      return isReplay(request, input.idempotency)
        ? { done: request }
        : nextOf(request, input, { action, role, now: dependencies.clock.now() });
    });
    await tellWorkflow(dependencies, ended);
    return ended;
  };

/** An administrator who is one of the approvers, too, is here for what only administrators may stop. */
const roleOfWhoEnds = async (
  dependencies: EndDependencies,
  { caller, requestId }: EndInput,
): Promise<Role> => {
  const { role } = await partyTo(dependencies)(caller, requestId);
  if (role !== "approver") return role;
  const roles = await dependencies.rolesOf(caller, ["administrator"]);
  return roles.has("administrator") ? "administrator" : role;
};

const assertMayEnd = (role: Role): void => {
  if (role !== "auditor" && role !== "watcher") return;
  throw new DomainError(
    "not-requester",
    `You see this request as ${role === "auditor" ? "an auditor" : "a watcher"}: only its requester, an approver or an administrator may end it.`,
  );
};

const assertMayCancel = (role: Role): void => {
  if (role !== "approver") return;
  throw new DomainError(
    "not-requester",
    "You are an approver of this request: only its requester or an administrator may withdraw one that was not granted yet. Reject it with POST …/decisions while it is pending.",
  );
};

const nextOf = (
  request: AccessRequest,
  input: EndInput,
  { action, role, now }: { readonly action: "revoke" | "cancel"; readonly role: Role; readonly now: Date },
): Decided => {
  const { caller, reason } = input;
  const because = reason === undefined ? {} : { message: reason };
  const common = { ...commonOf(request), answered: withAnswered(request, input.idempotency) };
  const occasion: Occasion = { actor: { type: "user", userId: caller.userId }, now, details: { ...because } };
  const revoked: Ending = { reason: "revoked", by: caller, ...because };
  switch (request.status) {
    case "pending":
    case "approved":
    case "scheduled": {
      assertMayCancel(role);
      const ended = { reason: "cancelled" as const, by: caller, at: timestamp(now), ...because };
      return {
        name: "RequestCancelled",
        next: evolve("RequestCancelled", request, { ...common, ended }, occasion),
      };
    }
    case "granting": {
      if (action === "cancel") throw notCancellable(request);
      if (request.revocation !== undefined) return { done: request };
      const draft = { ...common, expiresAt: request.expiresAt, revocation: revoked };
      return { name: "RevocationRequested", next: evolve("RevocationRequested", request, draft, occasion) };
    }
    case "active": {
      if (action === "cancel") throw notCancellable(request);
      const draft = { ...common, activeAt: request.activeAt, expiresAt: request.expiresAt, ending: revoked };
      return { name: "RevocationStarted", next: evolve("RevocationStarted", request, draft, occasion) };
    }
    case "stuck": {
      if (action === "cancel") throw notCancellable(request);
      const { activeAt, expiresAt, ending } = request;
      const delay = delayAfterStuck(request, now);
      const draft = { ...common, ...(activeAt === undefined ? {} : { activeAt }), expiresAt, ending, delay };
      return { name: "RevocationRetried", next: evolve("RevocationRetried", request, draft, occasion) };
    }
    case "revoking":
      if (action === "cancel") throw notCancellable(request);
      return { done: request };
    case "ended":
    case "failed":
    case "rejected":
    case "cancelled":
    case "lapsed":
      return { done: request };
  }
};

const notCancellable = ({ status }: AccessRequest): DomainError =>
  new DomainError(
    "not-cancellable",
    `This request is ${status}; only a pending, approved or scheduled one can be cancelled. POST …/revoke ends it.`,
  );

/** A lost call costs delay, not correctness: the sleeping execution, or a repeated POST, looks at the same item. */
const tellWorkflow = async (dependencies: EndDependencies, request: AccessRequest): Promise<void> => {
  if (request.status === "cancelled") await wakeWorkflow(dependencies, request);
  if (request.status === "granting" || request.status === "revoking")
    await startRevoke(dependencies, request);
};

/**
 * Starts an execution that begins with the revoke. One of that name may have run and been stopped, and its name is
 * taken for 90 days: asked for again, it gets another name. Two at once do no harm, since only one of them deletes.
 */
export const startRevoke = async (
  { workflow, clock }: { readonly workflow: Pick<Workflow, "start">; readonly clock: Pick<Clock, "now"> },
  { id, version }: AccessRequest,
): Promise<void> => {
  const name = `${id}.revoke.${String(version)}`;
  const input = { version: PAYLOAD_VERSION, requestId: id, begin: "revoke" } as const;
  if ((await workflow.start(name, input)) === "started") return;
  await workflow.start(`${name}.${clock.now().getTime().toString(36)}`, input);
};
