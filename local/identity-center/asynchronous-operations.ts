import type { Clock } from "../../lambdas/core/ports/clock.ts";
import type { LocalStore } from "../store.ts";
import { AwsError } from "../wire/service.ts";
import { assignmentOf, failureOf, type Surroundings } from "./operation-rules.ts";
import type { IdentityCenterDocuments, OperationKind, OperationRecord, Provisioning } from "./records.ts";

/** What a test may decide about an operation when it is accepted. */
export type AcceptedOperation = Pick<OperationRecord, "requestId" | "kind" | "target">;

/** How long operations take and how they end: the place where tests order slowness and failure. */
export interface OperationBehaviour {
  /** Milliseconds from its start until it is SUCCEEDED or FAILED; Infinity: IN_PROGRESS for good. */
  readonly durationOf: (operation: AcceptedOperation) => number;
  /** A failure to end with, whatever else is true; undefined: it ends as AWS's rules say. */
  readonly failureOf?: (operation: AcceptedOperation) => string | undefined;
}

/** The asynchronous half of sso-admin. */
export interface AsynchronousOperations {
  /**
   * Accepts an operation, or throws ConflictException (an earlier one on that permission set in that account is unfinished)
   * or ThrottlingException (too many are outstanding).
   */
  readonly accept: (kind: OperationKind, target: OperationRecord["target"]) => OperationRecord;
  readonly find: (requestId: string, kind: OperationKind) => OperationRecord | undefined;
  /** Those of a kind, or those of a kind that are in a state; the newest first. */
  readonly of: IdentityCenterDocuments["operations"]["of"];
  /** Completes every operation whose time has come. Nothing else does: no timer, so a restart resumes by itself. */
  readonly settle: () => void;
}

export interface AsynchronousOperationsDependencies {
  readonly clock: Clock;
  readonly store: LocalStore;
  readonly documents: IdentityCenterDocuments;
  readonly surroundings: Surroundings;
  readonly behaviour: OperationBehaviour;
  readonly newId: () => string;
  readonly outstandingLimit: number;
}

const samePlace = (a: Provisioning, b: Provisioning): boolean =>
  a.accountId === b.accountId && a.permissionSetArn === b.permissionSetArn;

/** The documented meaning of ConflictException (API_CreateAccountAssignment, "Errors"); its own message is not documented. */
const conflict = (): AwsError =>
  new AwsError(
    "ConflictException",
    "A conflict with a previous successful write is detected. The previous write is not yet complete; retry with backoff.",
  );

/** The sentence as reported in https://github.com/aws-samples/aws-iam-identity-center-extensions/issues/87. */
const tooManyOutstanding = (): AwsError =>
  new AwsError("ThrottlingException", "There are too many requests processing. Please try again later.");

/** Identity Center's asynchronous operations, on `store` and by `clock`. */
export const asynchronousOperations = (
  dependencies: AsynchronousOperationsDependencies,
): AsynchronousOperations => {
  const { clock, store, documents, surroundings, behaviour, newId, outstandingLimit } = dependencies;
  const { assignments, operations, provisioned } = documents;

  const updatesRole = (kind: OperationKind, target: Provisioning): boolean => {
    if (kind === "PROVISION") return true;
    if (kind === "CREATE") return !provisioned.has(target);
    return assignments.at(target)({ limit: 2 }).length <= 1;
  };

  /**
   * "Number of IAM roles (permission sets) in the AWS account that can be updated at a time: 1"
   * (https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html): a second role update in an account starts when
   * the first has ended. The page does not say whether AWS queues or refuses; queueing shows as IN_PROGRESS for longer.
   */
  const startOf = (now: number, accountId: string, unfinished: readonly OperationRecord[]): number =>
    unfinished
      .filter((earlier) => earlier.updatesRole && earlier.target.accountId === accountId)
      .reduce((latest, earlier) => Math.max(latest, earlier.completesAt ?? Infinity), now);

  const complete = (operation: OperationRecord): void => {
    const failureReason = failureOf(operation, surroundings, assignments.has);
    if (failureReason !== undefined) {
      operations.put({ ...operation, status: "FAILED", failureReason });
      return;
    }
    const assignment = assignmentOf(operation);
    if (assignment === undefined) provisioned.put(operation.target);
    else if (operation.kind === "CREATE") {
      assignments.put(assignment);
      provisioned.put(assignment);
    } else {
      assignments.delete(assignment);
      if (assignments.at(assignment)({ limit: 1 }).length === 0) provisioned.delete(assignment);
    }
    operations.put({ ...operation, status: "SUCCEEDED" });
  };

  const settle = (): void => {
    const now = clock.now().getTime();
    const due = operations
      .unfinished()
      .filter((operation) => operation.completesAt !== null && operation.completesAt <= now)
      .toSorted((a, b) => (a.completesAt ?? 0) - (b.completesAt ?? 0) || a.order - b.order);
    if (due.length === 0) return;
    store.atomically(() => {
      due.forEach(complete);
    });
  };

  const accept: AsynchronousOperations["accept"] = (kind, target) => {
    const unfinished = operations.unfinished();
    if (unfinished.some((earlier) => samePlace(earlier.target, target))) throw conflict();
    if (unfinished.length >= outstandingLimit) throw tooManyOutstanding();
    const createdAt = clock.now().getTime();
    const accepted = { requestId: newId(), kind, target };
    const queued = updatesRole(kind, target);
    const start = queued ? startOf(createdAt, target.accountId, unfinished) : createdAt;
    const completesAt = start + behaviour.durationOf(accepted);
    const orderedFailure = behaviour.failureOf?.(accepted);
    const operation: OperationRecord = {
      ...accepted,
      createdAt,
      order: unfinished.reduce((highest, earlier) => Math.max(highest, earlier.order), 0) + 1,
      completesAt: Number.isFinite(completesAt) ? completesAt : null,
      updatesRole: queued,
      status: "IN_PROGRESS",
      ...(orderedFailure === undefined ? {} : { orderedFailure }),
    };
    store.atomically(() => {
      operations.put(operation);
    });
    return operation;
  };

  return {
    accept,
    settle,
    find: (requestId, kind) => {
      const operation = operations.get(requestId);
      return operation?.kind === kind ? operation : undefined;
    },
    of: operations.of,
  };
};
