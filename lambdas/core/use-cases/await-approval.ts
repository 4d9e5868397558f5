import { nextLook } from "../domain/approval.ts";
import { secondsAfter, type Timestamp } from "../domain/ids.ts";
import type { AccessRequestStore, Wakeup, WakeupStore } from "../ports/stores.ts";
import type { Workflow } from "../ports/workflow.ts";

/** A token is of no use after its wait; a week more gives someone who investigates time to look. */
const TOKEN_KEPT_SECONDS = 7 * 24 * 3600;

interface Dependencies {
  readonly requests: Pick<AccessRequestStore, "get">;
  readonly wakeups: Pick<WakeupStore, "put">;
  readonly workflow: Pick<Workflow, "wake">;
}

/**
 * Keeps the token of an execution that waits for approval. The token is written before the request is read, and a
 * decision is written before the token is read: whichever comes second sees the other, so no wake-up is lost between
 * them. A request that is not to be looked at again at this very moment wakes the execution at once.
 */
export const awaitApproval =
  ({ requests, wakeups, workflow }: Dependencies) =>
  async (wait: Omit<Wakeup, "expiresAt"> & { readonly deadline: Timestamp }): Promise<void> => {
    const { requestId, deadline, taskToken, enteredAt, retryCount } = wait;
    const expiresAt = secondsAfter(new Date(deadline), TOKEN_KEPT_SECONDS);
    const kept = await wakeups.put({ requestId, taskToken, enteredAt, retryCount, expiresAt });
    // A later wait has begun: this token wakes nobody.
    if (kept === "conflict") return;
    const request = await requests.get(requestId);
    if (request?.status !== "pending" || nextLook(request) !== deadline) await workflow.wake(taskToken);
  };
