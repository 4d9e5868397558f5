import type { ClientsFor } from "../../adapters/aws-clients.ts";
import {
  describeError,
  isNamed,
  isTransient,
  isUnanswered,
  orUnavailable,
} from "../../adapters/aws-errors.ts";
import { accountAssignments, type Operation } from "../../adapters/identity-center/account-assignments.ts";
import { principalIsGone } from "../../adapters/identity-store/principal-is-gone.ts";
import type { Entitlement } from "../../core/domain/entitlement.ts";
import type { Clock } from "../../core/ports/clock.ts";
import type { Admission, ApplyProgress, Provider, RemoveProgress } from "../../core/ports/provider.ts";
import { accountAssignmentInstructions } from "./instructions.ts";
import { operations, type UnderWay } from "./polling.ts";

/** All of an instance's outstanding assignment operations (https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html). */
const MOST_IN_PROGRESS = 15;

/**
 * How often those deletions and creations are looked for that are still in progress, where there are several.
 *
 * Each deletion is two calls, Delete and ListAccountAssignments. At 12 calls a second (adapters/admission.ts) and with 15
 * in progress that take 3 seconds each, a list every 0.35 seconds leaves room for 1,000 deletions in 1.11 to 1.15 times the
 * shortest possible time (test/unit/providers/operations.test.ts): more lists leave less room for the other calls, fewer
 * show an end later. A process creates five at a time at most, under a smaller share.
 */
const LIST_DELETIONS_MILLISECONDS = 350;
const LIST_CREATIONS_MILLISECONDS = 1500;

export interface AccountAssignmentDeps {
  readonly clientsFor: ClientsFor;
  readonly clock: Clock;
  readonly admission: Admission;
  readonly accessPortalUrl: string;
}

/**
 * Account assignments of IAM Identity Center: a user or group gets a permission set in an account.
 *
 * Create and Delete are asynchronous and take no client token; the assignment itself is what makes them idempotent.
 * Creating what exists succeeds, and deleting what is not there fails, so that neither answer decides: only
 * ListAccountAssignments says what is.
 */
