import type { AccessRequest } from "../domain/access-request.ts";
import { DomainError, RetryableError } from "../domain/errors.ts";
import type { RequestId } from "../domain/ids.ts";
import { transitions, type TransitionName } from "../domain/transitions.ts";
import type { AccessRequestStore, WriteOutcome } from "../ports/stores.ts";

/** Writes the request's next version, if its status is still one that the transition starts from and nobody wrote since. */
export const persist = (
  requests: AccessRequestStore,
  name: TransitionName,
  next: AccessRequest,
): Promise<WriteOutcome> => requests.replace(next, transitions[name].from);

/** For the workflow: a lost race is retried by the state machine, which reads the request again. */
export const persistOrRetry = async <Next extends AccessRequest>(
  requests: AccessRequestStore,
  name: TransitionName,
  next: Next,
): Promise<Next> => {
  if ((await persist(requests, name, next)) === "conflict") {
    throw new RetryableError(
      "ConcurrentModification",
      `Request ${next.id} changed before ${name} was written`,
    );
  }
  return next;
};

/** How often a person's action is decided anew after somebody else's write came first. */
const RACES = 5;

/** A write to make, or the request as it is when nothing is to be written. */
export type Decided =
  { readonly name: TransitionName; readonly next: AccessRequest } | { readonly done: AccessRequest };

/** For people: reads, decides, writes; a lost race reads and decides again, so the answer is always about what is there. */
export const persistOrReread = async (
  requests: AccessRequestStore,
  id: RequestId,
  decide: (request: AccessRequest | undefined) => Promise<Decided> | Decided,
): Promise<AccessRequest> => {
  for (let race = 0; race < RACES; race += 1) {
    const decided = await decide(await requests.get(id));
    if ("done" in decided) return decided.done;
    if ((await persist(requests, decided.name, decided.next)) === "written") return decided.next;
  }
  throw new DomainError(
    "concurrent-modification",
    "This request is being changed by others right now. Try again.",
  );
};
