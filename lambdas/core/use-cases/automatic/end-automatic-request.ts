import type { AccessRequest } from "../../domain/access-request.ts";
import type { Actor } from "../../domain/audit.ts";
import type { PlannedEnd } from "../../domain/automatic/plan.ts";
import { commonOf, evolve } from "../../domain/evolve.ts";
import { timestamp } from "../../domain/ids.ts";
import type { Clock } from "../../ports/clock.ts";
import type { AccessRequestStore } from "../../ports/stores.ts";
import type { Workflow } from "../../ports/workflow.ts";
import { persistOrReread, type Decided } from "../persist.ts";
import { startRevoke } from "../revoke-request.ts";

interface Dependencies {
  readonly requests: AccessRequestStore;
  readonly workflow: Pick<Workflow, "start">;
  readonly clock: Pick<Clock, "now">;
}

export const automatic: Actor = { type: "lockstep", name: "automatic" };

/**
 * Ends a request whose context holds no longer, as a person's revoke would: what was not granted yet is cancelled, what is
 * being granted ends when the attempt has ended, and what is active is removed now. One that is over is left as it is.
 * False when there was nothing to end.
 */
export const endAutomaticRequest =
  (dependencies: Dependencies) =>
  async ({ id, because, unlessBegun = false }: PlannedEnd): Promise<boolean> => {
    let wrote = false;
    const ended = await persistOrReread(dependencies.requests, id, (request) => {
      if (request === undefined) throw new Error(`Request ${id} has vanished`);
      const next =
        unlessBegun && !isToCome(request)
          ? { done: request }
          : nextOf(request, because, dependencies.clock.now());
      wrote = !("done" in next);
      return next;
    });
    // A call that is lost here is made by the sweep: the request says by now what is to become of it.
    const isEnding =
      ended.status === "revoking" || (ended.status === "granting" && ended.revocation !== undefined);
    if (isEnding) await startRevoke(dependencies, ended);
    return wrote;
  };

const isToCome = ({ status }: AccessRequest): boolean => status === "approved" || status === "scheduled";

const nextOf = (request: AccessRequest, message: string, now: Date): Decided => {
  const ending = { reason: "context-ended" as const, message };
  const occasion = { actor: automatic, now, details: { reason: ending.reason, message } };
  const common = commonOf(request);
  switch (request.status) {
    case "approved":
    case "scheduled": {
      const ended = { ...ending, at: timestamp(now) };
      return {
        name: "RequestCancelled",
        next: evolve("RequestCancelled", request, { ...common, ended }, occasion),
      };
    }
    case "granting": {
      if (request.revocation !== undefined) return { done: request };
      const draft = { ...common, expiresAt: request.expiresAt, revocation: ending };
      return { name: "RevocationRequested", next: evolve("RevocationRequested", request, draft, occasion) };
    }
    case "active": {
      const draft = { ...common, activeAt: request.activeAt, expiresAt: request.expiresAt, ending };
      return { name: "RevocationStarted", next: evolve("RevocationStarted", request, draft, occasion) };
    }
    default:
      return { done: request };
  }
};