export const accountAssignmentProvider = (deps: AccountAssignmentDeps): Provider => {
  const { clock } = deps;
  const ssoAdmin = accountAssignments(deps);
  const isGone = principalIsGone(deps.clientsFor);
  const creations = operations({
    clock,
    mostInProgress: MOST_IN_PROGRESS,
    listEveryMilliseconds: LIST_CREATIONS_MILLISECONDS,
    inProgress: (instance) => ssoAdmin.creationsInProgress(instance),
  });
  const deletions = operations({
    clock,
    mostInProgress: MOST_IN_PROGRESS,
    listEveryMilliseconds: LIST_DELETIONS_MILLISECONDS,
    inProgress: (instance) => ssoAdmin.deletionsInProgress(instance),
  });

  const outcomeOfCreate = async (
    underWay: UnderWay,
    entitlement: Entitlement,
    created: Operation,
  ): Promise<ApplyProgress> => {
    if (created.status !== "IN_PROGRESS") return applied(created);
    const { id } = created;
    if (id === undefined) return unfinished("AWS did not name the operation that it started");
    let last = "AWS is still creating the assignment";
    const ended = await underWay.ended({ instance: entitlement, id }, async () => {
      try {
        const operation = await ssoAdmin.creation(entitlement, id);
        return operation.status === "IN_PROGRESS" ? undefined : operation;
      } catch (error) {
        last = describeError(error);
        return undefined;
      }
    });
    return ended === undefined ? unfinished(last) : applied(ended);
  };

  /** AWS did not delete it, and says why: perhaps because there is nobody left to take it from. */
  const refusedToRemove = async (entitlement: Entitlement, reason: string): Promise<RemoveProgress> =>
    (await isGone(entitlement)) ? { outcome: "dangling", reason } : unfinished(reason);

  /** The operation was accepted: looks until the assignment is gone, or until AWS says that it will not go. */
  const outcomeOfDelete = async (
    underWay: UnderWay,
    entitlement: Entitlement,
    { id }: Operation,
  ): Promise<RemoveProgress> => {
    let last = "AWS is still deleting the assignment";
    const looked = async (): Promise<RemoveProgress | undefined> => {
      try {
        if (!(await ssoAdmin.exists(entitlement, "confirm"))) return { outcome: "done" };
        const operation = id === undefined ? undefined : await ssoAdmin.deletion(entitlement, id);
        if (operation?.status !== "FAILED") return undefined;
        return await refusedToRemove(entitlement, operation.failureReason);
      } catch (error) {
        last = describeError(error);
        return undefined;
      }
    };
    return (await underWay.ended({ instance: entitlement, id }, looked)) ?? unfinished(last);
  };

  /** The call itself was refused, without an operation: for what is not there, or for another reason. */
  const outcomeOfRefusal = async (entitlement: Entitlement, reason: string): Promise<RemoveProgress> => {
    try {
      if (!(await ssoAdmin.exists(entitlement, "confirm"))) return { outcome: "done" };
    } catch (error) {
      return unfinished(describeError(error));
    }
    return refusedToRemove(entitlement, reason);
  };

  return {
    kind: "identity-center/account-assignment",

    observe: async (entitlement) =>
      (await available(() => ssoAdmin.exists(entitlement, "observe"))) ? "present" : "absent",

    observeAll: async (entitlements) => {
      const existing = await available(() => ssoAdmin.existing(entitlements, "observe"));
      return new Map(
        entitlements.map((entitlement) => [entitlement, existing.has(entitlement) ? "present" : "absent"]),
      );
    },

    apply: (entitlement) =>
      creations.underWay(async (underWay) => {
        try {
          return await outcomeOfCreate(underWay, entitlement, await ssoAdmin.create(entitlement));
        } catch (error) {
          return mayTryAgain(error)
            ? unfinished(describeError(error))
            : { outcome: "refused", reason: describeError(error) };
        }
      }),

    remove: (entitlement, before) =>
      deletions.underWay(async (underWay) => {
        try {
          const deleted = await ssoAdmin.delete(entitlement, before);
          if (deleted === "too-late")
            return unfinished("the time in which this invocation may delete is over");
          return await outcomeOfDelete(underWay, entitlement, deleted);
        } catch (error) {
          const reason = describeError(error);
          if (isBusy(error)) return { ...unfinished(reason), busy: true };
          if (isUnanswered(error)) return { ...unfinished(reason), unanswered: true };
          return mayTryAgain(error) ? unfinished(reason) : outcomeOfRefusal(entitlement, reason);
        }
      }),

    instructions: accountAssignmentInstructions(deps.accessPortalUrl),
  };
};

const unfinished = (reason: string) => ({ outcome: "unfinished", reason }) as const;

const applied = ({ status, failureReason }: Operation): ApplyProgress =>
  status === "FAILED" ? { outcome: "refused", reason: failureReason } : { outcome: "done" };

const available = <T>(call: () => Promise<T>): Promise<T> => orUnavailable("ProviderUnavailable", call);

/**
 * Too many assignment operations are outstanding (15, https://docs.aws.amazon.com/singlesignon/latest/userguide/limits.html):
 * nothing was done. AWS does not document how it says so; seen was a ThrottlingException with these words
 * (https://github.com/aws-samples/aws-iam-identity-center-extensions/issues/87).
 */
const isBusy = (error: unknown): boolean =>
  isNamed(error, "ServiceQuotaExceededException") ||
  (isNamed(error, "ThrottlingException") && /too many requests processing/i.test(error.message));

/**
 * ConflictException: an earlier write to the same assignment is not complete; AWS says to retry
 * (https://docs.aws.amazon.com/singlesignon/latest/APIReference/API_CreateAccountAssignment.html).
 * ServiceQuotaExceededException: room may come back, as other operations end.
 */
const mayTryAgain = (error: unknown): boolean =>
  isTransient(error) || isNamed(error, "ConflictException", "ServiceQuotaExceededException");
